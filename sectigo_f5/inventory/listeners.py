"""Which virtual servers have which SSL profiles, and where they listen."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from sectigo_f5.bigip.readers import flag, full_path, text
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory.nouns import Listener, UseKind
from sectigo_f5.inventory.profiles import COLLECTIONS
from sectigo_f5.listening import Destination, network

VIRTUAL_SERVERS = "ltm/virtual"
SELECT = ("destination", "mask", "disabled", "trafficMatchingCriteria", "trafficMatchingCriteriaReference")
EXPANDED = "profilesReference"
ANY_PORT = "any"

Attached = dict[tuple[UseKind, str], list[Listener]]  # by kind and full path of the profile
Known = Mapping[UseKind, Container[str]]  # the profiles of each kind


def attached(
    items: Iterable[Json],
    profiles_of: Callable[[Json], Iterable[Json]],
    listens: Callable[[Json], Destination],
    known: Known,
) -> Attached:
    """Return the virtual servers of each SSL profile that is on one."""
    found: Attached = {}
    for item in items:
        on = [key for profile in profiles_of(item) for key in _kinds(profile, known)]
        listener = listener_of(item, listens(item)) if on else None
        for key in dict.fromkeys(on):
            if listener:
                found.setdefault(key, []).append(listener)
    return found


def _kinds(profile: Json, known: Known) -> Iterator[tuple[UseKind, str]]:
    """Yield what a profile on a virtual server is; before TMOS 12 its link does not tell, and its name has to do."""
    path, link = full_path(profile), str((profile.get("nameReference") or {}).get("link", ""))
    for kind, collection in COLLECTIONS.items():
        if path in known[kind] and (not link or f"/{collection}/" in link):
            yield kind, path


def listener_of(item: Json, where: Destination) -> Listener:
    """Return a virtual server and where it listens."""
    return Listener(full_path(item), _addresses(item, where), _ports(where), not flag(item, "disabled"))


def _addresses(item: Json, where: Destination) -> tuple[str, ...]:
    domain = f"%{where.route_domain}" if where.route_domain else ""
    if where.listed:
        return tuple(f"{each}{domain}" for each in where.listed.networks)
    if not where.address:
        return ()
    found = network(where.address, text(item, "mask"))
    if found is None or found.num_addresses == 1:
        return (f"{where.address}{domain}",)
    return (f"{found.network_address}{domain}/{found.prefixlen}",)


def _ports(where: Destination) -> tuple[str, ...]:
    if where.listed is None:
        return (str(where.port) if where.port else ANY_PORT,)
    ranges = where.listed.ports
    return tuple(ANY_PORT if span == (0, 65535) else "-".join(map(str, dict.fromkeys(span))) for span in ranges)
