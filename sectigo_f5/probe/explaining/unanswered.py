"""Which questions a report does not answer, why, and what would get them answered; pure."""

from __future__ import annotations

from collections.abc import Iterator

from sectigo_f5.printable import one_line
from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.nouns import Entry, Outcome, Report

WORDS = {Outcome.NOT_ASKED: "not asked", Outcome.REFUSED: "refused", Outcome.FAILED: "no certain answer"}
REMEDIES = {
    Outcome.NOT_ASKED: "probe again once that is otherwise",
    Outcome.REFUSED: "probe as a local user with the role Administrator and the shell bash",
    Outcome.FAILED: "probe again; if it comes to the same, send the report",
}
NO_RIGHT_IS_MISSING = "the user has every right, so it is the BIG-IP that refuses: please send the report"
OF_QUESTION = {"save": "probe with --save, if saving the whole running configuration does no harm now"}
NEWER = "the connector that made the report did not ask it yet; probe with this one"
LONGEST = 240  # characters of a reason; the report has all of it


def unanswered(report: Report) -> Iterator[str]:
    """Yield a sentence for each reason why questions have no answer, after their names in the catalogue's order."""
    found, questions = Findings(report), dict[str, list[str]]()
    has_rights = found.word("user", "role") == "admin" and found.works("shell", "bash") is True
    for question in QUESTIONS:
        entry = report.entry(question.name)
        if entry is None or entry.outcome is not Outcome.ANSWERED:
            questions.setdefault(_why(entry, has_rights), []).append(question.name)
    yield from (f"{', '.join(names)}: {why}" for why, names in questions.items())


def _why(entry: Entry | None, has_rights: bool) -> str:
    if entry is None:
        return NEWER
    because = f" ({one_line(entry.because, LONGEST)})" if entry.because else ""
    return f"{WORDS[entry.outcome]}{because}; {_remedy(entry, has_rights)}"


def _remedy(entry: Entry, has_rights: bool) -> str:
    if entry.outcome is Outcome.REFUSED and has_rights:
        return NO_RIGHT_IS_MISSING
    of_question = OF_QUESTION.get(entry.question) if entry.outcome is Outcome.NOT_ASKED else None
    return of_question or REMEDIES[entry.outcome]
