"""Asks every question of the catalogue, each for itself: what one meets does not keep the next from being asked."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sectigo_f5 import __version__
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.probe.bench import Bench, NotAskedError, RefusedError
from sectigo_f5.probe.catalogue import QUESTIONS
from sectigo_f5.probe.nouns import Entry, Outcome, Report
from sectigo_f5.probe.questions.every import ASKED
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.probe.scratch import Scratch

logger = logging.getLogger(__name__)


EVERYTHING = tuple(question.name for question in QUESTIONS)


def probe(unit: Unit, partition: str, *, may_save: bool = False, questions: Sequence[str] = EVERYTHING) -> Report:
    """Ask everything and delete everything; raises nothing that a BIG-IP can cause."""
    scratch = Scratch(unit.client, partition)
    recorder = Recorder(Redactor(scratch.stem, partition))
    bench = Bench(unit, scratch, recorder, may_save)
    unit.client.watch = recorder.note
    entries = list[Entry]()
    try:
        with scratch.swept() as left:
            entries += [_entry(bench, question) for question in questions]
    finally:
        bench.forget()
        unit.client.watch = None
    shown = "Common" if partition == "Common" else "other"
    return Report(__version__, shown, bench.release, tuple(entries), tuple(map(recorder.redactor.message, left)))


def _entry(bench: Bench, name: str) -> Entry:
    """Ask one question, delete what was made for it, and return what was found."""
    bench.question, bench.findings, bench.texts = name, {}, {}
    bench.recorder.taken()  # what clearing up after the last question has sent
    with bench.scratch.cleared():
        outcome, because = _outcome(bench)
        exchanges = bench.recorder.taken()
    logger.info("%s: %s%s", name, outcome, f" ({because})" if because else "")
    because = bench.recorder.redactor.message(because)
    return Entry(name, outcome, because, dict(bench.findings), dict(bench.texts), tuple(exchanges))


def _outcome(bench: Bench) -> tuple[Outcome, str]:
    if bench.client.has_given_up:
        return Outcome.NOT_ASKED, "the BIG-IP did not come back in time"
    if bench.question not in ASKED:
        return Outcome.NOT_ASKED, "this connector does not ask it yet"
    try:
        ASKED[bench.question](bench)
    except NotAskedError as error:
        return Outcome.NOT_ASKED, str(error)
    except RefusedError as error:
        return Outcome.REFUSED, str(error)
    except (ConnectorError, InterruptedRunError) as error:
        return Outcome.FAILED, str(error)
    return Outcome.ANSWERED, ""
