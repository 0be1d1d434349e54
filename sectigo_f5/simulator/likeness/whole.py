"""A report becomes the switches of a simulated BIG-IP, and sentences about what could not be taken over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from sectigo_f5.simulator import releases
from sectigo_f5.simulator.likeness import derived, reading, texts
from sectigo_f5.simulator.likeness.reading import COMMON, Told, shown
from sectigo_f5.simulator.likeness.table import DERIVED, FIXED, SWITCHES, UNTOLD, value_of
from sectigo_f5.simulator.switches import Switches
from sectigo_f5.simulator.wording import Texts

MOST = 60  # sentences
RELEASE = ("build", "date", "edition")


@dataclass(frozen=True)
class Likeness:
    """A BIG-IP as a report tells it; ``partition`` is that of the probe."""

    switches: Switches
    partition: str
    taken: frozenset[str]  # names of switches that the report tells
    doubts: tuple[str, ...]  # what could not be taken over, a sentence each


def read(file: Path) -> Likeness:
    """Return what a file tells; raises :class:`ValueError`, :class:`OSError` if it cannot be read."""
    report = reading.read(file)
    try:
        return of(report)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def of(report: object) -> Likeness:
    """Return what a report tells, as its JSON; raises :class:`ValueError` if it is not one."""
    told = reading.told(report)
    doubts = list(told.odd)
    values: dict[str, Any] = {}
    for name, value in (*_release(told), *_same(told), *_derived(told)):
        if name:
            values[name] = value
        else:
            doubts.append(value)
    taken = frozenset(values)
    partition = COMMON if told.partition == COMMON else derived.PARTITION
    if partition != COMMON:
        values["partitions"] = (partition,)
    device = Switches(**values)
    device = replace(device, texts=_worded(told, device, doubts))
    return Likeness(device, partition, taken, (*_few(doubts), *_untold(taken)))


def _worded(told: Told, device: Switches, doubts: list[str]) -> Texts:
    """Return the texts to be taken over; what cannot be is added to the doubts."""
    worded: dict[str, tuple[int, str]] = {}
    for kind, (status, message) in texts.taken(told, device):
        if kind:
            worded[kind] = status, message
        else:
            doubts.append(message)
    return worded


def _release(told: Told) -> Iterator[tuple[str, Any]]:
    """Yield the release: its version, if that is simulated, and what else is told of it."""
    version = told.release.get("version", "")
    try:
        releases.check(version)
    except ValueError as error:
        yield "", f"release: the version {error}"
    else:
        yield "tmos", version
    yield from ((name, told.release[name]) for name in RELEASE if told.release.get(name))
    if told.modules:
        yield "modules", told.modules


def _same(told: Told) -> Iterator[tuple[str, Any]]:
    """Yield the findings that have the name of their switch."""
    for name, found in told.findings.items():
        value = next(iter(found.values()))
        if name in DERIVED:
            continue
        if name in FIXED:
            usual, reason = FIXED[name]
            yield from () if value == usual else (("", f"{name} {shown(value)}: there is no switch, since {reason}"),)
        elif name not in SWITCHES:
            yield "", f"{shown(name)} {shown(value)}: there is no such switch"
        else:
            yield _valued(name, value)
            if any(other != value for other in found.values()):
                yield "", f"{name}: several questions found different things, of which the first one is simulated"


def _derived(told: Told) -> Iterator[tuple[str, Any]]:
    for step in derived.conclusions(told):
        try:
            yield derived.valued(step)
        except ValueError:
            yield "", _no_choice(*step)


def _valued(name: str, value: str | int) -> tuple[str, Any]:
    try:
        return name, value_of(name, value)
    except ValueError:
        return "", _no_choice(name, value)


def _no_choice(name: str, value: object) -> str:
    return f"{name} {shown(value)}: the switch has no such choice, so it is {_default(name)}"


def _default(name: str) -> str:
    default = next(one.default for one in fields(Switches) if one.name == name)
    return "by release or another switch" if default is None else f"as usual: {default}"


def _few(doubts: list[str]) -> list[str]:
    more = [f"and {len(doubts) - MOST} more"] if len(doubts) > MOST else []
    return [*doubts[:MOST], *more]


def _untold(taken: frozenset[str]) -> Iterator[str]:
    """Yield what a report never tells, and what this one does not."""
    yield f"no report tells these, which are as usual: {', '.join(UNTOLD)}"
    missing = sorted(set(SWITCHES) - taken - set(UNTOLD))
    if missing:
        yield f"this report does not tell these, which are as usual: {', '.join(missing)}"
