"""In the style of dehydrated-bigip.

Basic, ``install`` into ``sys crypto``, bare names, a profile's own ``cert``, ``key`` and ``chain``, challenges in a
data group, and answers recognized by their ``kind``.
"""

from __future__ import annotations

from tests.simulator.clients.plain import DOWNLOADS, Material, Plain

CHUNK = 512 * 1024
GROUP = "/mgmt/tm/ltm/data-group/internal"
CLIENT_SSL = "/mgmt/tm/ltm/profile/client-ssl"
DOMAIN = "www.example.com"


def run(client: Plain, material: Material) -> None:
    client.basic = True
    assert client.send("GET", "/mgmt/tm/ltm/available").text == "{}"
    challenge(client)
    deploy(client, material.certificate, material.key)
    client.good("POST", "/mgmt/tm/ltm/virtual/~Common~vs/profiles", {"name": DOMAIN, "partition": "Common"})
    deploy(client, material.new_certificate, material.new_key, "-20260101")
    assert client.good("POST", "/mgmt/tm/sys/config", {"command": "save"})["kind"] == "tm:sys:config:savestate"


def challenge(client: Plain) -> None:
    created = client.good("POST", GROUP, {"name": "letsencrypt_http-01", "type": "string"})
    assert created["kind"] == "tm:ltm:data-group:internal:internalstate"
    url = f"{GROUP}/~Common~letsencrypt_http-01"
    assert "records" not in client.good("GET", url)
    updated = client.good("PUT", url, {"records": [{"name": "token", "data": "value"}]})
    assert (updated["records"], updated["type"]) == ([{"name": "token", "data": "value"}], "string")
    client.good("DELETE", url)


def deploy(client: Plain, certificate: bytes, key: bytes, stamp: str = "") -> None:
    files = {f"{DOMAIN}{stamp}.crt": ("cert", certificate), f"{DOMAIN}{stamp}.key": ("key", key)}
    files[f"{DOMAIN}{stamp}-CHAIN.crt"] = ("cert", certificate)
    for name, (kind, content) in files.items():
        client.upload(name, content, CHUNK)
        body = {"command": "install", "name": f"/Common/{name}", "from-local-file": f"{DOWNLOADS}/{name}"}
        if kind == "key":
            body["securityType"] = "normal"
        client.good("POST", f"/mgmt/tm/sys/crypto/{kind}", body)
    leaf, private, chain = (f"{DOMAIN}{stamp}{ending}" for ending in (".crt", ".key", "-CHAIN.crt"))
    body = {"defaultsFrom": "clientssl", "cert": leaf, "key": private, "chain": chain, "serverName": DOMAIN}
    existing = client.send("GET", f"{CLIENT_SSL}/~Common~{DOMAIN}").json()
    if existing.get("kind") == "tm:ltm:profile:client-ssl:client-sslstate":
        client.good("PATCH", f"{CLIENT_SSL}/~Common~{DOMAIN}", body)
    else:
        client.good("POST", CLIENT_SSL, {"name": DOMAIN, "partition": "Common", **body})
    profile = client.good("GET", f"{CLIENT_SSL}/~Common~{DOMAIN}")
    assert (profile["cert"], profile["chain"]) == (f"/Common/{leaf}", f"/Common/{chain}")
    assert profile["certKeyChain"][0]["key"] == f"/Common/{private}"
