"""In the style of F5's Ansible modules for keys, certificates, client SSL profiles, virtual servers and CSRs.

Trailing slashes, chunks of 7 MiB, key and certificate in one transaction, whole lists, the CSR moved and downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulator.clients.plain import DOWNLOADS, Material, Plain

CHUNK = 7 * 1024 * 1024
FILES = "/mgmt/tm/sys/file"
CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"
VIRTUAL = "/mgmt/tm/ltm/virtual/~Common~vs"
BULK = "/var/config/rest/bulk"


def run(client: Plain, material: Material) -> None:
    client.headers["Content-Type"] = "application/json"
    token = client.login()
    assert "?ver=" in client.good("GET", "/mgmt/tm/sys")["selfLink"]
    pair(client, material.key, material.certificate, "POST")
    profile(client)
    virtual(client)
    pair(client, material.new_key, material.new_certificate, "PATCH")
    issuer(client)
    if not client.device.switches.before_14:  # the module requires 14.0
        csr(client)
    remove(client)
    client.good("DELETE", f"/mgmt/shared/authz/tokens/{token}")


@contextmanager
def transaction(client: Plain) -> Iterator[None]:
    number = client.good("POST", "/mgmt/tm/transaction/", {})["transId"]
    client.headers["X-F5-REST-Coordination-Id"] = str(number)
    yield
    del client.headers["X-F5-REST-Coordination-Id"]
    result = client.good("PATCH", f"/mgmt/tm/transaction/{number}", {"state": "VALIDATING", "validateOnly": False})
    assert result["state"] == "COMPLETED"


def pair(client: Plain, key: bytes, certificate: bytes, method: str) -> None:
    """Create or update key and certificate together: either one alone would not match the other."""
    names = {"ssl-key": "ansible.key", "ssl-cert": "ansible.crt"}
    for name, content in zip(names.values(), (key, certificate), strict=True):
        assert client.upload(name, content, CHUNK)["remainingByteCount"] == 0
    with transaction(client):
        for kind, name in names.items():
            body: dict[str, Any] = {"sourcePath": f"file://{DOWNLOADS}/{name}"}
            path = f"{FILES}/{kind}/~Common~{name}"
            if method == "POST":
                path, body = f"{FILES}/{kind}/", {**body, "name": name, "partition": "Common"}
            assert client.good(method, path, body)["kind"] == "tm:transaction:commandsstate"
    for name in names.values():
        client.good("POST", "/mgmt/tm/util/unix-rm", {"command": "run", "utilCmdArgs": f"{DOWNLOADS}/{name}"})
    answer = client.good("GET", f"{FILES}/ssl-cert/~Common~ansible.crt?expandSubcollections=true")
    assert answer["bundleCertificatesReference"]["items"] == []


def issuer(client: Plain) -> None:
    """Set what a certificate can only have once it exists, by a PUT without a source."""
    url = f"{FILES}/ssl-cert/~Common~ansible.crt"
    changed = client.good("PUT", url, {"issuerCert": "/Common/ca-bundle.crt", "certValidationOptions": ["ocsp"]})
    assert changed["issuerCert"] == "/Common/ca-bundle.crt"
    assert client.good("GET", url)["issuerCertReference"]["link"].startswith("https://localhost/")


def profile(client: Plain) -> None:
    assert client.send("GET", f"{CLIENT_SSL}/~Common~ansible").json()["code"] == 404
    chain = [{"name": "ansible", "cert": "/Common/ansible.crt", "key": "/Common/ansible.key", "chain": "none"}]
    body = {"name": "ansible", "partition": "Common", "defaultsFrom": "/Common/clientssl", "certKeyChain": chain}
    client.good("POST", f"{CLIENT_SSL}/", {**body, "sniDefault": True, "tmOptions": ["no-ssl", "no-tlsv1"]})
    url = f"{CLIENT_SSL}/~Common~ansible"
    changes = {"serverName": "www.example.com", "sniRequire": False, "caFile": "", "tmOptions": [], "cacheSize": 1000}
    client.good("PATCH", url, changes)
    answer = client.good("GET", url)
    assert [{name: entry[name] for name in chain[0]} for entry in answer["certKeyChain"]] == chain
    assert (answer["sniDefault"], answer["caFile"], answer["cacheSize"]) == ("true", "none", 1000)


def virtual(client: Plain) -> None:
    names = ("tcp", "http")
    whole = [{"name": name, "partition": "Common", "context": "all"} for name in names]
    ours = {"name": "ansible", "partition": "Common", "context": "clientside"}
    client.good("PATCH", VIRTUAL, {"profiles": [*whole, ours]})
    attached = client.good("GET", f"{VIRTUAL}?expandSubcollections=true")["profilesReference"]["items"]
    assert {item["fullPath"]: item["context"] for item in attached} == {
        "/Common/ansible": "clientside",
        "/Common/http": "all",
        "/Common/tcp": "all",
    }


def csr(client: Plain) -> None:
    url = "/mgmt/tm/sys/crypto/csr"
    body = {"name": "ansible_csr", "partition": "Common", "key": "ansible.key", "commonName": "www.example.com"}
    client.good("POST", f"{url}/", body)
    assert client.good("GET", f"{url}/ansible_csr")["apiRawValues"]["publicKeyType"] == "RSA"
    moved = {"command": "run", "utilCmdArgs": f"/config/ssl/ssl.csr/ansible_csr {BULK}/ansible_csr"}
    client.good("POST", "/mgmt/tm/util/unix-mv/", moved)
    assert b"BEGIN CERTIFICATE REQUEST" in download(client, "/mgmt/shared/file-transfer/bulk/ansible_csr")
    client.good("POST", "/mgmt/tm/util/unix-rm", {"command": "run", "utilCmdArgs": f"{BULK}/ansible_csr"})
    listing = client.good("POST", "/mgmt/tm/util/unix-ls", {"command": "run", "utilCmdArgs": f"{BULK}/ansible_csr"})
    assert "No such file or directory" in listing["commandResult"]
    assert client.send("GET", f"{url}/ansible_csr").status_code == 404


def download(client: Plain, path: str) -> bytes:
    """Request a guessed size first, then the true range; the first answer is never used."""
    start, end, total, content = 0, 512 * 1024 - 1, 0, b""
    while True:
        written = f"{start}-{end}/{total}"
        about = {"headers": {"Content-Range": written}, "verify": False, "stream": False}
        answer = client.send("GET", path, about, Content_Range=written, Content_Type="application/octet-stream")
        if answer.status_code == 200 and total:
            content += answer.content
        if end == total:
            return content
        if not total:
            total = int(answer.headers["Content-Range"].rpartition("/")[2]) - 1
            end = min(end, total)
        else:
            start, end = end + 1, min(end + 512 * 1024, total)


def remove(client: Plain) -> None:
    """Detach the profile and delete everything, the pair in one transaction."""
    client.good("PATCH", VIRTUAL, {"profiles": ["/Common/tcp", "/Common/http"]})
    client.good("DELETE", f"{CLIENT_SSL}/~Common~ansible")
    with transaction(client):
        for kind, name in (("ssl-key", "ansible.key"), ("ssl-cert", "ansible.crt")):
            assert client.good("DELETE", f"{FILES}/{kind}/~Common~{name}")["method"] == "DELETE"
    assert client.send("GET", f"{FILES}/ssl-key/~Common~ansible.key").status_code == 404
