"""What a finding means to the connector: an uncertain fact has rows, a row a sentence for each word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NUMBER = ""  # stands for any whole number among the words of a row; ``{}`` in its sentence is the number


@dataclass(frozen=True)
class Means:
    """What is so, and what the connector does then; a sentence without its full stop."""

    text: str
    unforeseen: bool = False  # the connector expects something else, or cannot cope


@dataclass(frozen=True)
class Row:
    """One finding of one question or more, word by word."""

    finding: str
    questions: tuple[str, ...]
    words: Mapping[str, Means]


@dataclass(frozen=True)
class Fact:
    """Something on which public sources are silent, or disagree."""

    name: str  # a few words
    unknown: str  # a sentence that begins with ``whether``, ``how``, ``which``; without its full stop
    until_then: str  # what the connector does as long as nobody knows; a sentence without its subject
    rows: tuple[Row, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions that settle it, in the order of the rows."""
        return tuple(dict.fromkeys(question for row in self.rows for question in row.questions))


def row(question: str | tuple[str, ...], finding: str, **words: str | Means) -> Row:
    """Return a row; ``_`` in a word stands for ``-``, and ``number`` for any number."""
    questions = (question,) if isinstance(question, str) else question
    return Row(finding, questions, {_word(word): _means(means) for word, means in words.items()})


def unforeseen(text: str) -> Means:
    """Return what a word means that the connector does not expect."""
    return Means(text, unforeseen=True)


def _word(name: str) -> str:
    return NUMBER if name == "number" else name.removeprefix("_").replace("_", "-")


def _means(means: str | Means) -> Means:
    return Means(means) if isinstance(means, str) else means
