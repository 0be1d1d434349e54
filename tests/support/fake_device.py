"""A BIG-IP of collections in memory, for what a simulated one is too slow or too proper."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from weakref import WeakSet

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.answers import must_be_regular
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.lists.reader import Collections
from tests.support import builders

Make = Callable[[int], Json]  # the object at a place of a collection
FIRST_END = 1_790_000_000  # 2026-09-21, Unix time
NOTHING: tuple[int, Make] = (0, lambda place: {})


class Sent(dict[str, Any]):
    """An object of an answer; whether it is still held can be asked."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class FakeDevice:
    """What is needed of the client; each object is made when its page is asked for, as a device would send it."""

    host, certificate = "192.0.2.10", None

    def __init__(self, collections: Mapping[str, tuple[int, Make]]) -> None:
        self._held = collections
        self.collections = Collections(self)
        self.asked: list[str] = []
        self.most_held = 0  # objects of answers at once, when another page was asked for
        self._sent = WeakSet[Sent]()

    def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
        options = query or {}
        self.asked.append(path)
        count, make = self._held.get(path.removeprefix("/mgmt/tm/"), NOTHING)
        skip, top = int(options.get("$skip", 0)), int(options.get("$top", count))
        self.most_held = max(self.most_held, len(self._sent))
        items = [Sent(make(place)) for place in range(skip, min(skip + top, count))]
        self._sent.update(items)
        answer: dict[str, Any] = {"items": items, "totalItems": count}
        if skip + top < count:
            answer["nextLink"] = f"https://localhost{path}?$skip={skip + top}"
        must_be_regular(self.host, path, answer)
        return answer

    def find(self, path: str, query: Mapping[str, str] | None = None) -> Json | None:
        return self.get(path)

    def items(self, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json]:
        return self.collections.items(path, select, expand)

    def unit(self) -> Unit:
        client: Any = self
        return Unit(builders.device(), client, "17.1.0", own={"fullPath": "/Common/bigip1"})


def holding(**objects: Iterable[Json]) -> FakeDevice:
    """Return a device of few objects; ``sys__file__ssl_cert`` stands for ``sys/file/ssl-cert``."""
    listed = {name.replace("__", "/").replace("_", "-"): list(items) for name, items in objects.items()}
    return FakeDevice({name: (len(items), items.__getitem__) for name, items in listed.items()})


def _certificate(place: int) -> Json:
    names = ", ".join(f"DNS:host{number}.site{place}.example.com" for number in range(4))
    return {
        "fullPath": f"/Common/site{place}.crt",
        "subject": f"CN=site{place}.example.com,O=Example,C=US",
        "issuer": "CN=Some CA,O=Some,C=US",
        "subjectAlternativeName": names,
        "serialNumber": f"{place:02x}:" * 15 + "01",
        "fingerprint": "SHA256/" + ":".join(["AB"] * 32),
        "isBundle": "false",
        "keyType": "rsa-public",
        "certificateKeySize": 2048,
        "expirationDate": FIRST_END + 86400 * (place % 400 - 20),
    }


def _key(place: int) -> Json:
    named = {"fullPath": f"/Common/site{place}.key", "keyType": "rsa-private", "keySize": 2048}
    return {**named, "securityType": "password" if place % 2 else "normal"}


def _profile(place: int) -> Json:
    entry = {"name": "default", "cert": f"/Common/site{place}.crt", "key": f"/Common/site{place}.key"}
    tls = {"ciphers": "DEFAULT", "cipherGroup": "none", "tmOptions": ["no-tlsv1"], "caFile": "none"}
    return {"fullPath": f"/Common/site{place}", "defaultsFrom": "/Common/clientssl", "certKeyChain": [entry], **tls}


def _virtual_server(place: int) -> Json:
    link = f"https://localhost/mgmt/tm/ltm/profile/client-ssl/~Common~site{place}"
    attached = {"fullPath": f"/Common/site{place}", "nameReference": {"link": link}}
    items = [{"fullPath": "/Common/tcp", "nameReference": {"link": "/ltm/profile/tcp/x"}}, attached]
    where = f"/Common/10.{place // 65536}.{place // 256 % 256}.{place % 256}:443"
    return {"fullPath": f"/Common/vs{place}", "destination": where, "profilesReference": {"items": items}}


def large_device(count: int) -> FakeDevice:
    """Return a device with as many certificates, each with its key, in a profile and on a virtual server."""
    return FakeDevice(
        {
            "sys/file/ssl-cert": (count, _certificate),
            "sys/file/ssl-key": (count, _key),
            "ltm/profile/client-ssl": (count, _profile),
            "ltm/virtual": (count, _virtual_server),
        }
    )
