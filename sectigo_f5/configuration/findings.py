"""What reading the configuration found wrong: collected, so that an operator sees all of it at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

SHOWN_LENGTH = 80  # characters of a bad value that a message repeats
MOST = 50  # mistakes of one file that are told


@dataclass(frozen=True)
class Findings:
    """The mistakes and warnings of one file and of the files that it names."""

    file: Path
    mistakes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def mistake(self, line: int | None, key: str | None, text: str) -> None:
        """Note ``FILE:LINE: KEY: what is wrong; what would be right``, once however often it is met."""
        place = str(self.file) if line is None else f"{self.file}:{line}"
        entry = _printable(": ".join(part for part in (place, key, text) if part))
        if len(self.mistakes) == MOST:
            entry = _printable(f"{self.file}: has more mistakes than these {MOST}; put them right first")
        if entry not in self.mistakes and len(self.mistakes) <= MOST:
            self.mistakes.append(entry)

    def warning(self, text: str) -> None:
        """Note something about the file that is no reason to leave it out."""
        entry = _printable(f"{self.file}: {text}")
        if entry not in self.warnings:
            self.warnings.append(entry)

    def about(self, file: Path) -> Findings:
        """Return findings about another file that go into the same lists."""
        return Findings(file, self.mistakes, self.warnings)


def _printable(text: str) -> str:
    """Escape what would break a line or a terminal: a key or path can hold anything that YAML can."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def shown(text: str) -> str:
    """Quote what an operator wrote, on one line, without control characters, and not endlessly."""
    return repr(text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean X?`` for the known word that is nearest, or nothing."""
    by_lower_case = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word.lower(), by_lower_case, n=1)
    return f"; did you mean {by_lower_case[close[0]]}?" if close else ""


def alternatives(words: Iterable[str]) -> str:
    """Write words as ``a, b or c``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
