"""Which virtual server receives connections to port 80 of an address; pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from sectigo_f5.device_objects import VirtualServer

PORT, ANY_PORT = 80, 0
ANY = {"any": "0.0.0.0/0", "0.0.0.0": "0.0.0.0/0", "any6": "::/0", "::": "::/0"}  # noqa: S104  how it is written

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def answering(servers: Iterable[VirtualServer], address: str, route_domain: str) -> tuple[VirtualServer, ...]:
    """Return what answers port 80 of an address for everybody: one virtual server, or one for each set of VLANs.

    The most specific destination wins, then a port over any port (AskF5 K14800). A disabled one
    stands in the way of the others all the same (``tm.continuematching`` is false by default).
    """
    wanted = _network(address, None)
    matching = [
        ((network.prefixlen, server.port == PORT), server)
        for server in servers
        if server.for_everybody and server.route_domain == route_domain and server.port in (PORT, ANY_PORT)
        if (network := _network(server.address, server.mask)) and wanted and _covers(network, wanted)
    ]
    first = max((rank for rank, _ in matching), default=None)
    return tuple(server for rank, server in matching if rank == first)


def _network(address: str, mask: str | None) -> Network | None:
    """Return the addresses of a destination; None if it is not an address. A single host may have no mask."""
    try:
        if address in ANY:
            return ipaddress.ip_network(ANY[address])
        bits = bin(int(ipaddress.ip_address(mask))).count("1") if mask and mask not in ANY else None
        return ipaddress.ip_network(address if bits is None else f"{address}/{bits}", strict=False)
    except ValueError:
        return None


def _covers(network: Network, wanted: Network) -> bool:
    return network.version == wanted.version and (
        network.prefixlen <= wanted.prefixlen and wanted.network_address in network
    )
