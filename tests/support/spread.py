"""Long walks in the suite: each day another part of them, all within a few days.

``SPREAD=all`` walks everything, a number what that day walks; the head of the report says which. All workers of
pytest-xdist inherit it, also those that start after midnight.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import TypeVar

T = TypeVar("T")

ALL = "all"
DAY = os.environ.setdefault("SPREAD", str(datetime.now(timezone.utc).date().toordinal()))


def spread(cells: Iterable[T], days: int) -> list[T]:
    """Return what is walked today: one cell of ``days``, the next day its neighbour. At least one, if there is any."""
    cells = list(cells)
    if DAY == ALL:
        return cells
    return cells[int(DAY) % min(days, len(cells) or 1) :: days]


def first_of(days: int) -> tuple[int, int]:
    """Return with which of numbered cells today's walk begins, and how many are between it and the next."""
    return (0, 1) if DAY == ALL else (int(DAY) % days, days)
