"""Mistakes and warnings of the configuration, collected so that an operator sees all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

QUOTED_LENGTH = 80  # characters of a bad value that a message repeats
MAXIMUM_MISTAKES = 50  # reported per file

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Mistake:
    """What is wrong and what would be right; line and key are None if it concerns the whole file."""

    line: int | None
    key: str | None
    text: str


class InvalidValueError(Exception):
    """What is written cannot be used. Always caught: :meth:`Findings.attempt` notes the mistakes.

    It carries every mistake of the value, so that a list reports all its bad items at once; it
    carries none if they are in the findings already.
    """

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(*mistakes)
        self.mistakes = mistakes


@dataclass(frozen=True)
class Findings:
    """The mistakes and warnings of one file and of the files that it names."""

    file: Path
    mistakes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def mistake(self, line: int | None, key: str | None, text: str) -> None:
        """Note ``FILE:LINE: KEY: what is wrong; what would be right``, once, however often it is met."""
        place = str(self.file) if line is None else f"{self.file}:{line}"
        entry = _printable(": ".join(part for part in (place, key, text) if part))
        if entry in self.mistakes or len(self.mistakes) > MAXIMUM_MISTAKES:
            return
        if len(self.mistakes) == MAXIMUM_MISTAKES:
            entry = _printable(f"{self.file}: has more than {MAXIMUM_MISTAKES} mistakes; fix these first")
        self.mistakes.append(entry)

    def attempt(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what ``read`` returns; None, with every mistake noted, if it raises :class:`InvalidValueError`."""
        try:
            return read(*args, **kwargs)
        except InvalidValueError as error:
            for mistake in error.mistakes:
                self.mistake(mistake.line, mistake.key, mistake.text)
        return None

    def warning(self, text: str) -> None:
        """Note something about the file that does not exclude it."""
        entry = _printable(f"{self.file}: {text}")
        if entry not in self.warnings:
            self.warnings.append(entry)

    def about(self, file: Path) -> Findings:
        """Return findings about another file; they go into the same lists."""
        return Findings(file, self.mistakes, self.warnings)


def _printable(text: str) -> str:
    """Escape what would break a line or a terminal: a key or path may contain any character that YAML allows."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def quote(text: str) -> str:
    """Quote what an operator wrote: on one line, without control characters, cut if it is long."""
    return repr(text if len(text) <= QUOTED_LENGTH else f"{text[:QUOTED_LENGTH]}…")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean X?`` for the closest known word, or nothing."""
    by_lower_case = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word.lower(), by_lower_case, n=1)
    return f"; did you mean {by_lower_case[close[0]]}?" if close else ""


def alternatives(words: Iterable[str]) -> str:
    """Write words as ``a, b or c``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
