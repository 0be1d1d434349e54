"""What every device ships with: partition, stock profiles, the default certificate."""

from __future__ import annotations

from sectigo_f5.simulator.certificates import files, pem
from sectigo_f5.simulator.rules.ltm.client_ssl import CIPHER_GROUP
from sectigo_f5.simulator.rules.ltm.client_ssl import KIND as CLIENT_SSL
from sectigo_f5.simulator.state.configuration import Item, Json
from sectigo_f5.simulator.state.work import Work

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
    "ltm/profile/sip": ("sip",),
    "ltm/profile/diameter": ("diameter",),
    "ltm/profile/dhcpv4": ("dhcpv4",),
    "ltm/profile/dhcpv6": ("dhcpv6",),
    "ltm/message-routing/sip/profile/session": ("sipsession",),
}
_CLIENT_SSL: dict[str, Json] = {  # the properties that they do not inherit from `clientssl`
    "clientssl-insecure-compatible": {"ciphers": "ALL:!DH:!ADH:!EDH:@SPEED", "secureRenegotiation": "request"},
    "clientssl-secure": {
        "ciphers": "ecdhe:rsa:!sslv3:!rc4:!exp:!des",
        "renegotiation": "disabled",
        "tmOptions": ["no-ssl"],
    },
    "crypto-server-default-clientssl": {"ciphers": "DHE-RSA-AES256-GCM-SHA384"},
    "splitsession-default-clientssl": {},
    "wom-default-clientssl": {"allowNonSsl": "enabled"},
}

_CIPHER_RULES = {  # of a 14.1.2.1 (Cisco genieparser), where each has a group of its name
    "f5-aes": "AES-GCM:AES",
    "f5-default": "DEFAULT",
    "f5-ecc": "ECDHE:ECDHE_ECDSA",
    "f5-secure": "ECDHE:RSA:ECDHE_ECDSA:!SSLV3:!RC4:!EXP:!DES:!3DES",
}
_MODULES = ("afm", "am", "apm", "asm", "avr", "dos", "fps", "gtm", "ilx", "lc", "ltm", "pem", "sslo", "swg", "urldb")


def equip(work: Work) -> None:
    """Fill an empty configuration."""
    put = work.configuration.put
    described = "Repository for system objects and shared objects."
    put(Item("sys/folder", "/Common", {}))
    put(Item("auth/partition", "Common", {"description": described}))
    for partition in work.switches.partitions:
        put(Item("sys/folder", f"/{partition}", {}))
        domain = work.switches.default_route_domain
        put(Item("auth/partition", partition, {"defaultRouteDomain": domain} if domain else {}))
    provisioned = work.switches.modules
    for module in sorted({*_MODULES, *provisioned}):
        put(Item("sys/provision", module, {"level": "nominal"} if module in provisioned else {}))
    _certificates(work)
    for name, string in _CIPHER_RULES.items():
        reference = work.reference("ltm/cipher/rule", f"/Common/{name}")
        put(Item("ltm/cipher/rule", f"/Common/{name}", {"cipher": string}))
        allowed = [{"name": name, "partition": "Common", "nameReference": reference}]
        put(Item(CIPHER_GROUP, f"/Common/{name}", {"allow": allowed}))
    for kind, names in _STOCK.items():
        for text in names:
            name, _, parent = text.partition(":")
            put(Item(kind, f"/Common/{name}", {"defaultsFrom": f"/Common/{parent}"} if parent else {}))
    entry = {"name": "default", "cert": "/Common/default.crt", "key": "/Common/default.key", "chain": "none"}
    entry["usage"] = "SERVER"
    put(Item(CLIENT_SSL, "/Common/clientssl", {"certKeyChain": [entry]}))
    for name, properties in _CLIENT_SSL.items():
        put(Item(CLIENT_SSL, f"/Common/{name}", {"defaultsFrom": "/Common/clientssl", **properties}))


def _certificates(work: Work) -> None:
    """Create the pair of the stock profiles, the CA bundles and the device's own protected key."""
    pair, other = pem.factory_pair("localhost.localdomain", "root@localhost.localdomain"), pem.factory_pair("A Root CA")
    _put(work, files.KEY, "ssl.key/default.key", pem.key_pem(pair.key, None))
    _put(work, files.CERTIFICATE, "ssl.crt/default.crt", pair.certificate)
    _put(work, files.CERTIFICATE, "ssl.crt/ca-bundle.crt", other.certificate + pair.certificate)
    if not work.switches.before_14:  # seen on a 14.1.2.1
        _put(work, files.CERTIFICATE, "ssl.crt/f5-ca-bundle.crt", other.certificate)
        secret, protected = pem.factory_secret()
        _put(work, files.KEY, "ssl.key/f5_api_com.key", protected, secret)


def _put(work: Work, kind: str, place: str, content: bytes, passphrase: str = "") -> None:
    """Create a file object that came with the system, and its file."""
    path = f"/config/ssl/{place}"
    work.world.disk.write(path, content)
    source = {"sourcePath": f"file://{path}"} if passphrase else {"systemPath": path}
    item = Item(kind, f"/Common/{place.rpartition('/')[2]}", source, generation=0)
    store = files.store_key if kind == files.KEY else files.store_certificate
    work.configuration.put(store(work, item, content, passphrase))
