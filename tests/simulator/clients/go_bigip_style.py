"""In the style of go-bigip and terraform-provider-bigip.

A token with its own lifetime, slashes before the query, contents replaced in a transaction, errors recognized by
their text.
"""

from __future__ import annotations

from tests.simulator.clients.plain import DOWNLOADS, Material, Plain

CHUNK = 512 * 1024
FILES = "/mgmt/tm/sys/file"
CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"


def run(client: Plain, material: Material) -> None:
    token = client.login()
    life = client.good("PATCH", f"/mgmt/shared/authz/tokens/{token}", {"timeout": 2400})
    assert life["timeout"] == 2400
    create(client, material)
    profile(client)
    update(client, material)
    collide(client, material)
    answer = client.good("POST", "/mgmt/tm/util/bash", {"command": "run", "utilCmdArgs": '-c "echo terraform"'})
    assert answer["commandResult"] == "terraform\n"
    assert client.good("GET", "/mgmt/tm/cm/device")["items"][0]["selfDevice"] == "true"
    client.good("DELETE", f"/mgmt/shared/authz/tokens/{token}")


def create(client: Plain, material: Material) -> None:
    for kind, name, content in (("ssl-cert", "go.crt", material.certificate), ("ssl-key", "go.key", material.key)):
        sent = client.upload(name, content, CHUNK)
        assert (sent["totalByteCount"], sent["localFilePath"]) == (len(content), f"{DOWNLOADS}/{name}")
        body = {"name": name, "partition": "Common", "sourcePath": f"file://{DOWNLOADS}/{name}"}
        client.good("POST", f"{FILES}/{kind}", body)
        answer = client.good("GET", f"{FILES}/{kind}/~Common~{name}")
        assert all(isinstance(answer[number], int) for number in ("generation", "mode", "revision", "size"))


def profile(client: Plain) -> None:
    chain = [{"name": "go", "cert": "/Common/go.crt", "key": "/Common/go.key"}]
    client.good("POST", CLIENT_SSL, {"name": "/Common/go", "partition": "Common", "certKeyChain": chain})
    answer = client.good("GET", f"{CLIENT_SSL}/~Common~go")
    assert answer["inheritCertkeychain"] == "false"
    attached = {"profiles": [{"name": "/Common/go", "context": "clientside"}, "/Common/http", "/Common/tcp"]}
    client.good("PATCH", "/mgmt/tm/ltm/virtual/~Common~vs", attached)
    by_hand = client.send("PATCH", f"{CLIENT_SSL}/~Common~go", {"cert": "/Common/default.crt", "certKeyChain": chain})
    if client.device.switches.major >= 15:
        assert by_hand.json()["message"].startswith("01b4002a:3: Client SSL profile (/Common/go):cert-key-chain and")


def update(client: Plain, material: Material) -> None:
    """Replace the contents under stable names; the answer to a queued command is its echo."""
    for name, content in (("go.crt", material.new_certificate), ("go.key", material.new_key)):
        client.upload(name, content, CHUNK)
    number = client.good("POST", "/mgmt/tm/transaction", {})["transId"]
    assert isinstance(number, int)
    for kind, name, options in (("ssl-key", "go.key", ""), ("ssl-cert", "go.crt", "/?expandSubcollections=true")):
        body = {"name": name, "partition": "Common", "sourcePath": f"file://{DOWNLOADS}/{name}"}
        path = f"{FILES}/{kind}/~Common~{name}{options}"
        client.good("PATCH", path, body, X_F5_REST_Coordination_Id=str(number))
    assert client.good("PATCH", f"/mgmt/tm/transaction/{number}", {"state": "VALIDATING"})["state"] == "COMPLETED"
    assert client.good("GET", f"{FILES}/ssl-key/~Common~go.key")["revision"] == 2


def collide(client: Plain, material: Material) -> None:
    """Upload two files under one name, so that the second is read in place of the key."""
    client.upload("same", material.key, CHUNK)
    client.upload("same", b"-----BEGIN NOTHING-----\n", CHUNK)
    number = str(client.good("POST", "/mgmt/tm/transaction", {})["transId"])
    body = {"sourcePath": f"file://{DOWNLOADS}/same"}
    client.good("PATCH", f"{FILES}/ssl-key/~Common~go.key", body, X_F5_REST_Coordination_Id=number)
    refused = client.send("PATCH", f"/mgmt/tm/transaction/{number}", {"state": "VALIDATING"}).json()
    expected = "01070712:3: Certificate/Key has unknown format or security type (/Common/go.key)."
    assert (refused["code"], refused["message"]) == (400, f"transaction failed:{expected}")
    missing = client.send("DELETE", f"{FILES}/ssl-key/~Common~none.key").json()
    assert missing["message"] == "01020036:3: The requested Certificate Key File (/Common/none.key) was not found."
