"""The table of ``inventory`` on a terminal, as wide as that is; what was found stands below, with its remedy."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from sectigo_f5.printable import one_line
from sectigo_f5.report.columns import Column, console, table
from sectigo_f5.report.inventory import attention, texts
from sectigo_f5.report.inventory.attention import Counts, Summary
from sectigo_f5.report.inventory.rows import Row

STYLES = {"critical": "bold red", "warning": "bold yellow", "note": "cyan", None: "green"}


def columns() -> tuple[Column[Row], ...]:
    """Return the columns, from left to right."""
    return (
        Column("STATE", attention.word),
        Column("CERTIFICATE", lambda row: row.name, least=24, folds=True),
        Column("DEVICE", lambda row: row.device, least=10, most=30),
        Column("DAYS", lambda row: "-" if row.days_left is None else str(row.days_left), right=True),
        Column("ENDS", lambda row: (row.not_after or "-")[:10], rank=3),
        Column("KEY", lambda row: texts.key(row) or "-", rank=4, most=30),
        Column("CUSTODY", lambda row: texts.custody(row) or "-", rank=2, most=40),
        Column("USED BY", lambda row: texts.used_by(row) or "-", rank=1, least=20, most=60),
        Column("OWNER", lambda row: row.owner or "-", rank=5, most=30),
        Column("OBJECT", lambda row: row.object_path, rank=6, most=80),
    )


def to_terminal(rows: Iterable[Row], counts: Counts, width: int, colours: bool) -> str:
    """Return the table, what was found, and the numbers, for a terminal of so many columns."""
    rendering = console(width, colours)
    with rendering.capture() as captured:
        rendering.print(table(columns(), rows, width, lambda row: STYLES[attention.severity(row)]))
        for summary in counts.summaries:
            rendering.print()
            rendering.print(_paragraph(summary), soft_wrap=True)
        rendering.print()
        rendering.print(Text(counts.sentence, STYLES["critical"] if counts.by_severity["critical"] else ""))
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").splitlines())


def _paragraph(summary: Summary) -> Text:
    head = Text(f"{summary.word} ({summary.number}) ", STYLES[summary.severity])
    return head + Text(one_line(f"{summary.of_whom}: {summary.remedy}"))
