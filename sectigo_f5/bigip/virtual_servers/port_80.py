"""Which virtual server receives connections to port 80 of an address; pure."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.listening import Network, network

PORT, ANY_PORT = 80, 0

Rank = tuple[int, bool]


def answering(servers: Iterable[VirtualServer], address: str, route_domain: str) -> tuple[VirtualServer, ...]:
    """Return what answers port 80 of an address for everybody: one virtual server, or one for each set of VLANs.

    The most specific destination wins, then a port over any port (AskF5 K14800). A disabled one
    stands in the way of the others all the same (``tm.continuematching`` is false by default).
    """
    wanted = network(address)
    if wanted is None:
        return ()
    same_domain = (server for server in servers if server.for_everybody and server.listens.route_domain == route_domain)
    matching = [(rank, server) for server in same_domain if (rank := _rank(server, wanted))]
    first = max((rank for rank, _ in matching), default=None)
    return tuple(server for rank, server in matching if rank == first)


def addresses(server: VirtualServer) -> tuple[str, ...]:
    """Return where a virtual server listens, addresses and whole networks; empty if that is not known."""
    where = server.listens
    if where.listed:
        return where.listed.networks
    return (where.address,) if where.address else ()


def takes(server: VirtualServer) -> bool:
    """Tell whether a virtual server was given port 80, as the only one or among others."""
    where = server.listens
    return where.port == PORT or bool(where.port and where.listed and where.listed.takes(PORT))


def _rank(server: VirtualServer, wanted: Network) -> Rank | None:
    """Return how well a virtual server matches; None if it does not."""
    if not takes(server) and server.listens.port != ANY_PORT:
        return None
    mask = None if server.listens.listed else server.mask
    covering = [each for text in addresses(server) if (each := network(text, mask)) and _covers(each, wanted)]
    best = max((each.prefixlen for each in covering), default=None)
    return None if best is None else (best, server.listens.port != ANY_PORT)


def _covers(network: Network, wanted: Network) -> bool:
    return network.version == wanted.version and (
        network.prefixlen <= wanted.prefixlen and wanted.network_address in network
    )
