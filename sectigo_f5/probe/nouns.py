"""What a probe finds, as values: a report has an entry for each question, and an entry its exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Shape = Any  # a type's name; or the shapes of an object's properties, by name; or a list of the shapes of its items
Found = Mapping[str, "str | int"]


class Outcome(str, Enum):
    """What became of a question."""

    ANSWERED = "answered"  # also by a refusal, if that was the question
    REFUSED = "refused"  # this user may not do it, or the device does not have it
    NOT_ASKED = "not-asked"
    FAILED = "failed"  # an answer was lost, or nobody can tell what it means

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, without anything that is the operator's."""

    method: str
    path: str
    query: Mapping[str, str]
    sent: Shape  # None: no body
    status: int  # 0: no answer
    message: str  # of a refusal
    answered: Shape
    values: Mapping[str, str | int]  # of the answer, where they are ours or F5's; by the place of the property
    seconds: float


@dataclass(frozen=True)
class Text:
    """A refusal in the device's own words; ``{path}`` and the like stand for names of ours."""

    status: int
    message: str


@dataclass(frozen=True)
class Entry:
    """One question, and what was found."""

    question: str
    outcome: Outcome
    because: str = ""  # why it is not answered
    findings: Found = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    exchanges: Sequence[Exchange] = ()


@dataclass(frozen=True)
class Release:
    """Which BIG-IP it is, in F5's words."""

    version: str = ""
    build: str = ""
    edition: str = ""
    date: str = ""  # of the build
    modules: Sequence[str] = ()  # that are provisioned


@dataclass(frozen=True)
class Report:
    """Everything that a probe found; ``left``: what could not be deleted, by name."""

    connector: str  # its version
    partition: str  # ``Common``, or ``other``
    release: Release
    entries: Sequence[Entry]
    left: Sequence[str] = ()

    def entry(self, question: str) -> Entry | None:
        """Return what became of a question; None in a report of a connector that did not ask it."""
        return next((entry for entry in self.entries if entry.question == question), None)
