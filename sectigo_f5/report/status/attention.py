"""What needs attention, and in which order: one rule for the table, the page, and what ``--quiet`` says (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sectigo_f5.report.status.rows import Row
from sectigo_f5.timestamps import to_iso

SOON = 7  # days: a renewal in them is due soon; a certificate of ours that ends in them without one needs attention
SOON_FOREIGN = 14  # days: other people's certificates are renewed by hand, as a rule
OVERDUE = timedelta(days=1)  # two daily runs should have made a renewal that was planned before
ENDLESS = 10**6  # days, of a certificate whose end is not known


class Level(IntEnum):
    """How urgent a certificate is, the most urgent first."""

    FAILED = 0  # the last run, or this look at it
    EXPIRED = 1
    REVOKED = 2
    ENDING = 3  # soon, and no renewal is planned before
    UNSAVED = 4  # a restart of the BIG-IP would undo a change
    WAITING = 5  # the CA has not decided, or no order is made for a while
    DUE = 6  # within seven days
    FINE = 7
    UNMANAGED = 8  # somebody else's, and it does not end soon


WRONG = frozenset({Level.FAILED, Level.EXPIRED, Level.REVOKED, Level.ENDING, Level.UNSAVED})
WORDS = {
    Level.FAILED: "failed",
    Level.EXPIRED: "expired",
    Level.REVOKED: "revoked",
    Level.ENDING: "ends soon",
    Level.UNSAVED: "not saved",
    Level.WAITING: "held back",
    Level.DUE: "due",
    Level.FINE: "fine",
    Level.UNMANAGED: "unmanaged",
}


ENDINGS = (Level.EXPIRED, Level.REVOKED, Level.ENDING)
HEADLINES = {
    "managed": "managed",
    "failed": "failed",
    "ending": "expired, revoked or ending soon",
    "due": f"due within {SOON} days",
    "waiting": "held or pending",
    "unmanaged": "unmanaged",
}
BAD = ("failed", "ending")  # of these there should be none


@dataclass(frozen=True)
class Headline:
    """A number that is said of all; ``key`` names the rows that it counts."""

    key: str
    text: str
    number: int
    bad: bool  # unless it is 0


def level(row: Row, now: datetime) -> Level:
    """Return how urgent a certificate is: the first of the levels that applies."""
    if not row.managed:
        return _level_of_foreign(row)
    applies = (
        (Level.FAILED, row.error is not None),
        (Level.EXPIRED, _has_ended(row)),
        (Level.REVOKED, row.revoked is not None),
        (Level.ENDING, _ends_without_renewal(row, now)),
        (Level.UNSAVED, row.unsaved),
        (Level.WAITING, is_waiting(row)),
        (Level.DUE, is_due(row, now)),
    )
    return next((each for each, true in applies if true), Level.FINE)


def word(row: Row, now: datetime) -> str:
    """Say in a word or two how a certificate is."""
    urgency = level(row, now)
    return "pending" if urgency is Level.WAITING and row.pending_since else WORDS[urgency]


def is_waiting(row: Row) -> bool:
    """Tell whether the CA has not decided about an order, or none is made for a while."""
    return bool(row.pending_since or row.next_order)


def is_due(row: Row, now: datetime) -> bool:
    """Tell whether a renewal is planned within seven days, or nothing is in service yet."""
    if row.planned_renewal is None:
        return row.managed and row.not_after is None
    return row.planned_renewal <= to_iso(now + timedelta(days=SOON))


def ordered(rows: Iterable[Row], now: datetime) -> list[Row]:
    """Return the rows with what needs attention first; of equal ones our own, then the one that ends first."""
    return sorted(rows, key=lambda row: (level(row, now), not row.managed, *_by_end(row)))


def headlines(rows: Iterable[Row], now: datetime) -> tuple[Headline, ...]:
    """Return the numbers that are said of all; a certificate may count in several."""
    counts = Counter(key for row in rows for key in keys_of(row, now))
    return tuple(Headline(key, text, counts[key], key in BAD) for key, text in HEADLINES.items())


def keys_of(row: Row, now: datetime) -> tuple[str, ...]:
    """Return the keys of the headlines that count a certificate."""
    urgency = level(row, now)
    applies = {
        "managed": row.managed,
        "failed": urgency is Level.FAILED,
        "ending": urgency in ENDINGS,
        "due": row.managed and is_due(row, now),
        "waiting": is_waiting(row),
        "unmanaged": not row.managed,
    }
    return tuple(key for key, true in applies.items() if true)


def _level_of_foreign(row: Row) -> Level:
    if _has_ended(row):
        return Level.EXPIRED
    return Level.ENDING if row.days_left is not None and row.days_left <= SOON_FOREIGN else Level.UNMANAGED


def _has_ended(row: Row) -> bool:
    return row.days_left is not None and row.days_left < 0


def _ends_without_renewal(row: Row, now: datetime) -> bool:
    if row.days_left is None or row.days_left > SOON:
        return False
    return row.planned_renewal is None or row.planned_renewal < to_iso(now - OVERDUE)


def _by_end(row: Row) -> tuple[int, str, str]:
    return ENDLESS if row.days_left is None else row.days_left, row.device, row.common_name
