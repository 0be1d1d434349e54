"""Which questions a report does not answer, why, and what would get them answered; pure."""

from __future__ import annotations

from collections.abc import Iterator

from sectigo_f5.probe.catalogue import QUESTIONS, Question
from sectigo_f5.probe.nouns import Outcome, Report

WORDS = {Outcome.NOT_ASKED: "not asked", Outcome.REFUSED: "refused", Outcome.FAILED: "no certain answer"}
REMEDIES = {
    Outcome.NOT_ASKED: "probe again once that is mended",
    Outcome.REFUSED: "probe as a local user with the role Administrator and the shell bash",
    Outcome.FAILED: "probe again; if it comes to the same, send the report",
}
OF_QUESTION = {"save": "probe with --save, if saving the whole running configuration does no harm now"}
NEWER = "the connector that made the report did not ask it yet: probe with this one"


def unanswered(report: Report) -> Iterator[str]:
    """Yield a sentence for each question without an answer, in the catalogue's order."""
    for question in QUESTIONS:
        entry = report.entry(question.name)
        if entry is None:
            yield f"{_asked(question)}: {NEWER}"
        elif entry.outcome is not Outcome.ANSWERED:
            why = f" ({entry.because})" if entry.because else ""
            remedy = OF_QUESTION.get(question.name) if entry.outcome is Outcome.NOT_ASKED else None
            yield f"{_asked(question)}: {WORDS[entry.outcome]}{why}; {remedy or REMEDIES[entry.outcome]}"


def _asked(question: Question) -> str:
    return f"{question.name}, {question.asks}"
