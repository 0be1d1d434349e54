"""The table of ``status`` on a terminal, as wide as that is: what does not fit is left out, the least wanted first.

rich renders it. Errors stand below, in lines that the terminal breaks: so they are copied whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sectigo_f5.printable import one_line
from sectigo_f5.report.status import attention
from sectigo_f5.report.status.attention import Level
from sectigo_f5.report.status.rows import Row
from sectigo_f5.report.status.troubles import Trouble, troubles

GAP = 2  # between two columns
NARROWEST = 11  # of a name, on a terminal that has no room for anything
STYLES = {
    Level.FAILED: "bold red",
    Level.EXPIRED: "bold red",
    Level.REVOKED: "bold red",
    Level.ENDING: "bold yellow",
    Level.UNSAVED: "bold yellow",
    Level.WAITING: "yellow",
    Level.DUE: "cyan",
    Level.FINE: "green",
    Level.UNMANAGED: "dim",
}


@dataclass(frozen=True)
class Column:
    """A column; one with a ``least`` width may be narrower than its widest cell, and without ``rank`` it stays."""

    heading: str
    cell: Callable[[Row], str]
    rank: int = 0  # the highest is left out first
    least: int | None = None
    most: int | None = None
    right: bool = False
    folds: bool = False  # a long cell takes several lines; else it is cut


def _servers(row: Row) -> str:
    more = len(row.virtual_servers) - 1
    return f"{row.virtual_servers[0]} +{more}" if more > 0 else "".join(row.virtual_servers)


def columns(now: datetime) -> tuple[Column, ...]:
    """Return the columns, from left to right."""
    return (
        Column("STATE", lambda row: attention.word(row, now)),
        Column("CERTIFICATE", lambda row: row.label, least=24, folds=True),
        Column("DAYS", lambda row: "-" if row.days_left is None else str(row.days_left), right=True),
        Column("ENDS", lambda row: (row.not_after or "-")[:10], rank=2),
        Column("RENEWAL", lambda row: (row.planned_renewal or "-")[:10], rank=1),
        Column("LAST RESULT", lambda row: row.last_word if row.managed else "-", most=12),
        Column("SINCE", lambda row: (row.since or "-")[:10], rank=5),
        Column("KEY", lambda row: row.key or "-", rank=4, most=30),
        Column("VIRTUAL SERVERS", _servers, rank=3, least=20, most=60),
    )


def to_terminal(rows: Sequence[Row], now: datetime, width: int, colours: bool) -> str:
    """Return the table, what is wrong, and the numbers, for a terminal of so many columns."""
    console = Console(
        width=width, force_terminal=True, force_jupyter=False, no_color=not colours, highlight=False, _environ={}
    )
    with console.capture() as captured:
        console.print(_table(rows, now, width))
        for trouble in troubles(rows, now):
            console.print()
            console.print(_paragraph(trouble), soft_wrap=True)
        console.print()
        console.print(_numbers(rows, now))
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").splitlines())


def _table(rows: Sequence[Row], now: datetime, width: int) -> Table:
    shown = widths([(column, _natural(column, rows)) for column in columns(now)], width)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, wide in shown:
        table.add_column(
            column.heading,
            width=wide,
            justify="right" if column.right else "left",
            no_wrap=not column.folds,
            overflow="fold" if column.folds else "ellipsis",
        )
    for row in rows:
        style = STYLES[attention.level(row, now)]
        cells = [Text(one_line(column.cell(row))) for column, _ in shown]
        cells[0].stylize(style)
        table.add_row(*cells, style="dim" if style == "dim" else "")
    return table


def _natural(column: Column, rows: Sequence[Row]) -> int:
    widest = max((cell_len(one_line(column.cell(row))) for row in rows), default=0)
    return max(cell_len(column.heading), min(widest, column.most or widest))


def widths(natural: Sequence[tuple[Column, int]], width: int) -> list[tuple[Column, int]]:
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
    given = list[tuple[Column, int]]()
    for (column, wide), least in zip(kept, narrow, strict=True):
        lower = min(0, NARROWEST - least) if column.folds else 0
        more = max(lower, min(wide - least, room))
        given.append((column, least + more))
        room -= more
    return given


def _paragraph(trouble: Trouble) -> Text:
    lasting = f" ({trouble.for_how_long})" if trouble.for_how_long else ""
    head = Text(f"{trouble.of_whom}{lasting}: ", "bold")
    return head + Text(trouble.text, "red" if trouble.is_error else "yellow")


def _numbers(rows: Sequence[Row], now: datetime) -> Text:
    parts = [
        Text(f"{each.number} {each.text}", "bold red" if each.bad and each.number else "")
        for each in attention.headlines(rows, now)
        if each.number or each.key == "managed"
    ]
    return Text(", ").join(parts)
