"""A question and its findings, as values.

Findings have the names of the simulator's switches where there is one, and texts those of its refusals:
``--like`` reads them from the report.
"""

from __future__ import annotations

from dataclasses import dataclass

YES, NO = "yes", "no"
WORKS, REJECTED, IGNORED = "works", "rejected", "ignored"
WITHOUT_ITEMS = "without-items"
NUMBER: tuple[str, ...] = ()
EITHER = (YES, NO)
TRY = (WORKS, REJECTED)


@dataclass(frozen=True)
class Finding:
    """What may be found: one of some words, or a whole number if there are none."""

    name: str
    words: tuple[str, ...]
    means: str  # what is told of it, before the word


@dataclass(frozen=True)
class Question:
    """One question, by the name that it has in the report."""

    name: str
    asks: str  # a sentence without its full stop
    findings: tuple[Finding, ...] = ()
    texts: tuple[str, ...] = ()  # refusals whose words are noted


def found(name: str, words: tuple[str, ...], means: str) -> Finding:
    """Return a finding."""
    return Finding(name, words, means)
