"""Standard error, a terminal or not; for cron, lines wait until the summary has been printed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

MOST = 500  # lines that wait; the log file has them all


@dataclass(frozen=True)
class Writer:
    """What a handler needs of a stream."""

    write: Callable[[str], object]


class Terminal(logging.StreamHandler):  # type: ignore[type-arg]  # takes none before Python 3.11
    """Standard error.

    ``holds`` keeps lines back until :meth:`write_held`: cron mails both outputs as one text, and its mail is to begin
    with the summary.
    """

    def __init__(self, holds: bool = False) -> None:
        super().__init__(sys.stderr)
        self.holds = holds
        self.held: list[str] = []
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or keep it."""
        if not self.holds:
            super().emit(record)
        elif len(self.held) < MOST:
            self.held.append(self.format(record))
        else:
            self._left_out += 1

    def write_held(self) -> None:
        """Write what was kept back, and keep nothing more."""
        self.acquire()
        try:
            lines, self.held, self.holds = self.held, [], False
            more = [f"... and {self._left_out} more lines: the log file has them"] if self._left_out else []
            for line in (*lines, *more):
                self._write(line)
        finally:
            self.release()

    def _write(self, line: str) -> None:
        try:
            self.stream.write(line + self.terminator)
            self.flush()
        except (AttributeError, OSError, ValueError):  # nobody can read it: it is closed, or full
            return


def terminals() -> list[Terminal]:
    """Return the handlers for standard error: one, or none."""
    return [handler for handler in logging.getLogger("sectigo_f5").handlers if isinstance(handler, Terminal)]


def release() -> None:
    """Write the lines that wait for the summary."""
    for handler in terminals():
        handler.write_held()
