"""f5-sdk 3.0.21, as its own functional tests use it."""

from __future__ import annotations

from typing import Any

import pytest
from f5.bigip import ManagementRoot
from f5.bigip.contexts import TransactionContextManager
from f5.sdk_exception import TransactionSubmitException
from icontrol.exceptions import iControlUnexpectedHTTPError

from tests.simulator.clients.arguments import Arguments, read

DOWNLOADS = "file:/var/config/rest/downloads"


def main(arguments: Arguments) -> None:
    root = ManagementRoot(
        arguments.address, "admin", arguments.password, port=arguments.port, token=True, verify=arguments.ca_file
    )
    assert root._meta_data["tmos_version"] == "16.1.4"  # noqa: SLF001  read from a selfLink
    look(root)
    files(root, arguments)
    profile(root)
    virtual(root)
    transactions(root)
    commands(root)
    root.icrs.delete(f"https://{arguments.address}:{arguments.port}/mgmt/shared/authz/tokens/{root.icrs.token}")


def look(root: Any) -> None:
    assert root.tm.sys.global_settings.load().hostname == "bigip1.example.net"
    assert [device.failoverState for device in root.tm.cm.devices.get_collection()] == ["active"]
    assert root.tm.cm.sync_status.load().entries
    assert "http" in {profile.name for profile in root.tm.ltm.profile.https.get_collection()}
    assert root.tm.auth.partitions.partition.exists(name="Common")
    assert not root.tm.ltm.virtuals.virtual.exists(name="nope", partition="Common")


def files(root: Any, arguments: Arguments) -> None:
    for name in ("one.crt", "one.key", "two.crt", "two.key"):
        root.shared.file_transfer.uploads.upload_file(str(arguments.folder / name))
    key = root.tm.sys.file.ssl_keys.ssl_key.create(
        name="one.key", partition="Common", sourcePath=f"{DOWNLOADS}/one.key"
    )
    certificate = root.tm.sys.file.ssl_certs.ssl_cert.create(
        name="one.crt", partition="Common", sourcePath=f"{DOWNLOADS}/one.crt"
    )
    assert (key.keySize, key.revision, certificate.isBundle) == (2048, 1, "false")
    key.sourcePath = f"{DOWNLOADS}/one.key"
    key.update()
    assert key.revision == 2
    certificate.update()  # the whole object goes back; f5-sdk allows no PATCH here
    assert root.tm.sys.file.ssl_certs.ssl_cert.load(name="one.crt", partition="Common").revision == 2
    refused(409, root.tm.sys.file.ssl_keys.ssl_key.create, name="one.key", partition="Common", sourcePath="file:/x")


def profile(root: Any) -> None:
    chain = [{"name": "one", "cert": "/Common/one.crt", "key": "/Common/one.key"}]
    profile = root.tm.ltm.profile.client_ssls.client_ssl.create(name="sdk", partition="Common", certKeyChain=chain)
    assert profile.inheritCertkeychain == "false"
    profile.update(sniDefault="true")  # the whole object goes back
    profile.modify(serverName="one.example.com")
    profile.refresh()
    assert (profile.sniDefault, profile.serverName, profile.certKeyChain[0]["key"]) == (
        "true",
        "one.example.com",
        "/Common/one.key",
    )


def virtual(root: Any) -> None:
    server = root.tm.ltm.virtuals.virtual.create(name="sdk_vs", partition="Common")  # without a destination
    assert [profile.name for profile in server.profiles_s.get_collection()] == ["fastL4"]
    server.profiles_s.profiles.create(name="http", partition="Common")
    attached = server.profiles_s.profiles.create(name="sdk", partition="Common", context="clientside")
    rule = root.tm.ltm.rules.rule.create(name="sdk_rule", partition="Common", apiAnonymous="")
    server.rules = ["/Common/sdk_rule"]
    server.update()
    assert [profile.name for profile in server.profiles_s.get_collection()] == ["http", "sdk", "tcp"]
    refused(400, rule.delete)
    server.modify(profiles=["/Common/tcp", "/Common/http", {"name": "/Common/sdk", "context": "clientside"}])
    attached.delete()
    assert not server.profiles_s.profiles.exists(name="sdk", partition="Common")
    server.update(rules=[])
    rule.delete()


def transactions(root: Any) -> None:
    with TransactionContextManager(root.tm.transactions.transaction) as api:
        for kind, name in ((api.tm.sys.file.ssl_keys.ssl_key, "key"), (api.tm.sys.file.ssl_certs.ssl_cert, "crt")):
            loaded = kind.load(name=f"one.{name}", partition="Common")  # a real object, in the transaction
            loaded.sourcePath = f"{DOWNLOADS}/two.{name}"
            loaded.update()
    assert root.tm.sys.file.ssl_keys.ssl_key.load(name="one.key", partition="Common").revision == 3

    def mismatched() -> None:
        with TransactionContextManager(root.tm.transactions.transaction) as api:
            api.tm.ltm.rules.rule.create(name="never", partition="Common", apiAnonymous="")
            loaded = api.tm.sys.file.ssl_keys.ssl_key.load(name="one.key", partition="Common")
            loaded.sourcePath = f"{DOWNLOADS}/one.key"
            loaded.update()

    refused(400, mismatched)
    assert not root.tm.ltm.rules.rule.exists(name="never", partition="Common")

    with TransactionContextManager(root.tm.transactions.transaction, validate_only=True) as api:
        api.tm.ltm.rules.rule.create(name="never", partition="Common", apiAnonymous="")
    assert not root.tm.ltm.rules.rule.exists(name="never", partition="Common")


def commands(root: Any) -> None:
    assert root.tm.util.bash.exec_cmd("run", utilCmdArgs="-c 'echo hello'").commandResult == "hello\n"
    assert "commandResult" not in vars(root.tm.util.bash.exec_cmd("run", utilCmdArgs="-c 'true'"))
    root.tm.util.unix_rm.exec_cmd("run", utilCmdArgs="/var/config/rest/downloads/one.key")
    root.tm.sys.config.exec_cmd("save")


def refused(status: int, call: Any, **arguments: Any) -> None:
    """Make a call that must be refused with this status."""
    with pytest.raises((iControlUnexpectedHTTPError, TransactionSubmitException), match=f"^{status} "):
        call(**arguments)


if __name__ == "__main__":
    main(read())
