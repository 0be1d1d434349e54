"""A report as text for a person, by sections; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from sectigo_f5.printable import one_line
from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.probe.explaining.doings import doings
from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.explaining.nouns import NUMBER, Fact, Means, Row
from sectigo_f5.probe.explaining.refusals import unrecognised
from sectigo_f5.probe.explaining.unanswered import unanswered
from sectigo_f5.probe.nouns import Report

WIDTH = 110  # characters of a line
UNFORESEEN = "Unlike what the connector expects: please send the report (docs/real-devices.md)"


def explanation(report: Report) -> str:
    """Say which BIG-IP it is, what the report settles, what it does not, and what was left; ends with a line's end."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    found = Findings(report)
    yield from _wrapped(_which(report), 0)
    if report.left:
        yield from _section("Left on the BIG-IP, to be deleted by hand", report.left)
    done = (f"{what}: {how.text}" for what, how in doings(found))
    yield from _section("What the connector does on this BIG-IP", done)
    yield from _section(UNFORESEEN, _surprises(report, found), "nothing")
    yield from ("", "What this report settles")
    open_facts = list[Fact]()
    for fact in FACTS:
        settled = list(_settled(fact, found))
        yield from _block(fact.unknown, settled) if settled else ()
        open_facts += [] if settled else [fact]
    left_open = (f"{fact.unknown}; until then the connector {fact.until_then}" for fact in open_facts)
    yield from _section("What it leaves open", left_open, "nothing")
    yield from _section("Questions without an answer", unanswered(report), "none")
    yield from _section("What no probe can settle", (f"{what}: {why}" for what, why in STAY_OPEN.items()))
    if not report.left:
        yield from _section("Left on the BIG-IP", (), "nothing")


def _which(report: Report) -> str:
    release = report.release
    words = (
        f"BIG-IP {release.version or 'of a release that it does not tell'}",
        f"build {release.build}" if release.build else "",
        f"edition {release.edition}" if release.edition else "",
        f"modules {', '.join(release.modules)}" if release.modules else "",
        "partition Common" if report.partition == "Common" else "a partition other than Common",
        f"asked by connector {report.connector}",
    )
    return ", ".join(filter(None, words))


def _section(title: str, items: Iterable[str], none: str = "") -> Iterator[str]:
    """Yield a title, and each item below it."""
    yield from ("", *_wrapped(title, 0))
    for item in list(items) or [none]:
        yield from _wrapped(item, 1)


def _block(title: str, items: Iterable[str]) -> Iterator[str]:
    """Yield a title within a section, and each item below it."""
    yield from _wrapped(title, 1)
    for item in items:
        yield from _wrapped(item, 2)


def _wrapped(text: str, depth: int) -> list[str]:
    """Return a text, which a stranger's report may be a part of, as lines that no terminal obeys."""
    first, more = "  " * depth, "  " * (depth + 2)
    return textwrap.wrap(one_line(text), WIDTH, initial_indent=first, subsequent_indent=more, break_long_words=False)


# -- what was found ------------------------------------------------------------------------------


def _settled(fact: Fact, found: Findings) -> Iterator[str]:
    """Yield a sentence for each finding of a fact; questions with the same word share it."""
    for row in fact.rows:
        for word, (questions, means) in _words(row, found).items():
            yield f"{_means(row)} ({', '.join(questions)}): {word}; {means.text}"


def _surprises(report: Report, found: Findings) -> Iterator[str]:
    yield from (f"{what}: {how.text}" for what, how in doings(found) if how.unforeseen)
    for row in (row for fact in FACTS for row in fact.rows):
        for word, (questions, means) in _words(row, found).items():
            if means.unforeseen:
                yield f"{_means(row)} ({', '.join(questions)}): {word}; {means.text}"
    yield from unrecognised(report)


def _words(row: Row, found: Findings) -> dict[str, tuple[list[str], Means]]:
    """Return what was found of a row: each word with the questions that found it, and what it means."""
    words = dict[str, tuple[list[str], Means]]()
    for question in row.questions:
        word = found.word(question, row.finding)
        if word is not None:
            words.setdefault(word, ([], meaning(row, word)))[0].append(question)
    return words


def meaning(row: Row, word: str) -> Means:
    """Return what a word of a row means; a report of another version may have one that nobody knows here."""
    if NUMBER in row.words:
        return Means(row.words[NUMBER].text.format(word))
    return row.words.get(word, Means("this connector does not know the word: explain it with the one that made it"))


def _means(row: Row) -> str:
    return next(one.means for one in BY_NAME[row.questions[0]].findings if one.name == row.finding)
