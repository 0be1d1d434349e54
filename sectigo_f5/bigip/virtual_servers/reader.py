"""A virtual server from iControl REST's JSON and the profiles of the device; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from sectigo_f5.bigip.readers import Json, flag, full_path, text
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.listening import Destination

HTTP, CLIENT_SSL = "/ltm/profile/http/", "/ltm/profile/client-ssl/"  # in the link of a profile


def virtual_server(
    item: Json,
    where: Callable[[], Destination],
    profiles: Sequence[Json],
    client_ssl: Container[str],
    http: Callable[[], Container[str]],
) -> VirtualServer:
    """Read a virtual server, with the items of its ``profiles`` sub-collection; ``where`` tells where it listens.

    The type of a profile is in its link since TMOS 12; before, it is looked up among the device's profiles: those
    of HTTP are asked for only then.
    """
    paths = tuple(full_path(profile) for profile in profiles)
    links = [_type_link(profile) for profile in profiles]
    of_http = http() if not all(links) else ()
    tls = tuple(path for path in possible_client_ssl(profiles) if path in client_ssl)
    return VirtualServer(
        path=full_path(item),
        where=where,
        profiles=paths,
        client_ssl=tls,
        http=any(HTTP in link if link else path in of_http for path, link in zip(paths, links, strict=True)),
        access=any("/apm/profile/access/" in link for link in links),
        app_service=text(item, "appService"),
        destination=str(item.get("destination") or item.get("trafficMatchingCriteria") or ""),
        enabled=not flag(item, "disabled"),
        mask=text(item, "mask"),
        any_client=item.get("ipProtocol") != "udp" and str(item.get("source") or "/0").endswith("/0"),
        rules=_paths(item.get("rules")),
        policies=tuple(full_path(policy) for policy in (item.get("policiesReference") or {}).get("items") or ()),
        untyped=tuple(
            path
            for path, link in zip(paths, links, strict=True)
            if not link and path not in tls and path not in of_http
        ),
    )


def possible_client_ssl(profiles: Iterable[Json]) -> tuple[str, ...]:
    """Return what among the profiles of a virtual server is a client SSL profile, or may be one."""
    typed = ((full_path(profile), _type_link(profile)) for profile in profiles)
    return tuple(path for path, link in typed if not link or CLIENT_SSL in link)


def possible_http2(server: VirtualServer, profiles: Sequence[Json]) -> frozenset[str]:
    """Return what among the profiles of a virtual server is an HTTP/2 profile, or may be one."""
    shown = (full_path(profile) for profile in profiles if "/ltm/profile/http2/" in _type_link(profile))
    return frozenset({*shown, *server.untyped})


def _type_link(profile: Json) -> str:
    """Return the link that shows a profile's type; empty before TMOS 12."""
    return str((profile.get("nameReference") or {}).get("link", ""))


def _paths(listed: object) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list) else ()
