"""bigrest 1.7.3, as its documentation shows it."""

from __future__ import annotations

import functools
from collections.abc import Callable

from bigrest.bigip import BIGIP
from bigrest.common.exceptions import RESTAPIError

from tests.simulator.clients.arguments import Arguments, read

UPLOADS = "/mgmt/shared/file-transfer/uploads"
BULK = "/mgmt/shared/file-transfer/bulk"
KEYS = "/mgmt/tm/sys/file/ssl-key"
CERTIFICATES = "/mgmt/tm/sys/file/ssl-cert"
CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"
VIRTUALS = "/mgmt/tm/ltm/virtual"
RULES = "/mgmt/tm/ltm/rule"
BASH = "/mgmt/tm/util/bash"
DOWNLOADS = "file:/var/config/rest/downloads"


def main(arguments: Arguments) -> None:
    address = f"{arguments.address}:{arguments.port}"
    BIGIP(address, "admin", arguments.password, session_verify=arguments.ca_file)  # Basic, echo-query
    device = BIGIP(address, "admin", arguments.password, request_token=True, session_verify=arguments.ca_file)
    look(device)
    files(device, arguments)
    profiles(device)
    transactions(device)
    commands(device, arguments)
    device.delete(f"/mgmt/shared/authz/tokens/{device._token}")  # noqa: SLF001  bigrest has no method for it


def look(device: BIGIP) -> None:
    version = device.show("/mgmt/tm/sys/version").properties
    assert version["Version"]["description"] == "16.1.4"
    assert [item.properties["name"] for item in device.load("/mgmt/tm/cm/device")] == ["bigip1.example.net"]
    assert device.exist(f"{CLIENT_SSL}/~Common~clientssl")
    assert not device.exist(f"{CLIENT_SSL}/~Common~nope")
    filtered = device.load(f"{VIRTUALS}?$filter=partition+eq+Common&$select=name")
    assert filtered == []


def files(device: BIGIP, arguments: Arguments) -> None:
    for name, collection in (("one.crt", CERTIFICATES), ("one.key", KEYS)):
        device.upload(UPLOADS, str(arguments.folder / name))
        data = {"name": name, "partition": "Common", "sourcePath": f"{DOWNLOADS}/{name}"}
        created = device.create(collection, data)
        assert created.properties["revision"] == 1
        read_back = device.load(f"{collection}/~Common~{name}")
        device.save(read_back)  # the whole object goes back, its source is read again
        modified = device.modify(f"{collection}/~Common~{name}", {"sourcePath": f"{DOWNLOADS}/{name}"})
        assert modified.properties["revision"] == 3
        assert refused(409, functools.partial(device.create, collection, data))


def profiles(device: BIGIP) -> None:
    chain = [{"name": "one", "cert": "/Common/one.crt", "key": "/Common/one.key"}]
    device.create(CLIENT_SSL, {"name": "rest", "partition": "Common", "certKeyChain": chain})
    profile = device.load(f"{CLIENT_SSL}/~Common~rest")
    profile.properties["serverName"] = "one.example.com"
    assert device.save(profile).properties["serverName"] == "one.example.com"
    device.create(VIRTUALS, {"name": "vs", "partition": "Common", "destination": "192.0.2.1:443", "profiles": ["http"]})
    attached = f"{VIRTUALS}/~Common~vs/profiles"
    device.create(attached, {"name": "rest", "partition": "Common", "context": "clientside"})
    assert [item.properties["name"] for item in device.load(attached)] == ["http", "rest", "tcp"]
    virtual = device.load(f"{VIRTUALS}/~Common~vs")
    virtual.properties["description"] = "changed as a whole"
    device.save(virtual)
    assert [item.properties["name"] for item in device.load(attached)] == ["http", "rest", "tcp"]
    assert refused(400, lambda: device.delete(f"{CLIENT_SSL}/~Common~rest"))
    device.delete(f"{attached}/~Common~rest")
    device.delete(f"{CLIENT_SSL}/~Common~rest")
    assert not device.exist(f"{CLIENT_SSL}/~Common~rest")


def transactions(device: BIGIP) -> None:
    with device:
        device.create(RULES, {"name": "rule", "partition": "Common", "apiAnonymous": "when CLIENT_ACCEPTED { }"})
        device.modify(f"{VIRTUALS}/~Common~vs", {"rules": ["/Common/rule"]})
    assert device.load(f"{VIRTUALS}/~Common~vs").properties["rules"] == ["/Common/rule"]
    device.transaction_create()
    device.create(RULES, {"name": "never", "partition": "Common"})
    device.modify(f"{VIRTUALS}/~Common~vs", {"rules": ["/Common/none"]})
    assert refused(400, device.transaction_commit)
    assert not device.exist(f"{RULES}/~Common~never")
    device.transaction_create()
    device.create(RULES, {"name": "valid", "partition": "Common"})
    device.transaction_validate()
    device.transaction_commit()
    assert device.exist(f"{RULES}/~Common~valid")


def commands(device: BIGIP, arguments: Arguments) -> None:
    assert device.command(BASH, {"command": "run", "utilCmdArgs": "-c 'echo hello'"}) == "hello\n"
    assert device.command(BASH, {"command": "run", "utilCmdArgs": "-c 'true'"}) == ""
    move = "/var/config/rest/downloads/one.crt /var/config/rest/bulk/fetched.crt"
    device.command("/mgmt/tm/util/unix-mv", {"command": "run", "utilCmdArgs": move})
    device.download(BULK, str(arguments.folder / "fetched.crt"))
    assert (arguments.folder / "fetched.crt").read_bytes() == (arguments.folder / "one.crt").read_bytes()
    device.command("/mgmt/tm/sys/config", {"command": "save"})


def refused(status: int, call: Callable[[], object]) -> bool:
    """Make a call that must be refused with this status."""
    try:
        call()
    except RESTAPIError as error:
        return f"Status:\n{status}\n" in str(error)
    return False


if __name__ == "__main__":
    main(read())
