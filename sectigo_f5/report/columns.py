"""A table on a terminal: what does not fit is left out, the least wanted first. rich renders it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sectigo_f5.printable import one_line

GAP = 2  # between two columns
NARROWEST = 11  # of a name, on a terminal that has no room for anything

R = TypeVar("R")


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column; one with a ``least`` width may be narrower than its widest cell, and without ``rank`` it stays."""

    heading: str
    cell: Callable[[R], str]
    rank: int = 0  # the highest is left out first
    least: int | None = None
    most: int | None = None
    right: bool = False
    folds: bool = False  # a long cell takes several lines; else it is cut


def console(width: int, colours: bool) -> Console:
    """Return what renders for a terminal of so many columns, whatever the environment says."""
    return Console(
        width=width, force_terminal=True, force_jupyter=False, no_color=not colours, highlight=False, _environ={}
    )


def table(columns: Sequence[Column[R]], rows: Iterable[R], width: int, style: Callable[[R], str]) -> Table:
    """Return the table; ``style`` is that of a row's first cell, and of the whole row if it is ``dim``.

    ``rows`` are gone through more than once.
    """
    shown = widths([(column, _natural(column, rows)) for column in columns], width)
    drawn = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, wide in shown:
        drawn.add_column(
            column.heading,
            width=wide,
            justify="right" if column.right else "left",
            no_wrap=not column.folds,
            overflow="fold" if column.folds else "ellipsis",
        )
    for row in rows:
        cells = [Text(one_line(column.cell(row))) for column, _ in shown]
        cells[0].stylize(style(row))
        drawn.add_row(*cells, style="dim" if style(row) == "dim" else "")
    return drawn


def _natural(column: Column[R], rows: Iterable[R]) -> int:
    widest = max((cell_len(one_line(column.cell(row))) for row in rows), default=0)
    return max(cell_len(column.heading), min(widest, column.most or widest))


def widths(natural: Sequence[tuple[Column[R], int]], width: int) -> list[tuple[Column[R], int]]:
    """Return the columns that there is room for, each with its width (pure).

    A column is made as narrow as it may be before another is left out; what room is left is given to the first.
    """
    kept = list(natural)
    while True:
        narrow = [min(wide, column.least or wide) for column, wide in kept]
        room = width - sum(narrow) - GAP * (len(kept) - 1)
        optional = [place for place, (column, _) in enumerate(kept) if column.rank]
        if room >= 0 or not optional:
            break
        del kept[max(optional, key=lambda place: kept[place][0].rank)]
    given = list[tuple[Column[R], int]]()
    for (column, wide), least in zip(kept, narrow, strict=True):
        lower = min(0, NARROWEST - least) if column.folds else 0
        more = max(lower, min(wide - least, room))
        given.append((column, least + more))
        room -= more
    return given
