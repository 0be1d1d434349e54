"""Which questions a report does not answer, why, and what would get them answered; pure."""

from __future__ import annotations

from collections.abc import Iterator

from sectigo_f5.printable import one_line
from sectigo_f5.probe.catalogue import QUESTIONS
from sectigo_f5.probe.nouns import Entry, Outcome, Report

WORDS = {Outcome.NOT_ASKED: "not asked", Outcome.REFUSED: "refused", Outcome.FAILED: "no certain answer"}
REMEDIES = {
    Outcome.NOT_ASKED: "probe again once that is mended",
    Outcome.REFUSED: "probe as a local user with the role Administrator and the shell bash",
    Outcome.FAILED: "probe again; if it comes to the same, send the report",
}
OF_QUESTION = {"save": "probe with --save, if saving the whole running configuration does no harm now"}
NEWER = "the connector that made the report did not ask it yet; probe with this one"
LONGEST = 240  # characters of a reason; the report has all of it


def unanswered(report: Report) -> Iterator[str]:
    """Yield a sentence for each reason why questions have no answer, after their names in the catalogue's order."""
    questions = dict[str, list[str]]()
    for question in QUESTIONS:
        entry = report.entry(question.name)
        if entry is None or entry.outcome is not Outcome.ANSWERED:
            questions.setdefault(_why(entry), []).append(question.name)
    yield from (f"{', '.join(names)}: {why}" for why, names in questions.items())


def _why(entry: Entry | None) -> str:
    if entry is None:
        return NEWER
    because = f" ({one_line(entry.because, LONGEST)})" if entry.because else ""
    remedy = OF_QUESTION.get(entry.question) if entry.outcome is Outcome.NOT_ASKED else None
    return f"{WORDS[entry.outcome]}{because}; {remedy or REMEDIES[entry.outcome]}"
