"""The table of ``status`` on a terminal, as wide as that is.

Errors stand below, in lines that the terminal breaks: so they are copied whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from sectigo_f5.report.columns import Column, console, table
from sectigo_f5.report.status import attention
from sectigo_f5.report.status.attention import Level
from sectigo_f5.report.status.rows import Row
from sectigo_f5.report.status.troubles import Trouble, troubles

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


def _servers(row: Row) -> str:
    more = len(row.virtual_servers) - 1
    return f"{row.virtual_servers[0]} +{more}" if more > 0 else "".join(row.virtual_servers)


def columns(now: datetime) -> tuple[Column[Row], ...]:
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
    rendering = console(width, colours)
    with rendering.capture() as captured:
        rendering.print(table(columns(now), rows, width, lambda row: STYLES[attention.level(row, now)]))
        for trouble in troubles(rows, now):
            rendering.print()
            rendering.print(_paragraph(trouble), soft_wrap=True)
        rendering.print()
        rendering.print(_numbers(rows, now))
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").splitlines())


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
