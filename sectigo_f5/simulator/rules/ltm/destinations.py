"""Destinations of virtual servers, as requests spell them; no I/O.

``/P/10.0.0.1%2:443``, ``/P/2001:db8::1.443``, or the name of a virtual address, ``/P/name:443``; port 0 is any port.
An address without ``%`` belongs to the partition's default route domain; it is stored with the route domain's number.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import dataclass

from sectigo_f5.simulator.refusals import of_objects

_SERVICES = {"any": 0, "http": 80, "https": 443, "*": 0}
_ANY = {"any": "0.0.0.0", "any6": "::"}  # noqa: S104  BIG-IP's words for every address
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
GLOBAL = "0"  # the route domain that every device has


@dataclass(frozen=True)
class Destination:
    """An address with its route domain, or the name of a virtual address; and a port."""

    folder: str  # "/Common"
    host: str
    route_domain: str
    port: int

    @property
    def is_name(self) -> bool:
        """True if the host is the name of a virtual address."""
        return not is_address(self.host)

    @property
    def virtual_address(self) -> str:
        """Return the address with its route domain, or the name."""
        return self.host if self.is_name else with_route_domain(self.host, self.route_domain)

    def __str__(self) -> str:
        return self.shown(GLOBAL)

    def shown(self, default: str, always: bool = False) -> str:
        """Return how a partition with this default route domain shows it."""
        host = self.host if self.is_name else show_address(self.virtual_address, default, always)
        separator = "." if ":" in self.host or self.host == "any6" else ":"
        return f"{self.folder}/{host}{separator}{self.port}"


def parse(text: str, folder: str, default: str = GLOBAL) -> Destination:
    """Parse a request's destination in a folder with this default route domain; refuses an invalid one."""
    if text.startswith("/"):
        folder = text.rpartition("/")[0]
    last = text.rpartition("/")[2]
    separator = "." if last.count(":") > 1 or last.startswith("any6") else ":"
    host, _, port = last.rpartition(separator) if separator in last else (last, "", "any")
    address, _, route_domain = host.partition("%")
    number = _SERVICES.get(port, int(port) if port.isdigit() else -1)
    right = (is_address(address) and re.fullmatch(r"\d*", route_domain)) or _NAME.fullmatch(host)
    if not right or not 0 <= number < 1 << 16:
        raise of_objects.bad_value("destination", text)
    return Destination(folder, address, route_domain or default, number)


def is_address(host: str) -> bool:
    """Tell whether a host is an address, or one of the words for every address."""
    try:
        ipaddress.ip_address(_ANY.get(host, host))
    except ValueError:
        return False
    return True


def with_route_domain(address: str, route_domain: str) -> str:
    """Return an address as it is stored: with ``%`` and the number unless that is 0."""
    return address if route_domain == GLOBAL else f"{address}%{route_domain}"


def show_address(stored: str, default: str, always: bool = False) -> str:
    """Return how a partition shows an address: without the number of its default route domain."""
    address, _, route_domain = stored.partition("%")
    shown = always and default != GLOBAL
    return address if (route_domain or GLOBAL) == default and not shown else f"{address}%{route_domain or GLOBAL}"


def mask(address: str) -> str:
    """Return the mask of a single address."""
    host = address.partition("%")[0]
    if host in _ANY:
        return host
    return "255.255.255.255" if "." in host else "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"


def same_address(one: str, other: str) -> bool:
    """Tell whether two stored addresses are the same one, in whatever spelling."""
    return _comparable(one) == _comparable(other)


@functools.lru_cache(maxsize=8192)
def _comparable(stored: str) -> tuple[object, str]:
    address, _, route_domain = stored.partition("%")
    return ipaddress.ip_address(_ANY.get(address, address)), route_domain or GLOBAL
