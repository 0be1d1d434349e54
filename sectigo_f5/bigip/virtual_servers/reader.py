"""A virtual server from iControl REST's JSON and the profiles of the device; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sectigo_f5.bigip.readers import Json, flag, full_path, text
from sectigo_f5.device_objects import VirtualServer

_SERVICES = {"http": 80, "https": 443, "any": 0}


def virtual_server(
    item: Json, profiles: Sequence[Json], client_ssl: Mapping[str, object], http: frozenset[str]
) -> VirtualServer:
    """Read a virtual server and the items of its ``profiles`` sub-collection.

    A profile's type is not in the sub-collection: it is looked up among the device's profiles.
    """
    paths = tuple(full_path(profile) for profile in profiles)
    links = [str((profile.get("nameReference") or {}).get("link", "")) for profile in profiles]
    known = http.union(client_ssl)
    address, route_domain, port = destination(str(item.get("destination") or ""))
    return VirtualServer(
        path=full_path(item),
        address=address,
        route_domain=route_domain,
        port=port,
        profiles=paths,
        client_ssl=tuple(path for path in paths if path in client_ssl),
        http=any(path in http for path in paths),
        access=any("/apm/profile/access/" in link for link in links),
        app_service=text(item, "appService"),
        enabled=not flag(item, "disabled"),
        mask=text(item, "mask"),
        for_everybody=item.get("ipProtocol") != "udp" and str(item.get("source") or "/0").endswith("/0"),
        rules=_paths(item.get("rules")),
        policies=tuple(full_path(policy) for policy in (item.get("policiesReference") or {}).get("items") or ()),
        untyped=tuple(path for path, link in zip(paths, links, strict=True) if not link and path not in known),
    )


def destination(written: str) -> tuple[str, str, int]:
    """Split ``/P/10.0.0.1%2:443`` or ``/P/2001:db8::1.443`` into address, route domain and port.

    Port ``any`` and ``0`` are 0; ``any6`` is an IPv6 address.
    """
    last = written.rpartition("/")[2]
    separator = "." if last.count(":") > 1 or last.startswith("any6") else ":"
    host, _, port = last.rpartition(separator) if separator in last else (last, "", "0")
    address, _, route_domain = host.partition("%")
    return address, route_domain, int(port) if port.isdigit() else _SERVICES.get(port, 0)


def _paths(listed: object) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list) else ()
