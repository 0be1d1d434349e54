"""Where a virtual server listens: on one address and port, or on lists of them (traffic matching criteria); pure."""

from __future__ import annotations

import functools
import ipaddress
from dataclasses import dataclass

ANY = {"any": "0.0.0.0/0", "0.0.0.0": "0.0.0.0/0", "any6": "::/0", "::": "::/0"}  # noqa: S104  how it is written

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Listening:
    """What the criteria say; of what cannot be read nothing is known."""

    criteria: str  # full path
    networks: tuple[str, ...] = ()  # without route domain, single addresses without a prefix
    ports: tuple[tuple[int, int], ...] = ()  # first and last

    def takes(self, port: int) -> bool:
        """Tell whether connections to a port are accepted."""
        return any(first <= port <= last for first, last in self.ports)

    def host(self) -> str:
        """Return a single address; empty if there is none, but whole networks."""
        return next((network for network in self.networks if "/" not in network), "")


@dataclass(frozen=True)
class Destination:
    """An address, empty if it is not known, and a port: 0 is any."""

    address: str  # without route domain
    route_domain: str  # a number; "" for 0
    port: int
    traffic_group: str | None = None  # with which the address moves to another unit; None if it never does
    assumed: bool = False  # its route domain is taken for 0, and not known
    listed: Listening | None = None  # the lists that address and port are of
    for_everybody: bool = True  # from every source address, as far as the criteria tell

    @property
    def is_known(self) -> bool:
        """True if any address is known."""
        return bool(self.listed.networks if self.listed else self.address)


@functools.lru_cache(maxsize=10_000)
def network(address: str, mask: str | None = None) -> Network | None:
    """Return the addresses of a destination; None if it is not an address. A single host may have no mask."""
    try:
        if address in ANY:
            return ipaddress.ip_network(ANY[address])
        bits = bin(int(ipaddress.ip_address(mask))).count("1") if mask and mask not in ANY else None
        return ipaddress.ip_network(address if bits is None else f"{address}/{bits}", strict=False)
    except ValueError:
        return None
