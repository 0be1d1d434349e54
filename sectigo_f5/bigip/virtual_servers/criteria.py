"""Traffic matching criteria: where virtual servers on lists of addresses and ports listen (from TMOS 14.1 on); pure.

``ltm traffic-matching-criteria`` has a list or an inline form of addresses and of ports. Beside a list the inline form
is ``0.0.0.0`` or ``0`` (F5 AS3, its integration test of address and port lists). The lists are ``net address-list`` and
``net port-list``, and may contain others. ``routeDomain`` is ``any`` or names one (F5 AS3 #651).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sectigo_f5.bigip.readers import Json, full_path, text
from sectigo_f5.bigip.virtual_servers.destinations import SERVICES, RouteDomains, domain_of
from sectigo_f5.listening import ANY, Destination, Listening, Network

OF_CRITERIA = (
    *("destinationAddressList", "destinationAddressInline", "destinationPortList", "destinationPortInline"),
    *("sourceAddressList", "sourceAddressInline", "routeDomain"),
)
ADDRESSES, PORTS = ("addresses", "addressLists"), ("ports", "portLists")  # entries, and other lists
COLLECTIONS = {  # what criteria name: the properties that are read of it, and those of the criteria that name it
    "/mgmt/tm/net/address-list": (ADDRESSES, ("destinationAddressList", "sourceAddressList")),
    "/mgmt/tm/net/port-list": (PORTS, ("destinationPortList",)),
    "/mgmt/tm/net/route-domain": (("id",), ("routeDomain",)),
}
NO_LIST = (None, "any")
EVERY_ADDRESS = ("any", "any6")
EVERY_PORT = (0, 65535)
HTTPS = 443

Lists = Mapping[str, Json]  # by full path


class _NotKnownError(Exception):
    """A list cannot be seen, or something in it cannot be read."""


@dataclass(frozen=True)
class Referred:
    """What criteria refer to, in the order of ``COLLECTIONS``."""

    addresses: Lists
    ports: Lists
    route_domains: Lists
    defaults: RouteDomains


def by_criteria(items: Iterable[Json], referred: Referred) -> dict[str, Destination]:
    """Return where those listen that name these criteria, by the full path of the criteria."""
    return {full_path(item): _destination(item, referred) for item in items}


def are_named(items: Iterable[Json], properties: Collection[str]) -> bool:
    """Tell whether any criteria name objects by one of these properties."""
    return any(text(item, name) not in NO_LIST for item in items for name in properties)


def by_path(items: Iterable[Json]) -> Lists:
    """Return lists, or route domains, by full path."""
    return {full_path(item): item for item in items}


def _destination(item: Json, referred: Referred) -> Destination:
    path = full_path(item)
    written = _written(item, "destinationAddress", referred.addresses, ADDRESSES) or []
    shown = _number(written[0]) if written else ""
    route_domain, assumed = _route_domain(item, shown, referred)
    networks = dict.fromkeys(each for entry in written if _number(entry) == shown for each in _networks(entry))
    ports = tuple(_written_ports(item, referred))
    listed = Listening(path, tuple(networks), ports)
    return Destination(
        listed.host(),
        route_domain,
        _port_to_ask(listed),
        listed=listed,
        assumed=assumed,
        for_everybody=_for_everybody(item, referred),
    )


def _number(entry: str) -> str:
    """Return the route domain that an address shows; empty if it shows none."""
    found = re.search(r"%(\d+)", entry)
    return found[1] if found else ""


def _route_domain(item: Json, shown: str, referred: Referred) -> tuple[str, bool]:
    """Return the route domain, that of the first address if its number is shown, and whether it is assumed."""
    named = text(item, "routeDomain")
    if not shown and named not in NO_LIST:
        shown = str(referred.route_domains.get(str(named), {}).get("id", ""))
        if not shown:
            return "", True
    return domain_of(shown, full_path(item), referred.defaults)


def _port_to_ask(listed: Listening) -> int:
    """Return one port of several: 0 if it is any, or not known."""
    if not listed.ports or EVERY_PORT in listed.ports:
        return 0
    return HTTPS if listed.takes(HTTPS) else listed.ports[0][0]


def _for_everybody(item: Json, referred: Referred) -> bool:
    sources = _written(item, "sourceAddress", referred.addresses, ADDRESSES)
    if sources is None:
        return False
    networks = [network for entry in sources for network in _networks(entry)]
    return not networks or any(network in EVERY_ADDRESS for network in networks)


# -- lists, and what stands inline -----------------------------------------------------------------


def _written(item: Json, what: str, lists: Lists, kinds: tuple[str, str]) -> list[str] | None:
    """Return the entries of a list, or the inline form; None if a list cannot be seen."""
    named, inline = text(item, f"{what}List"), text(item, f"{what}Inline")
    if named in NO_LIST:
        return [] if inline is None else [inline]
    try:
        return list(_entries(str(named), lists, kinds))
    except _NotKnownError:
        return None


def _entries(path: str, lists: Lists, kinds: tuple[str, str], above: frozenset[str] = frozenset()) -> Iterator[str]:
    if path not in lists:
        raise _NotKnownError
    above |= {path}
    entries, others = (found if isinstance(found := lists[path].get(kind), list) else [] for kind in kinds)
    yield from (str(entry.get("name") if isinstance(entry, Mapping) else entry) for entry in entries)
    for other in others:
        inner = full_path(other if isinstance(other, Mapping) else {"fullPath": other})
        if inner not in above:
            yield from _entries(inner, lists, kinds, above)


def _networks(entry: str) -> Iterator[str]:
    """Read ``192.0.2.1``, ``192.0.2.0/24`` or ``192.0.2.1-192.0.2.9``, each perhaps with ``%`` and a number."""
    first, _, last = (_without_route_domain(part) for part in entry.partition("-"))
    try:
        if not last:
            yield _shown(ipaddress.ip_network(ANY.get(first, first), strict=False))
            return
        ends = ipaddress.ip_address(first), ipaddress.ip_address(last)
        yield from map(_shown, ipaddress.summarize_address_range(*ends))
    except (ValueError, TypeError):
        return


def _without_route_domain(address: str) -> str:
    return re.sub(r"%\d+", "", address.strip())


def _shown(network: Network) -> str:
    if network.prefixlen == 0:
        return "any6" if isinstance(network, ipaddress.IPv6Network) else "any"
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _written_ports(item: Json, referred: Referred) -> Iterator[tuple[int, int]]:
    for entry in _written(item, "destinationPort", referred.ports, PORTS) or ():
        first, _, last = entry.partition("-")
        numbers = [int(port) if port.isdecimal() else SERVICES.get(port, 0) for port in (first, last or first)]
        yield EVERY_PORT if numbers == [0, 0] else (numbers[0], numbers[1])
