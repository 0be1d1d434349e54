"""A scratch virtual server that can never carry traffic, and the address that is made for it.

It is made on a device that serves people. So its address is one of TEST-NET-1, which nobody routes (RFC 5737), and
none that this device has; the address is made first and closed, for a device that makes one by itself has it answer
ARP and ping: another host of a laboratory that does use that network would lose its own. And the virtual server is
disabled, and enabled on no VLAN, so that it listens nowhere even if somebody opens the address. Whether it is really
disabled is read back before any profile is attached.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sectigo_f5.bigip.profile_change import attached_profile
from sectigo_f5.bigip.readers import flag, text
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.probe.bench import Bench, NotAskedError
from sectigo_f5.probe.seen import Seen

ADDRESSES = "ltm/virtual-address"
SERVERS = "ltm/virtual"
TEST_NET = ipaddress.IPv4Network("192.0.2.0/24")
HIGHEST, LOWEST = 200, 101  # last number of the addresses that are tried, from the highest downward
HOST = "255.255.255.255"  # the mask of one address
TRIES = 3  # addresses, for a device does not show everything that has one: its own addresses, other partitions
PORT = 443
PROFILES = ("/Common/tcp", "/Common/http")
CLOSED = {"enabled": "no", "arp": "disabled", "icmpEcho": "disabled", "routeAdvertisement": "disabled"}


@dataclass(frozen=True)
class Server:
    """A scratch virtual server, or what its creation was refused with; ``address_url`` is that of its address."""

    path: str
    url: str
    address_url: str
    seen: Seen

    @property
    def profiles(self) -> str:
        """The URL of the profiles that are attached to it."""
        return f"{self.url}/profiles"

    def item(self, profile: str) -> str:
        """Return the URL of a profile that is attached to it."""
        return f"{self.profiles}/{object_url('', profile).rpartition('/')[2]}"


def create(bench: Bench) -> Server:
    """Ask for a virtual server without a client SSL profile.

    Raises :class:`NotAskedError` without a free address, :class:`ConnectorError` if it is not disabled.
    """
    path = bench.scratch.path("vs")
    # noted before the virtual server, and deleted after it: many devices have deleted it with the virtual server
    address_url = bench.scratch.object(ADDRESSES, bench.scratch.path("address"))
    seen = Seen(0)
    for address in _free(bench):
        seen = _address(bench, address)
        if seen.ok:
            url = bench.scratch.object(SERVERS, path)
            seen = bench.ask("POST", f"/mgmt/tm/{SERVERS}", _body(bench, address))
            _must_be_disabled(bench, url, seen)
            return Server(path, url, address_url, seen)
        if seen.refused_permission:
            break
    return Server(path, object_url(SERVERS, path), address_url, seen)


def created(bench: Bench) -> Server:
    """Return a virtual server without which a question cannot be asked; raises :class:`RefusedError`."""
    server = create(bench)
    bench.must(server.seen, "a scratch virtual server")
    return server


def _address(bench: Bench, address: str) -> Seen:
    names = {"name": bench.scratch.name("address"), "partition": bench.partition}
    return bench.ask("POST", f"/mgmt/tm/{ADDRESSES}", {**names, "address": address, "autoDelete": "true", **CLOSED})


def _body(bench: Bench, address: str) -> Json:
    return {
        "name": bench.scratch.name("vs"),
        "partition": bench.partition,
        "destination": f"/{bench.partition}/{address}:{PORT}",
        "ipProtocol": "tcp",
        "disabled": True,
        "vlansEnabled": True,  # on those that it names, and it names none
        "profiles": [{"name": profile, "context": "all"} for profile in PROFILES],
    }


def _must_be_disabled(bench: Bench, url: str, seen: Seen) -> None:
    if not seen.ok:
        return
    if not flag(bench.client.get(url), "disabled"):
        raise ConnectorError("the BIG-IP has made a virtual server that was to be disabled, and it is not")


# -- addresses ---------------------------------------------------------------------------------


def _free(bench: Bench) -> list[str]:
    """Return the addresses to try; raises :class:`NotAskedError` if the device has all of them."""
    free = free_addresses(bench.client.items(f"/mgmt/tm/{ADDRESSES}", ("address", "mask")))
    if not free:
        raise NotAskedError("the BIG-IP has every address of TEST-NET-1")
    return free[:TRIES]


def free_addresses(shown: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return which addresses none of these virtual addresses is, or covers, the highest first.

    Each virtual server has one of them. That of every address covers these too, and is where people forward.
    """
    used = [network for item in shown if (network := _network(item)) and network.overlaps(TEST_NET)]
    candidates = (TEST_NET[last] for last in range(HIGHEST, LOWEST - 1, -1))
    return [str(address) for address in candidates if not any(address in network for network in used)]


def _network(item: Mapping[str, Any]) -> ipaddress.IPv4Network | None:
    """Return what a virtual address covers; None for IPv6, for every address, and for what cannot be read."""
    address = (text(item, "address") or "").partition("%")[0]
    try:
        network = ipaddress.IPv4Network(f"{address}/{text(item, 'mask') or HOST}", strict=False)
    except ValueError:
        return None
    return network if network.prefixlen else None


# -- profiles ----------------------------------------------------------------------------------


def attach(bench: Bench, server: Server, profile: str) -> Seen:
    """Ask for a profile to be attached, as the connector does."""
    return bench.ask("POST", server.profiles, attached_profile(profile))


def must_attach(bench: Bench, server: Server, profile: str) -> None:
    """Attach a profile that nothing forbids; raises :class:`RefusedError`."""
    bench.must(attach(bench, server, profile), "attaching a client SSL profile")


def detach(bench: Bench, server: Server, profile: str) -> None:
    """Take a profile off; raises :class:`RefusedError` if that is refused."""
    bench.must(bench.ask("DELETE", server.item(profile)), "taking a client SSL profile off")
