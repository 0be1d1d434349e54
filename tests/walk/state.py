"""What is on a device, without what differs from run to run: times of issue, serials, ciphertexts, counters."""

from __future__ import annotations

import json
import re

from sectigo_f5.simulator.state.configuration import Item
from tests.support.world import World

STAMP = re.compile(r"\d{8}T\d{6}Z")
VOLATILE = {"passphrase", "createTime", "lastUpdateTime", "lastModifiedTime", "creationTime", "revision"}


def contents(world: World) -> dict[str, str]:
    """Return every object of the device, as text, by kind and path; times of issue are told by their order."""
    device = world.device
    items = {f"{kind} {path}": _text(item) for (kind, path), item in device.engine.configuration.items.items()}
    items |= {f"{kind} {name}": "" for kind, names in world.leftovers().items() if kind != "tokens" for name in names}
    stamps = sorted(set(STAMP.findall(" ".join(items))))
    order = {stamp: f"TIME-{number}" for number, stamp in enumerate(stamps, 1)}

    def told(text: str) -> str:
        return STAMP.sub(lambda match: order.get(match[0], match[0]), text)

    return {told(place): told(text) for place, text in items.items()}


def _text(item: Item) -> str:
    return json.dumps(_steady(item.properties), sort_keys=True, default=str)


def _steady(value: object) -> object:
    if isinstance(value, dict):
        return {name: _steady(each) for name, each in value.items() if name not in VOLATILE}
    return [_steady(each) for each in value] if isinstance(value, list | tuple) else value


def differences(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    """Say what is left over, missing or different."""
    left = [f"left: {place}" for place in sorted(found.keys() - expected.keys())]
    missing = [f"missing: {place}" for place in sorted(expected.keys() - found.keys())]
    other = [place for place in sorted(found.keys() & expected.keys()) if found[place] != expected[place]]
    return [*left, *missing, *(f"different: {place}: {found[place]} instead of {expected[place]}" for place in other)]
