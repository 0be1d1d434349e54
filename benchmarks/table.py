"""The table that the command prints: figures, each with its floor, its goal, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEADINGS = ("work", "figure", "measured", "floor", "goal", "met")
UNITS = {"requests": "{:.0f}", "kB": "{:.0f} kB", "MB": "{:.0f} MB", "s": "{:.2f} s", "x": "{:.1f} x"}


@dataclass(frozen=True)
class Figure:
    """One measured number; ``floor`` is what nobody could do without, None if that is nothing or not known."""

    name: str
    value: float
    unit: str  # one of UNITS
    floor: float | None = None
    goal: float | None = None  # at most; with the unit x at least

    @property
    def met(self) -> str:
        """Tell whether the goal is met; empty if there is none."""
        if self.goal is None:
            return ""
        return "yes" if (self.value >= self.goal if self.unit == "x" else self.value <= self.goal) else "no"

    def cells(self) -> tuple[str, ...]:
        """Return the cells of its line, without that of the work."""
        sign = ">=" if self.unit == "x" else "<="
        goal = "" if self.goal is None else f"{sign} {_text(self.goal, self.unit)}"
        floor = "" if self.floor is None else _text(self.floor, self.unit)
        return self.name, _text(self.value, self.unit), floor, goal, self.met


@dataclass(frozen=True)
class Row:
    """What was done, and its figures."""

    work: str
    figures: tuple[Figure, ...]


def _text(value: float, unit: str) -> str:
    return UNITS[unit].format(value)


def _lines(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of every line; the work is named once."""
    for row in rows:
        for number, figure in enumerate(row.figures):
            yield ("" if number else row.work, *figure.cells())


def plain(rows: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    lines = [HEADINGS, *_lines(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(rows: Sequence[Row]) -> str:
    """Return the table for ``docs/performance.md``."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *_lines(rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
