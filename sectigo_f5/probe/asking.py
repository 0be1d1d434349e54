"""Asks every question of the catalogue, each for itself: what one meets does not keep the next from being asked."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests

from sectigo_f5 import __version__, recording, stopping
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.probe.bench import Bench, NotAskedError, RefusedError
from sectigo_f5.probe.catalogue.every import AFTERWARDS, BY_NAME, QUESTIONS
from sectigo_f5.probe.catalogue.nouns import Question
from sectigo_f5.probe.clearing.deleting import Thing, names_of
from sectigo_f5.probe.nouns import Entry, Outcome, Report
from sectigo_f5.probe.questions.every import ASKED
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor, partition_shown
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.progress import doing
from sectigo_f5.recording import Ending, What

logger = logging.getLogger(__name__)

INTERRUPTED = "the probe was interrupted"
EVERYTHING = tuple(question.name for question in QUESTIONS)
GIVEN_UP = "the BIG-IP did not come back in time"
LIMIT = 3600.0  # seconds
TOO_SLOW = f"the BIG-IP answers too slowly, and no question is asked after {LIMIT / 60:.0f} minutes"
OUTCOMES: Mapping[type[ConnectorError], Outcome] = {NotAskedError: Outcome.NOT_ASKED, RefusedError: Outcome.REFUSED}
WORDS = {Outcome.NOT_ASKED: "not asked", Outcome.FAILED: "no certain answer"}  # the others are their own


@dataclass
class Course:
    """How the asking goes."""

    until: float  # no question is asked after it, by the monotonic clock: no run can begin meanwhile
    unasked: str = ""  # why not everything was asked; empty if it was
    bugs: list[Exception] = field(default_factory=list)  # of the connector, each of one question


@dataclass(frozen=True)
class Probed:
    """What came of a probe."""

    report: Report
    left: Sequence[Thing]  # what could not be deleted, by its real names
    course: Course


def probe(unit: Unit, partition: str, *, may_save: bool = False, questions: Sequence[str] = EVERYTHING) -> Report:
    """Ask everything and delete everything; raises nothing that a BIG-IP can cause, but a bug of a question."""
    probed = ask_everything(unit, partition, may_save=may_save, questions=questions)
    if probed.course.bugs:
        raise probed.course.bugs[0]
    return probed.report


def ask_everything(
    unit: Unit,
    partition: str,
    *,
    may_save: bool = False,
    left_before: Sequence[Thing] = (),
    questions: Sequence[str] = EVERYTHING,
) -> Probed:
    """Ask everything and delete everything, as one change of the trail.

    ``left_before`` is what earlier probes have left and could not be deleted either. Not even a bug of a question
    keeps the next one from being asked: whoever can probe a real BIG-IP may not come back.
    """
    scratch, course = Scratch(unit.client, partition), Course(time.monotonic() + LIMIT)
    recorder = Recorder(Redactor(scratch.stem, partition))
    bench = Bench(unit, scratch, recorder, may_save)
    logger.info("probing %s: each scratch name begins with %s", unit.client.host, scratch.stem)
    entries = list[Entry]()

    def watch(call: Call, answer: requests.Response | None, seconds: float) -> None:
        scratch.note_call(call, answer)
        recorder.note(call, answer, seconds)

    unit.client.watch = watch
    with recording.change(What.PROBED, [f"/{partition}/{scratch.stem}*"]) as change:
        try:
            with scratch.swept() as left:
                entries += _entries(bench, course, [name for name in questions if name not in AFTERWARDS])
            bench.something_left = bool(left or left_before)
            entries += _entries(bench, course, [name for name in questions if name in AFTERWARDS])
        finally:
            bench.forget()
            unit.client.watch = None
            change.objects += scratch.noted
        change.ending = Ending.NOT_TAKEN_BACK if left else Ending.TAKEN_BACK
        change.reason = f"left: {names_of(left)}" if left else course.unasked
    course.unasked = course.unasked or (GIVEN_UP if unit.client.has_given_up else "")
    every = (*left_before, *left)
    redactor = recorder.redactor
    told = tuple(redactor.message(thing.name) for thing in every)
    shown, release = partition_shown(partition), redactor.release(bench.release)
    return Probed(Report(__version__, shown, release, tuple(entries), told), every, course)


def _entries(bench: Bench, course: Course, names: Sequence[str]) -> Iterator[Entry]:
    for question in map(BY_NAME.__getitem__, names):
        number = EVERYTHING.index(question.name) + 1
        doing(f"question {number} of {len(EVERYTHING)}: {question.asks}")
        outcome, because, entry = _entry(bench, question, course)
        what = f"{WORDS.get(outcome, outcome)}{f' ({because})' if because else ''}"
        logger.info("question %d of %d, %s: %s", number, len(EVERYTHING), question.asks, what)
        yield entry


def _entry(bench: Bench, question: Question, course: Course) -> tuple[Outcome, str, Entry]:
    """Ask one question, and delete what was made for it; returns what became of it, and that without names."""
    bench.question, bench.findings, bench.texts = question.name, {}, {}
    bench.recorder.taken()  # what clearing up after the last question has sent
    with bench.scratch.cleared():
        outcome, because = _outcome(bench, course)
        exchanges = bench.recorder.taken()
    told = bench.recorder.redactor.message(because)
    entry = Entry(question.name, outcome, told, dict(bench.findings), dict(bench.texts), tuple(exchanges))
    return outcome, because, entry


def _outcome(bench: Bench, course: Course) -> tuple[Outcome, str]:
    if obstacle := _obstacle(bench, course):
        return Outcome.NOT_ASKED, obstacle
    try:
        ASKED[bench.question](bench)
    except InterruptedRunError:
        course.unasked = INTERRUPTED
        return Outcome.FAILED, INTERRUPTED
    except ConnectorError as error:
        return OUTCOMES.get(type(error), Outcome.FAILED), str(error)
    except Exception as error:  # noqa: BLE001  # told as a bug, with exit code 3, when the report is written
        logger.error("this is a bug, please report it with the lines below", exc_info=error)
        course.bugs.append(error)
        return Outcome.FAILED, f"a bug of the connector: {type(error).__name__} at {_place(error)}"
    return Outcome.ANSWERED, ""


def _obstacle(bench: Bench, course: Course) -> str:
    """Return why no further question is asked; empty if this one is."""
    try:
        stopping.check()
    except InterruptedRunError:
        course.unasked = INTERRUPTED
    if not course.unasked and bench.client.has_given_up:
        course.unasked = GIVEN_UP
    if not course.unasked and time.monotonic() > course.until:
        course.unasked = TOO_SLOW
    return course.unasked or ("" if bench.question in ASKED else "this connector does not ask it yet")


def _place(error: Exception) -> str:
    """Return the last line of ours that an error came through; its text may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(__file__).parent.parent in Path(frame.filename).parents]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "no line of ours"
