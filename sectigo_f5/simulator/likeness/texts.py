"""Refusals that the device of a report words otherwise than the simulator.

A text is data: nothing of it is looked at but placeholders, each of which has to be a parameter of its refusal.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sectigo_f5.simulator.likeness.reading import Told, shown
from sectigo_f5.simulator.likeness.table import CONDITIONS
from sectigo_f5.simulator.refusals.every import BY_KIND
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.switches import REJECTED, Switches

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")


def taken(told: Told, switches: Switches) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield the texts to be taken over, by kind; ``("", (0, sentence))`` for one that cannot be."""
    for kind, (status, message) in told.texts.items():
        if kind not in BY_KIND:
            yield "", (0, f"the text {shown(kind)} belongs to no refusal of the simulator")
            continue
        own = _own(kind, switches)
        if status == own.status and _means(own.message, message):
            continue
        if told.first(CONDITIONS.get(kind, "")) == REJECTED:
            yield "", (0, f"the text {kind} is told of a call that this device refuses in any case")
            continue
        strangers = sorted(set(_PLACEHOLDER.findall(message)) - set(_parameters(kind)))
        if strangers:
            yield "", (0, f"the text {kind} names {shown(strangers[0])}, which its refusal does not know")
        else:
            yield kind, (status, _general(kind, message))


def _parameters(kind: str) -> Mapping[str, Any]:
    return inspect.signature(BY_KIND[kind]).parameters


def _own(kind: str, switches: Switches) -> Refusal:
    """Return the simulator's own refusal, with placeholders for names."""
    given = {"before_14": switches.before_14}
    return BY_KIND[kind](**{name: given.get(name, f"{{{name}}}") for name in _parameters(kind)})


def _means(own: str, message: str) -> bool:
    """Tell whether a message is the simulator's own: a name in it may be one, or its placeholder."""
    parts = _PLACEHOLDER.split(own)
    pattern = "".join(
        rf"(?:\{{{part}\}}|[^{{}}]+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.fullmatch(pattern, message, re.DOTALL) is not None or own.strip() == message.strip()


def _general(kind: str, message: str) -> str:
    """Return a text that fits objects of every kind, not only that of which it was told."""
    if "title" not in _parameters(kind) or "{title}" in message:
        return message
    titles = sorted((one.title for one in KINDS.values()), key=len, reverse=True)
    named = next((title for title in titles if title in message), None)
    return message.replace(named, "{title}", 1) if named else message
