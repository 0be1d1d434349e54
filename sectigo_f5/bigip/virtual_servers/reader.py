"""A virtual server from iControl REST's JSON and the profiles of the device; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sectigo_f5.bigip.readers import Json, flag, full_path, text
from sectigo_f5.bigip.virtual_servers.destinations import Destination
from sectigo_f5.device_objects import VirtualServer


def virtual_server(
    item: Json,
    listens: Destination,
    profiles: Sequence[Json],
    client_ssl: Mapping[str, object],
    http: frozenset[str],
) -> VirtualServer:
    """Read a virtual server, with its destination and the items of its ``profiles`` sub-collection.

    A profile's type is not in the sub-collection: it is looked up among the device's profiles.
    """
    paths = tuple(full_path(profile) for profile in profiles)
    links = [_type_link(profile) for profile in profiles]
    known = http.union(client_ssl)
    return VirtualServer(
        path=full_path(item),
        address=listens.address,
        route_domain=listens.route_domain,
        port=listens.port,
        profiles=paths,
        client_ssl=tuple(path for path in paths if path in client_ssl),
        http=any(path in http for path in paths),
        access=any("/apm/profile/access/" in link for link in links),
        app_service=text(item, "appService"),
        enabled=not flag(item, "disabled"),
        mask=text(item, "mask"),
        for_everybody=listens.for_everybody and _for_everybody(item),
        rules=_paths(item.get("rules")),
        policies=tuple(full_path(policy) for policy in (item.get("policiesReference") or {}).get("items") or ()),
        traffic_group=listens.traffic_group,
        listed=listens.listed,
        assumed=listens.assumed,
        untyped=tuple(path for path, link in zip(paths, links, strict=True) if not link and path not in known),
    )


def _for_everybody(item: Json) -> bool:
    return item.get("ipProtocol") != "udp" and str(item.get("source") or "/0").endswith("/0")


def possible_http2(server: VirtualServer, profiles: Sequence[Json]) -> frozenset[str]:
    """Return what among the profiles of a virtual server is an HTTP/2 profile, or may be one."""
    shown = (full_path(profile) for profile in profiles if "/ltm/profile/http2/" in _type_link(profile))
    return frozenset({*shown, *server.untyped})


def _type_link(profile: Json) -> str:
    """Return the link that shows a profile's type; empty before TMOS 12."""
    return str((profile.get("nameReference") or {}).get("link", ""))


def _paths(listed: object) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list) else ()
