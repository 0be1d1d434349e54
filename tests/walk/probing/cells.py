"""One cell: a probe that meets one fault at one request, and what it has left, said and touched.

Of its questions only the one is asked whose request it is, and that which makes the pairs for it: each question is
asked for itself, and a whole probe takes three times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from unittest.mock import patch

from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.probe import asking
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.nouns import Question
from sectigo_f5.probe.nouns import Entry, Outcome, Report
from sectigo_f5.probe.report_file import as_json
from sectigo_f5.simulator import Exchange, Fault
from tests.support.troubles import FOR_EVER
from tests.walk import runs
from tests.walk.cells import Cell, Walked
from tests.walk.faults import TROUBLES
from tests.walk.probing.judging import STEM, Course, faults_of
from tests.walk.probing.scene import TOKEN, Scene
from tests.walk.refusals import REFUSALS, TRANSACTION

PROBE = "probe"
END = ""  # stands for a question after the last one
MAKING = "certificate"  # the question that makes pairs for others
NEEDED = {"transaction-expiry": "transaction-timeout"}  # what another question must have left
LOGINS = "/mgmt/shared/auth"  # and the tokens that they give
OURS = "sectigo-f5-probe-[0-9a-f]{8}"


@dataclass(frozen=True)
class Part:
    """Some questions, what a probe of these alone finds without a fault, and its requests."""

    questions: tuple[str, ...]
    requests: Sequence[Exchange]
    starts: Mapping[str, int]  # how many requests come before each question
    report: Report

    def sent_for(self, name: str) -> list[tuple[str, str]]:
        """Return what a question sends, with what clears up after it."""
        following = [start for start in self.starts.values() if start > self.starts[name]]
        return list(map(_pattern_of, self.requests[self.starts[name] : min(following, default=None)]))


@dataclass(frozen=True)
class Ground:
    """A scene with what a whole probe does there without a fault, and each of its questions with what it needs."""

    scene: Scene
    whole: Part
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def requests(self) -> Sequence[Exchange]:
        """The requests of a whole probe."""
        return self.whole.requests

    def at(self, number: int) -> tuple[Part, int]:
        """Return the least part of a probe that has a request of a whole one, and the number that it has there."""
        name = _met(self.whole, number)
        if name == END:
            return self.whole, number
        part = self.parts[name] = self.parts.get(name) or self._least(name)
        return part, part.starts[name] + number - self.whole.starts[name]

    def _least(self, name: str) -> Part:
        """Return the least part that asks a question as a whole probe does: all of it, if it needs yet others."""
        part = _surveyed(self.scene, _needed(name))
        return part if part.sent_for(name) == self.whole.sent_for(name) else self.whole


def survey(scene: Scene) -> Ground:
    """Probe without a fault; raises :class:`AssertionError` if that leaves or touches anything."""
    return Ground(scene, _surveyed(scene, asking.EVERYTHING))


def _needed(name: str) -> tuple[str, ...]:
    before = asking.EVERYTHING[: asking.EVERYTHING.index(name)]
    return (*(question for question in before if question in (MAKING, NEEDED.get(name))), name)


def _surveyed(scene: Scene, questions: tuple[str, ...]) -> Part:
    scene.put_back()
    device, starts, ask = scene.device, dict[str, int](), asking._entry
    before = len(device.journal)

    def noted(bench: Bench, question: Question, course: asking.Course) -> tuple[Outcome, str, Entry]:
        starts.pop(END, None)
        starts[question.name] = len(device.journal) - before
        found = ask(bench, question, course)
        starts[END] = len(device.journal) - before
        return found

    with patch.object(asking, "_entry", noted):
        report = scene.probe(questions)
    assert (scene.left(), scene.touched(), scene.device.tokens, report.left) == ([], [], [], ())
    return Part(questions, device.journal[before:], starts, report)


def cells_of(ground: Ground, fault: str) -> Iterator[Cell]:
    """Yield every cell with one fault."""
    if fault in TROUBLES:
        numbers: Iterator[int] = iter(range(1, len(ground.requests) + 1))
    else:
        numbers = _writes_of(ground)
    for number in numbers:
        yield Cell(PROBE, fault, number)


def _writes_of(ground: Ground) -> Iterator[int]:
    known = set[tuple[str, str]]()
    for number, call in enumerate(ground.requests, 1):
        found = _pattern_of(call)
        if call.method != "GET" and not call.path.startswith(LOGINS) and found not in known:
            known.add(found)
            yield number


def _pattern_of(call: Exchange) -> tuple[str, str]:
    """Return method and path of a call, as a pattern that finds it in every probe."""
    path = re.sub(TRANSACTION, "NUMBER", STEM.sub("STEM", TOKEN.sub("/authz/tokens/TICKET", call.path)))
    patterns = {"STEM": OURS, "NUMBER": "[0-9]+", "TICKET": "[A-Z0-9]{26}"}
    found = re.escape(path)
    for word, pattern in patterns.items():
        found = found.replace(word, pattern)
    return call.method, f"^{found}/?$"


def walk(ground: Ground, cell: Cell) -> Walked:
    """Walk one cell."""
    scene, (part, number) = ground.scene, ground.at(cell.number)
    scene.put_back()
    call, meets = part.requests[number - 1], _met(part, number)
    first, error, code = _with_fault(scene, part, cell.fault, number)
    left, touched, tokens = scene.left(), scene.touched(), len(scene.device.tokens)
    scene.device.heal()
    next_left = scene.probe(()).left
    course = Course(
        expected=part.report,
        first=first,
        error=error,
        code=code,
        signal=TROUBLES[cell.fault].signal if cell.fault in TROUBLES else None,
        refused=cell.fault in REFUSALS,
        meets=meets,
        left=left,
        left_later=[*scene.left(), *next_left],
        touched=[*touched, *scene.touched()],
        told=scene.told_of(json.dumps(as_json(first)) if first else ""),
        unknown=list(scene.device.unknown),
        tokens=tokens - call.path.startswith(LOGINS),  # one whose only mention was lost ends by itself
    )
    request = f"{meets or '-'}: {call.method} {STEM.sub('…', call.path)}"
    return Walked(cell, request, (_word(first, meets),), 0, tuple(faults_of(course)), error)


def _met(part: Part, number: int) -> str:
    """Return the name of the question that a request belongs to; empty for logins and the end."""
    return next((name for name, start in reversed([*part.starts.items()]) if start < number), END)


def _word(report: Report | None, question: str) -> str:
    """Return what became of the question that met the fault."""
    entry = report.entry(question) if report else None
    return str(entry.outcome) if entry else "-"


def _with_fault(scene: Scene, part: Part, fault: str, number: int) -> tuple[Report | None, str, int]:
    """Return the report, if any, why there is none, and the exit code."""
    if fault in TROUBLES and (sent := TROUBLES[fault].signal):
        told, code = runs.told_until_signal(scene.world, lambda _: (_probe(scene, part), 0), _see, number, sent)
        return *(told or (None, "")), code
    with _request_fails(scene, part, fault, number):
        return *_probe(scene, part), 0


def _probe(scene: Scene, part: Part) -> tuple[Report | None, str]:
    try:
        return scene.probe(part.questions), ""
    except (ConnectorError, InterruptedRunError) as error:
        return None, str(error) or repr(error)


def _see(exchange: Exchange) -> None:
    pass


@contextmanager
def _request_fails(scene: Scene, part: Part, fault: str, number: int) -> Iterator[None]:
    call, device = part.requests[number - 1], scene.device
    if fault in REFUSALS:
        device.fault(Fault(*_pattern_of(call), action=REFUSALS[fault], times=FOR_EVER))
        yield
        return
    trouble = TROUBLES[fault]
    nth = sum(each.method == call.method for each in part.requests[:number])
    device.fault(trouble.at(call.method, call.path, nth))
    with runs.impatient_at(number) if trouble.action == "slow" else nullcontext():
        yield
