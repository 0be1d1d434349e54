"""What a login has learned of a BIG-IP and the next one need not find out: as JSON, and back (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sectigo_f5.bigip.unit import Unit

Json = dict[str, Any]
Number = TypeVar("Number", int, float)


def learned(unit: Unit) -> Json:
    """Return what of a login is worth remembering."""
    memory, places = unit.memory, unit.memory.holdings.places() if unit.memory.holdings else {}
    return {
        "release": unit.release,
        "username": unit.device.username,
        "takes_files": memory.takes_files,
        "validates_only": memory.validates_only is True,
        "counts": dict(unit.client.collections.counts),
        "seconds": dict(unit.client.collections.seconds),
        "places": {of: places.get(of) or before for of, before in {**places, **memory.places_before}.items()},
    }


def recall(unit: Unit, known: object) -> None:
    """Begin a login with what an earlier one has learned; how the BIG-IP behaves only if it has the same release."""
    if not isinstance(known, Mapping):
        return
    collections = unit.client.collections
    collections.counts.update(_numbers(known.get("counts"), int))
    collections.seconds.update(_numbers(known.get("seconds"), float))
    places = known.get("places")
    of_each = places.items() if isinstance(places, Mapping) else ()
    unit.memory.places_before = {str(of): _numbers(known_places, int) for of, known_places in of_each}
    if known.get("release") == unit.release:
        unit.memory.validates_only = True if known.get("validates_only") is True else None
        unit.memory.takes_files = known.get("takes_files") is True and known.get("username") == unit.device.username


def _numbers(found: object, kind: type[Number]) -> dict[str, Number]:
    items = found.items() if isinstance(found, Mapping) else ()
    return {str(name): number for name, number in items if type(number) is kind and number >= 0}
