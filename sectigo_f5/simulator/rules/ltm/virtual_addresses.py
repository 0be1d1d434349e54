"""Virtual addresses: with a name of their own, or created with the virtual server that needs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.rules.ltm import destinations
from sectigo_f5.simulator.rules.ltm.destinations import GLOBAL, Destination, parse
from sectigo_f5.simulator.state.configuration import Configuration, Item, Json, split_path
from sectigo_f5.simulator.state.work import Work

KIND = "ltm/virtual-address"
VIRTUAL_SERVER = "ltm/virtual"


def default_route_domain(work: Work, path: str) -> str:
    """Return the number of the route domain of addresses without ``%`` in this object's partition."""
    partition = work.configuration.find("auth/partition", split_path(path)[0])
    return str((partition and partition.get("defaultRouteDomain")) or GLOBAL)


def complete(work: Work, item: Item) -> Item:
    """Complete a new or changed virtual address: one without ``address`` has its address as its name."""
    given = str(item.get("address") or split_path(item.path)[2])
    address, _, route_domain = given.partition("%")
    if not destinations.is_address(address):
        raise of_objects.bad_value("address", given)
    numbered = "%" in given or item.get("address") == _before(work, item)
    default = GLOBAL if numbered else default_route_domain(work, item.path)
    stored = destinations.with_route_domain(address, route_domain or default)
    return item.with_properties(address=stored, mask=item.get("mask") or destinations.mask(stored))


def _before(work: Work, item: Item) -> str | None:
    """Return the stored address that an existing object has already, which is in no need of a route domain."""
    stored = work.configuration.find(KIND, item.path)
    return stored.get("address") if stored else None


def show(work: Work, item: Item, shown: Json) -> Json:
    """Return a virtual address as its partition shows it."""
    default = default_route_domain(work, item.path)
    always = work.switches.default_route_domain_shown
    return {**shown, "address": destinations.show_address(str(item.get("address")), default, always)}


# -- virtual servers and their addresses -------------------------------------------------------


def destination(item: Item) -> Destination | None:
    """Return where a virtual server listens, as it is stored; None if it was created without a destination."""
    text = item.get("destination")
    return parse(str(text), f"/{split_path(item.path)[0]}") if text else None


def address_of(work: Work, item: Item) -> Item | None:
    """Return the virtual address of a virtual server."""
    place = destination(item)
    return None if place is None else find(work, place)


def find(work: Work, place: Destination) -> Item | None:
    """Return the virtual address that a destination names, or that has its address in the same partition."""
    named = work.configuration.find(KIND, f"{place.folder}/{_usual_name(work, place)}")
    if named is not None and _is_at(place, named):
        return named
    return next((item for item in work.configuration.of(KIND) if _is_at(place, item)), None)


def by_name(work: Work, place: Destination) -> Destination:
    """Return a destination by the name of its virtual address, if that is another one than its address."""
    found = find(work, place)
    folder, _, name = found.path.rpartition("/") if found else ("", "", "")
    usual = not name or destinations.is_address(name.partition("%")[0])
    return place if usual else Destination(folder, name, GLOBAL, place.port)


def _usual_name(work: Work, place: Destination) -> str:
    default = default_route_domain(work, f"{place.folder}/x")
    return place.host if place.is_name else destinations.show_address(place.virtual_address, default)


def _is_at(place: Destination, item: Item) -> bool:
    """Tell whether a destination means this virtual address."""
    if place.is_name:
        return item.path == f"{place.folder}/{place.host}"
    partitions = {path.split("/")[1] for path in (item.path, f"{place.folder}/")}
    return len(partitions) == 1 and destinations.same_address(str(item.get("address")), place.virtual_address)


def sync(work: Work) -> None:
    """Create the virtual addresses that virtual servers need, and delete those that are no longer used.

    An address that was created on its own, and that no virtual server ever used, stays.
    """
    _refuse_removed(work)
    servers = work.configuration.of(VIRTUAL_SERVER)
    for place in filter(None, map(destination, servers)):
        if find(work, place) is None and not place.is_name:
            _create(work, place)
    used = _used(work, servers)
    earlier = replace(work, configuration=Configuration(work.configuration.before))
    for path in sorted(_used(earlier, earlier.configuration.of(VIRTUAL_SERVER)) - used):
        item = work.configuration.find(KIND, path)
        if item is not None and (item.get("autoDelete") or "true") == "true":
            work.configuration.remove(item)


def _create(work: Work, place: Destination) -> None:
    properties = {"address": place.virtual_address, "mask": destinations.mask(place.host)}
    work.configuration.put(Item(KIND, f"{place.folder}/{_usual_name(work, place)}", properties))


def _used(work: Work, servers: Iterable[Item]) -> set[str]:
    """Return the paths of the virtual addresses that virtual servers use."""
    return {item.path for item in (address_of(work, server) for server in servers) if item is not None}


def _refuse_removed(work: Work) -> None:
    """Refuse to delete a virtual address that a virtual server still uses (wording uncertain)."""
    removed = (work.configuration.before.get(place) for place in sorted(work.configuration.removed))
    for item in (one for one in removed if one is not None and one.kind == KIND):
        for server in work.configuration.of(VIRTUAL_SERVER):
            place = destination(server)
            if place is not None and _is_at(place, item):
                raise of_objects.in_use("Virtual Address", item.path, f"virtual server ({server.path})")
