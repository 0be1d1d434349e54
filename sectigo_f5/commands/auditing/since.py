"""``--since``: from when on; a date, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

UNITS = {"d": "days", "h": "hours", "m": "minutes"}
AGO = re.compile(r"([1-9]\d{0,5})([dhm])")
DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?")

Since = datetime | timedelta


def parse(text: str) -> Since:
    """Return a time in UTC, or how long ago; raises :class:`ValueError` that says what can be written."""
    if ago := AGO.fullmatch(text):
        return timedelta(**{UNITS[ago[2]]: int(ago[1])})
    if date := DATE.fullmatch(text):
        try:
            return datetime.fromisoformat(f"{date[1]}T{date[2] or '00:00'}").replace(tzinfo=timezone.utc)
        except ValueError:
            pass
    raise ValueError(f"{text!r} is no time; write 2026-11-26, 2026-11-26T14:30 (UTC), 7d, 12h or 30m")


def moment(since: Since, now: datetime) -> datetime:
    """Return the time from which on."""
    if isinstance(since, datetime):
        return since
    return now - min(since, now - datetime.min.replace(tzinfo=timezone.utc))
