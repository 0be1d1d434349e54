"""What a login has learned of a BIG-IP and the next one need not find out: as JSON, and back (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sectigo_f5.bigip.unit import Unit

Json = dict[str, Any]


def learned(unit: Unit) -> Json:
    """Return what of a login is worth remembering."""
    memory = unit.memory
    return {
        "release": unit.release,
        "validates_only": memory.validates_only is True,
        "makes_request_with_key": memory.makes_request_with_key,
        "counts": dict(unit.client.collections.counts),
        "places": unit.inventory.places(),
    }


def recall(unit: Unit, known: object) -> None:
    """Begin a login with what an earlier one has learned; how the BIG-IP behaves only if it has the same release."""
    if not isinstance(known, Mapping):
        return
    counts = known.get("counts")
    for collection, count in counts.items() if isinstance(counts, Mapping) else ():
        if isinstance(count, int) and count >= 0:
            unit.client.collections.counts[str(collection)] = count
    places = known.get("places")
    unit.memory.places_before = _places(places if isinstance(places, Mapping) else {})
    if known.get("release") == unit.release:
        unit.memory.validates_only = True if known.get("validates_only") is True else None
        unit.memory.makes_request_with_key = known.get("makes_request_with_key") is not False


def _places(known: Mapping[Any, Any]) -> dict[str, dict[str, int]]:
    return {
        str(collection): {str(path): place for path, place in of.items() if isinstance(place, int) and place >= 0}
        for collection, of in known.items()
        if isinstance(of, Mapping)
    }
