"""What JSON consists of, without what it says: the names of properties, and the types of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sectigo_f5.probe.harmless.names import Names
from sectigo_f5.probe.harmless.texts import PROPERTY
from sectigo_f5.probe.harmless.words import is_term
from sectigo_f5.probe.nouns import Shape

EITHER = "|"  # stands for the property under which alternatives are listed
MORE = "…"  # what is deeper, or more
DEEPEST, MOST_PROPERTIES, MOST_ITEMS = 10, 400, 2000
_URL = re.compile(r"https?://[^/]*(/.*)", re.DOTALL)


def shape(value: object, names: Names, depth: int = 0) -> Shape:
    """Return the types in a JSON value: of properties by name, of items each kind once, and merged."""
    if depth > DEEPEST and isinstance(value, dict | list):
        return MORE
    if isinstance(value, dict):
        found: dict[str, Shape] = {}
        for name, each in list(value.items())[:MOST_ITEMS]:
            shown = property_name(str(name), names)
            inner = shape(each, names, depth + 1)
            found[shown] = merged([found[shown], inner]) if shown in found else inner
        return dict(sorted(found.items())[:MOST_PROPERTIES])
    if isinstance(value, list):
        return alternatives(merged(shape(each, names, depth + 1) for each in value[:MOST_ITEMS])) if value else []
    return _type(value)


def property_name(name: str, names: Names) -> str:
    """Return how a property's name is shown: F5's own, a URL as statistics have them, or a placeholder."""
    url = _URL.fullmatch(name)
    if url:
        return names.path(url[1])
    return name if all(map(is_term, name.split("."))) else PROPERTY


def _type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "bytes" if isinstance(value, bytes) else "string"


def merged(shapes: Iterable[Shape]) -> Shape:
    """Return one shape for values that stand in the same place: objects become one, lists too, types are listed."""
    types, objects, lists = set[str](), list[dict[str, Shape]](), list[list[Shape]]()
    for each in shapes:
        for one in alternatives(each):
            if isinstance(one, dict):
                objects.append(one)
            elif isinstance(one, list):
                lists.append(one)
            else:
                types.add(one)
    found: list[Any] = sorted(types)
    found += [_object(objects)] if objects else []
    found += [alternatives(merged(item for one in lists for item in one)) if any(lists) else []] if lists else []
    return found[0] if len(found) == 1 else {EITHER: found}


def _object(objects: list[dict[str, Shape]]) -> dict[str, Shape]:
    names = sorted({name for one in objects for name in one})[:MOST_PROPERTIES]
    return {name: merged(one[name] for one in objects if name in one) for name in names}


def alternatives(one: Shape) -> list[Shape]:
    """Return what a shape may be, as a list."""
    return list(one[EITHER]) if isinstance(one, dict) and set(one) == {EITHER} else [one]
