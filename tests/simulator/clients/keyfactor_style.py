"""In the style of Keyfactor's orchestrator.

Basic on every call, every property that it knows sent as ``null``, PKCS#12 files, pages followed by their links, PEM
read from the file store, a profile's own ``cert`` and ``key``.
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from tests.simulator.clients.plain import DOWNLOADS, Material, Plain

PASSWORD = "p12 password"
KEY_PASSWORD = "key-password"
STORE = "/config/filestore/files_d/Common_d"
ARCHIVE = f"{DOWNLOADS}/keyfactor"
INSTALL = dict.fromkeys(("command", "name", "from-local-file", "passphrase", "keyPassphrase", "keySecurityType"))
INSTALL["partition"] = None


def run(client: Plain, material: Material) -> None:
    client.basic = True
    active = client.good("GET", "/mgmt/tm/cm/device?$select=name,failoverState")["items"]
    assert [set(item) for item in active] == [{"name", "failoverState"}]
    primary = f"/mgmt/tm/cm/device/{active[0]['name']}?$select=name,failoverState"
    assert client.good("GET", primary) == {"name": active[0]["name"], "failoverState": "active"}
    partitions = client.good("GET", "/mgmt/tm/auth/partition?$select=name,fullPath")["items"]
    assert partitions == [{"name": "Common", "fullPath": "Common"}]
    install(client, material.certificate, material.key)
    assert "keyfactor" in {name.removesuffix(".crt") for name in inventory(client)}
    bind(client)
    replace(client, material.new_certificate, material.new_key)
    assert client.device.tokens == []


def names(client: Plain) -> tuple[str, str]:
    """Return the names that the device assigns: with endings on TMOS 13, without from 14."""
    return ("keyfactor.crt", "keyfactor.key") if client.device.switches.before_14 else ("keyfactor", "keyfactor")


def install(client: Plain, certificate: bytes, key: bytes) -> None:
    file = "Common-keyfactor.p12"
    content = pkcs12.serialize_key_and_certificates(
        b"keyfactor",
        load_pem_private_key(key, None),  # type: ignore[arg-type]  # RSA
        x509.load_pem_x509_certificate(certificate),
        None,
        BestAvailableEncryption(PASSWORD.encode()),
    )
    client.upload(file, content, len(content))
    body: dict[str, Any] = {**INSTALL, "command": "install", "name": "keyfactor", "partition": "Common"}
    body |= {"from-local-file": f"{DOWNLOADS}/{file}", "passphrase": PASSWORD}
    body |= {"keyPassphrase": KEY_PASSWORD, "keySecurityType": "password"}
    client.good("POST", "/mgmt/tm/sys/crypto/pkcs12", body)
    assert client.good("GET", f"/mgmt/tm/sys/file/ssl-key/~Common~{names(client)[1]}")["securityType"] == "password"


def inventory(client: Plain) -> dict[str, x509.Certificate]:
    query = "$filter=partition+eq+Common&$select=name,isBundle,keyType&$top=2&$skip=0"
    page = client.good("GET", f"/mgmt/tm/sys/file/ssl-cert?{query}")
    items, total = page["items"], page["totalItems"]
    while page.get("nextLink"):
        page = client.good("GET", page["nextLink"].replace("https://localhost", ""))
        items += page["items"]
    assert len(items) == total
    certificates = {}
    for item in items:
        assert set(item) == {"name", "isBundle", "keyType"}
        printed = client.bash(f"cat {STORE}/certificate_d/:Common:{item['name']}_* | base64")
        certificates[item["name"]] = x509.load_pem_x509_certificates(base64.b64decode(printed))[0]
    return certificates


def bind(client: Plain) -> None:
    certificate, key = names(client)
    url = "/mgmt/tm/ltm/profile/client-ssl/~Common~keyfactor"
    client.good("POST", url.rpartition("/")[0], {"name": "keyfactor", "partition": "Common"})
    without = client.send("PATCH", url, {"cert": certificate, "key": key, "chain": None})
    assert without.json()["message"].startswith("01070313:3: Error reading key PEM file")
    client.good("PATCH", url, {"cert": certificate, "key": key, "chain": None, "passphrase": KEY_PASSWORD})
    listed = client.good("GET", "/mgmt/tm/ltm/profile/client-ssl?$filter=partition+eq+Common&$select=name,certKeyChain")
    (ours,) = [item for item in listed["items"] if item["name"] == "keyfactor"]
    assert ours["certKeyChain"][0]["cert"] == f"/Common/{certificate}"
    attached = {"name": "keyfactor", "partition": "Common", "context": "clientside"}
    client.good("POST", "/mgmt/tm/ltm/virtual/~Common~vs/profiles", attached)


def replace(client: Plain, certificate: bytes, key: bytes) -> None:
    """Archive the certificate's file, then install over the object while it is in use."""
    client.bash(f"mkdir -p {ARCHIVE}")
    client.bash(f"cp {STORE}/certificate_d/:Common:{names(client)[0]}_* {ARCHIVE}/Common-keyfactor.crt")
    assert "BEGIN CERTIFICATE" in client.bash(f"cat {ARCHIVE}/Common-keyfactor.crt")
    install(client, certificate, key)
    assert inventory(client)[names(client)[0]] == x509.load_pem_x509_certificate(certificate)
