"""One certificate on the page: its row, and what is derived from it (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5.report.status import attention
from sectigo_f5.report.status.attention import Level
from sectigo_f5.report.status.rows import Row

TONES = {
    Level.FAILED: "bad",
    Level.EXPIRED: "bad",
    Level.REVOKED: "bad",
    Level.ENDING: "warn",
    Level.UNSAVED: "warn",
    Level.WAITING: "warn",
    Level.DUE: "info",
    Level.FINE: "good",
    Level.UNMANAGED: "quiet",
}
WRONG = "wrong"  # the key of what needs attention, beside those of the headlines


@dataclass(frozen=True)
class Entry:
    """A certificate with its place in the order of attention; ``keys`` say which filters show it."""

    number: int
    row: Row
    state: str
    tone: str  # a class of the style
    keys: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The fragment that leads to its detail."""
        return f"c{self.number}"

    @property
    def servers(self) -> str:
        """The first virtual server, and how many others there are."""
        paths = self.row.virtual_servers
        return f"{paths[0]} +{len(paths) - 1}" if len(paths) > 1 else "".join(paths)


def entries(rows: Iterable[Row], now: datetime) -> tuple[Entry, ...]:
    """Return the certificates of the page, in the order of attention."""
    return tuple(_entry(number, row, now) for number, row in enumerate(attention.ordered(rows, now), start=1))


def _entry(number: int, row: Row, now: datetime) -> Entry:
    urgency = attention.level(row, now)
    wrong = (WRONG,) if urgency in attention.WRONG else ()
    return Entry(number, row, attention.word(row, now), TONES[urgency], (*wrong, *attention.keys_of(row, now)))
