"""Inheritance: a property that a profile has not set is its nearest parent's, or else the default of its type."""

from __future__ import annotations

from typing import Any

from sectigo_f5.simulator.state.configuration import Item, Json
from sectigo_f5.simulator.state.kinds import KINDS, default_properties
from sectigo_f5.simulator.state.work import Work, is_unset

_OWN = ("appService", "description")  # never the parent's


def lineage(work: Work, item: Item) -> list[Item]:
    """Return the profile and its parents, nearest first."""
    profiles = [item]
    while True:
        parent = profiles[-1].get("defaultsFrom")
        above = None if is_unset(parent) else work.configuration.find(item.kind, parent)
        if above is None or above in profiles:
            return profiles
        profiles.append(above)


def setting(work: Work, item: Item, name: str) -> Any:
    """Return one property as it is in effect."""
    own = next((one.get(name) for one in lineage(work, item) if one.get(name) is not None), None)
    return default_properties(KINDS[item.kind], work.switches.major).get(name) if own is None else own


def settings(work: Work, item: Item) -> Json:
    """Return every property as it is in effect."""
    found = dict(default_properties(KINDS[item.kind], work.switches.major))
    for one in reversed(lineage(work, item)):
        found |= {name: value for name, value in one.properties.items() if name not in _OWN}
    found |= {name: item.get(name) for name in _OWN if item.get(name)}
    return {**found, "defaultsFrom": item.get("defaultsFrom") or "none"}
