"""What every device brings along: partition, stock profiles, the default certificate."""

from __future__ import annotations

from sectigo_f5.simulator import files, pem
from sectigo_f5.simulator.client_ssl import KIND as CLIENT_SSL
from sectigo_f5.simulator.configuration import Item, Json
from sectigo_f5.simulator.work import Work

_STOCK: dict[str, tuple[str, ...]] = {  # kind: name, or name and parent
    "ltm/profile/server-ssl": (
        "serverssl",
        "serverssl-insecure-compatible:serverssl",
        "apm-default-serverssl:serverssl",
    ),
    "ltm/profile/http": ("http", "http-explicit", "http-transparent"),
    "ltm/profile/fasthttp": ("fasthttp",),
    "ltm/profile/http2": ("http2",),
    "ltm/profile/tcp": ("tcp", "tcp-legacy:tcp", "tcp-lan-optimized:tcp-legacy", "tcp-wan-optimized:tcp-legacy"),
    "ltm/profile/udp": ("udp",),
    "ltm/profile/fastl4": ("fastL4",),
    "ltm/profile/one-connect": ("oneconnect",),
    "ltm/profile/websocket": ("websocket",),
    "ltm/profile/html": ("html",),
}
_CLIENT_SSL = ("clientssl-insecure-compatible", "clientssl-secure", "wom-default-clientssl")


def equip(work: Work) -> None:
    """Fill an empty configuration."""
    put = work.configuration.put
    described = "Repository for system objects and shared objects."
    put(Item("sys/folder", "/Common", {}))
    put(Item("auth/partition", "Common", {"description": described}))
    for partition in work.switches.partitions:
        put(Item("sys/folder", f"/{partition}", {}))
        put(Item("auth/partition", partition, {}))
    _certificates(work)
    for kind, names in _STOCK.items():
        for written in names:
            name, _, parent = written.partition(":")
            put(Item(kind, f"/Common/{name}", {"defaultsFrom": f"/Common/{parent}"} if parent else {}))
    entry = {"name": "default", "cert": "/Common/default.crt", "key": "/Common/default.key", "chain": "none"}
    entry["usage"] = "SERVER"
    put(Item(CLIENT_SSL, "/Common/clientssl", {"certKeyChain": [entry]}))
    for name in _CLIENT_SSL:
        put(Item(CLIENT_SSL, f"/Common/{name}", {"defaultsFrom": "/Common/clientssl"}))


def _certificates(work: Work) -> None:
    """Put the default pair and the CA bundle there, as files that came with the system."""
    pair = pem.factory_pair("localhost.localdomain")
    key = files.store_key(work, _system(files.KEY, "ssl.key/default.key"), pem.key_pem(pair.key, None), "")
    work.configuration.put(key)
    other = pem.factory_pair("ca.localdomain")
    bundles = {"default.crt": pair.certificate, "ca-bundle.crt": other.certificate + pair.certificate}
    for name, content in bundles.items():
        item = _system(files.CERTIFICATE, f"ssl.crt/{name}")
        work.configuration.put(files.store_certificate(work, item, content))


def _system(kind: str, place: str) -> Item:
    properties: Json = {"systemPath": f"/config/ssl/{place}"}
    return Item(kind, f"/Common/{place.rpartition('/')[2]}", properties, generation=0)
