"""What is wrong in a cell of the walk of ``probe``: what its report says is compared with what is so."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sectigo_f5.probe.nouns import Entry, Outcome, Report
from sectigo_f5.probe.scratch import PREFIX

STEM = re.compile(rf"{PREFIX}[0-9a-f]{{8}}")


@dataclass(frozen=True)
class Course:
    """What happened in a cell."""

    expected: Report  # of a probe without a fault
    first: Report | None
    error: str  # why there is no report
    code: int  # the exit code; negative: the signal that ended it
    signal: signal.Signals | None
    meets: str  # the question whose request meets it; empty: none
    refused: bool  # the fault is a refusal for good: other findings are right then, and what stays is named
    left: Sequence[str]  # on the device after the first probe
    left_later: Sequence[str]  # after the next probe, without a fault
    touched: Sequence[str]  # of somebody else's
    told: Sequence[str]  # what no report may tell
    unknown: Sequence[str]  # calls that the simulator does not know
    tokens: int  # that are still valid after the first probe, of those that it had


def faults_of(course: Course) -> Iterator[str]:
    """Yield everything that is not as it should be."""
    yield from course.unknown
    yield from (f"told: {what}" for what in course.told)
    yield from (f"touched: {what}" for what in course.touched)
    killed = course.first is None and course.signal is not None and course.code == -course.signal
    if course.first is not None:
        yield from _of_the_first(course, course.first)
    elif not killed and not course.error:
        yield f"the probe ended by {course.code} without a word"
    if not killed:
        yield from _of_what_is_left(course)
    yield from (f"left by the next probe: {what}" for what in course.left_later)


def _of_the_first(course: Course, report: Report) -> Iterator[str]:
    asked = [entry.question for entry in report.entries]
    if asked != [entry.question for entry in course.expected.entries]:
        yield f"the report has {asked}"
    for entry in report.entries:
        if (entry.outcome is Outcome.ANSWERED) is bool(entry.because):
            yield f"{entry.question} is {entry.outcome} because {entry.because or '…'}"
    if not course.refused:
        yield from (f"not so: {what}" for what in _different(course.expected, report, only_answered=True))


def _of_what_is_left(course: Course) -> Iterator[str]:
    named = [_base(name) for name in (course.first.left if course.first else ())]
    for what in course.left:
        if not (course.refused and _base(what) in named):
            yield f"left: {what}; named: {named}"
    if course.tokens > 0 and not course.refused:
        yield f"{course.tokens} login tokens left"


def _base(name: str) -> str:
    """Return a name without folders, as a report spells it."""
    return re.split("[ /~]", STEM.sub(PREFIX.rstrip("-"), name))[-1]


def _different(expected: Report, report: Report, *, only_answered: bool = False) -> Iterator[str]:
    """Yield what is found otherwise."""
    for one, other in zip(expected.entries, report.entries, strict=False):
        if only_answered and other.outcome is not Outcome.ANSWERED:
            continue
        if _found(one) != _found(other):
            yield f"{other.question}: {_found(other)} instead of {_found(one)}"


def _found(entry: Entry) -> tuple[object, ...]:
    entry = replace(entry, exchanges=())
    return str(entry.outcome), dict(entry.findings), dict(entry.texts)
