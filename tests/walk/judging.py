"""What is wrong in a cell: what its runs said is compared with what is so."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sectigo_f5.model import Outcome, Result
from tests.walk.operations import Operation
from tests.walk.state import differences

NOTHING_OLDER = "there is no generation of "  # to go back to: a rollback that was done already, and was not told
ADMITTED = ("in service", "whether it was made cannot be read")  # a failure after the change says what serves


@dataclass(frozen=True)
class Course:
    """What happened in a cell."""

    operation: Operation
    serving_before: int | None
    first: tuple[Result | None, int, int | None, bool]  # its result, exit code, what served after it, was it saved
    signal: signal.Signals | None
    dead: bool  # the order that was placed first: nobody can use what it brings
    later: Sequence[Result]  # the runs without a fault
    issued: Sequence[int]  # the serials of all certificates
    orders: int
    served: Sequence[int | None]  # in the end, by the virtual servers of the operation
    is_saved: bool
    unknown: Sequence[str]  # calls that the simulator does not know


def faults_of(course: Course, expected: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    """Yield everything that is not as it should be."""
    yield from course.unknown
    yield from _of_the_first(course)
    yield from _of_the_last(course)
    if course.orders > 1 + course.dead:
        yield f"{course.orders} orders"
    yield from differences(expected, found)


def _of_the_first(course: Course) -> Iterator[str]:
    """Yield where the word or the exit code of the run that met the fault is not true."""
    result, code, serving, is_saved = course.first
    if result is None:
        if course.signal is None or code != -course.signal:
            yield f"the first run ended by {code} without a word"
        return
    told = f"the first run said {result.outcome} ({result.error or result.reason}), exit code {code}"
    if result.bug or code not in (0, 1):
        yield f"a bug: {told}"
    elif (code == 0) != (result.error is None and result.outcome is not Outcome.FAILED):
        yield f"the exit code is not that of the word: {told}"
    elif lie := _lie(course, result, serving):
        yield f"{lie}, but {told}"
    elif code == 0 and result.outcome in course.operation.words and not is_saved:
        yield f"it is not saved, but {told}"


def _lie(course: Course, result: Result, serving: int | None) -> str | None:
    """Return what is so, if the word says otherwise."""
    changed, shown = serving != course.serving_before, f"{serving:x} serves" if serving else "no certificate serves"
    if result.outcome is Outcome.FAILED:
        admitted = any(words in (result.error or "") for words in ADMITTED)
        return "the change is in service" if changed and not admitted else None
    if result.outcome is Outcome.PENDING:
        return "nothing is pending" if changed or not course.orders else None
    if result.outcome is Outcome.SKIPPED and course.signal:
        return "something was changed" if changed else None
    if result.outcome not in course.operation.words:
        return "nobody expects that"
    is_the_one = serving is not None and f"{serving:x}" == result.serial
    return None if is_the_one and changed == course.operation.changes_what_serves else shown


def _of_the_last(course: Course) -> Iterator[str]:
    """Yield what the run without a fault has left undone."""
    *before, last = course.later
    for result in before:
        if result.error and not result.error.startswith(NOTHING_OLDER):
            yield f"once more: {result.outcome}: {result.error}"
    if last.error or last.outcome not in (*course.operation.words, Outcome.KEPT, Outcome.REPAIRED):
        yield f"the last run said {last.outcome}: {last.error or last.reason}"
    if any(serial is None or f"{serial:x}" != last.serial for serial in course.served):
        yield f"the last run said {last.serial}, and {[f'{serial or 0:x}' for serial in course.served]} serves"
    if not course.is_saved:
        yield "it is not saved in the end"
