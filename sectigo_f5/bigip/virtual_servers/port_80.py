"""Which virtual server receives connections to port 80 of an address; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.listening import Network, network

PORT, ANY_PORT = 80, 0

Rank = tuple[int, bool]


class Listeners:
    """The virtual servers that may receive connections to port 80, by where they listen: there may be thousands."""

    def __init__(self, servers: Iterable[VirtualServer]) -> None:
        self.servers = servers
        self._at = defaultdict[tuple[str, Network], list[tuple[int, VirtualServer]]](list)  # single addresses
        self._wide = list[tuple[int, VirtualServer]]()  # whole networks among them
        for place, server in enumerate(servers):
            if server.for_everybody and (takes(server) or server.listens.port == ANY_PORT):
                networks = set(_networks(server))
                if all(each.prefixlen == each.max_prefixlen for each in networks):
                    for each in networks:
                        self._at[server.listens.route_domain, each].append((place, server))
                else:
                    self._wide.append((place, server))

    def answering(self, address: str, route_domain: str) -> tuple[VirtualServer, ...]:
        """Return what answers port 80 of an address for everybody: one virtual server, or one for each set of VLANs.

        The most specific destination wins, then a port over any port (AskF5 K14800). A disabled one
        stands in the way of the others all the same (``tm.continuematching`` is false by default).
        """
        wanted = network(address)
        if wanted is None:
            return ()
        wide = (found for found in self._wide if found[1].listens.route_domain == route_domain)
        near = sorted([*self._at.get((route_domain, wanted), ()), *wide], key=lambda found: found[0])
        matching = [(rank, server) for _, server in near if (rank := _rank(server, wanted))]
        first = max((rank for rank, _ in matching), default=None)
        return tuple(server for rank, server in matching if rank == first)


def answering(servers: Iterable[VirtualServer], address: str, route_domain: str) -> tuple[VirtualServer, ...]:
    """Return what answers port 80 of one address, see :meth:`Listeners.answering`."""
    return Listeners(servers).answering(address, route_domain)


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
    best = max((each.prefixlen for each in _networks(server) if _covers(each, wanted)), default=None)
    return None if best is None else (best, server.listens.port != ANY_PORT)


def _networks(server: VirtualServer) -> Iterator[Network]:
    mask = None if server.listens.listed else server.mask
    yield from filter(None, (network(text, mask) for text in addresses(server)))


def _covers(network: Network, wanted: Network) -> bool:
    return network.version == wanted.version and (
        network.prefixlen <= wanted.prefixlen and wanted.network_address in network
    )
