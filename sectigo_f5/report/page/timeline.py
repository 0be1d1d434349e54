"""The time line of the page: the renewals and ends of the next 90 days, day by day, and where its bars are (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sectigo_f5.report.page.entries import Entry
from sectigo_f5.report.status.attention import OVERDUE
from sectigo_f5.timestamps import from_iso, to_iso

DAYS = 90
HIGHEST, LOWEST = 84, 24  # pixels above the axis, or below it, as many as are needed
TALLEST = 16  # pixels of one certificate in a bar: few are not drawn as if they were many
NAMED = 12  # certificates in the text of a bar; the list below has them all


@dataclass
class Day:
    """What is planned for one day."""

    date: str  # ISO 8601
    left: float  # of its bars, in percent of the width
    renewals: list[Entry] = field(default_factory=list)
    threats: list[Entry] = field(default_factory=list)  # ends before which no renewal is planned
    ends: list[Entry] = field(default_factory=list)  # ends that a renewal comes before

    @property
    def has_any(self) -> bool:
        """True if anything is planned."""
        return bool(self.renewals or self.threats or self.ends)


@dataclass(frozen=True)
class Bar:
    """A rectangle: ``left`` in percent, the others in pixels."""

    kind: str
    left: float
    top: float
    height: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A label below the axis."""

    left: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """Everything that is drawn, and listed."""

    days: tuple[Day, ...]  # those with anything
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    width: float  # of a bar, in percent
    axis: float  # pixels from the top
    height: float  # pixels

    def count(self, kind: str) -> int:
        """Return how many renewals, threats or ends there are."""
        return sum(len(getattr(day, kind)) for day in self.days)

    @property
    def busiest(self) -> int:
        """How many renewals there are on the day that has most."""
        return max((len(day.renewals) for day in self.days), default=0)


def timeline(entries: Sequence[Entry], now: datetime) -> Timeline:
    """Return the time line from today; a renewal that is overdue is planned for today."""
    step = 100 / (DAYS + 1)
    dates = [now + timedelta(days=number) for number in range(DAYS + 1)]
    days = [Day(to_iso(date)[:10], number * step) for number, date in enumerate(dates)]
    by_date = {day.date: day for day in days}
    for entry in entries:
        row = entry.row
        if row.planned_renewal:
            day = by_date.get(max(row.planned_renewal[:10], days[0].date))
            if day:
                day.renewals.append(entry)
        if row.not_after and (day := by_date.get(row.not_after[:10])):
            (day.ends if _is_renewed_before(entry, now) else day.threats).append(entry)
    used = tuple(day for day in days if day.has_any)
    above, up = _scale(max((len(day.renewals) for day in used), default=0))
    below, down = _scale(max((len(day.threats) + len(day.ends) for day in used), default=0))
    bars = tuple(bar for day in used for bar in _bars(day, above, up, down))
    return Timeline(used, bars, tuple(_marks(dates, step)), step * 0.8, above, above + below)


def _scale(most: int) -> tuple[float, float]:
    """Return the room for a bar of ``most`` certificates, and the height of one, in pixels."""
    one = min(TALLEST, HIGHEST / max(most, 1))
    return max(LOWEST, one * most), one


def _is_renewed_before(entry: Entry, now: datetime) -> bool:
    planned, end = entry.row.planned_renewal, entry.row.not_after
    return planned is not None and end is not None and planned < end and from_iso(planned) >= now - OVERDUE


def _bars(day: Day, axis: float, up: float, down: float) -> Iterator[Bar]:
    """Yield the bars of a day; ``up`` and ``down`` are the heights of one certificate."""
    ends = (
        ("renewal", "renewal", day.renewals, axis - up * len(day.renewals), up),
        ("threat", "end with no renewal before", day.threats, axis, down),
        ("end", "end after a renewal", day.ends, axis + down * len(day.threats), down),
    )
    for kind, what, entries, top, one in ends:
        if entries:
            yield Bar(kind, day.left, top, one * len(entries), _text(day, what, entries))


def _text(day: Day, what: str, entries: Sequence[Entry]) -> str:
    names = ", ".join(entry.row.label for entry in entries[:NAMED])
    more = f" and {len(entries) - NAMED} more" if len(entries) > NAMED else ""
    return f"{day.date}, {what}: {names}{more}"


def _marks(dates: Sequence[datetime], step: float) -> list[Mark]:
    """Name today, and each month where it begins, unless there is no room for its name."""
    months = [Mark(number * step, f"{date:%b}") for number, date in enumerate(dates) if date.day == 1]
    return [Mark(0, "today"), *(mark for mark in months if 14 < mark.left < 94)]  # noqa: PLR2004  # percent
