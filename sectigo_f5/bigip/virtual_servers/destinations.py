"""Where a virtual server listens: its destination, the virtual address that it may name, its route domain; pure.

A destination is ``/P/10.0.0.1%2:443``, ``/P/2001:db8::1.443``, or names an ``ltm virtual-address``, as those of AS3
do: ``/P/folder/name:443`` (F5 application-study-tool #193, f5-ansible #751). The route domain is not shown where it
is the default one of the partition, "not consistently" (f5-cccl #196, k8s-bigip-ctlr #1730).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from sectigo_f5.bigip.readers import Json, full_path, text
from sectigo_f5.listening import Destination, Listening
from sectigo_f5.model import partition_of

ANY = ("any", "any6")  # the device's words for every address
ANY_6 = re.compile(r"any6(?:%\d+)?\.\w+")
SERVICES = {"http": 80, "https": 443}  # every other word is any port

LOCAL_ONLY = "/traffic-group-local-only"  # what is in it never moves to another unit

RouteDomains = Mapping[str, str]  # the default route domains, by partition, as far as they can be seen


@dataclass(frozen=True)
class VirtualAddress:
    """An ``ltm virtual-address``; the route domain is a number, and empty for 0."""

    address: str
    route_domain: str
    traffic_group: str | None = None  # with which it moves to another unit; None if it never does
    assumed: bool = False  # its route domain is taken for 0, and not known


def default_route_domains(partitions: Iterable[Json]) -> dict[str, str]:
    """Read the default route domains of ``auth partition`` objects, by partition."""
    return {str(item.get("name")): text(item, "defaultRouteDomain") or "0" for item in partitions}


def virtual_addresses(items: Iterable[Json], defaults: RouteDomains) -> dict[str, VirtualAddress]:
    """Read ``ltm virtual-address`` objects, by full path."""
    return {full_path(item): _virtual_address(item, defaults) for item in items}


def _virtual_address(item: Json, defaults: RouteDomains) -> VirtualAddress:
    address, _, shown = (text(item, "address") or "").partition("%")
    route_domain, assumed = domain_of(shown, full_path(item), defaults)
    group = text(item, "trafficGroup")
    floating = None if group and group.endswith(LOCAL_ONLY) else group
    return VirtualAddress(_address(address), route_domain, floating, assumed)


def criteria_of(item: Json) -> str | None:
    """Return the full path of the traffic matching criteria that a virtual server has instead of a destination."""
    reference = item.get("trafficMatchingCriteriaReference")
    link = str(reference.get("link") if isinstance(reference, Mapping) else reference)
    linked = unquote(link.rpartition("/")[2].partition("?")[0]).replace("~", "/")
    return text(item, "trafficMatchingCriteria") or (linked if reference else None)


def destination(
    item: Json,
    addresses: Mapping[str, VirtualAddress],
    defaults: RouteDomains,
    criteria: Mapping[str, Destination] | None = None,
) -> Destination:
    """Return where a virtual server listens.

    The address is not known, and empty, if the virtual address that it names cannot be seen, or the ``criteria``.
    """
    path = criteria_of(item)
    if path:
        of_lists = (criteria or {}).get(path) or Destination("", "", 0, listed=Listening(path))
        found = _of_value(addresses, of_lists.address, of_lists.route_domain)
        return replace(of_lists, traffic_group=found.traffic_group) if found else of_lists
    written = str(item.get("destination") or "")
    folder, _, last = (written if "/" in written else f"{full_path(item).rpartition('/')[0]}/{written}").rpartition("/")
    name, port = _without_port(last)
    host, _, shown = name.partition("%")
    path, address = f"{folder}/{name}", _address(host)
    route_domain, assumed = domain_of(shown, path, defaults)
    found = addresses.get(path) or _of_value(addresses, address, route_domain)
    if found is None:
        return Destination(address, route_domain, port, assumed=assumed)
    if not address or not shown:  # the virtual address may show the route domain
        address, route_domain, assumed = address or found.address, found.route_domain, found.assumed
    return Destination(address, route_domain, port, found.traffic_group, assumed)


def domain_of(shown: str, path: str, defaults: RouteDomains) -> tuple[str, bool]:
    """Return a route domain, that of the partition if none is shown, and whether it is only assumed to be 0.

    A role may be refused the partitions, or see its own alone.
    """
    partition = partition_of(path)
    route_domain = shown or defaults.get(partition, "0")
    return "" if route_domain == "0" else route_domain, not shown and partition not in defaults


def _without_port(last: str) -> tuple[str, int]:
    """Split off the port: after a dot if the address is IPv6, after a colon behind anything else, names included."""
    separator = "." if last.count(":") > 1 or ANY_6.fullmatch(last) else ":"
    host, found, port = last.rpartition(separator)
    if not found:
        return last, 0
    return host, int(port) if port.isdecimal() else SERVICES.get(port, 0)


def _of_value(addresses: Mapping[str, VirtualAddress], address: str, route_domain: str) -> VirtualAddress | None:
    """Find a virtual address by what it is: there is one for an address in its route domain."""
    same = (each for each in addresses.values() if (each.address, each.route_domain) == (address, route_domain))
    return next(same, None) if address else None


def _address(written: str) -> str:
    """Return an IP address in its usual form, or the device's word for every address; empty if it is neither."""
    if written in ANY:
        return written
    try:
        return str(ipaddress.ip_address(written))
    except ValueError:
        return ""
