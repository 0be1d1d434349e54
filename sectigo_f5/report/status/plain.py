"""The table of ``status`` in a pipe or a file: one line per certificate, whatever the width, and no colours."""

from __future__ import annotations

from collections.abc import Sequence

from sectigo_f5.printable import one_line
from sectigo_f5.report.status.rows import Row

HEADINGS = ("CERTIFICATE", "KEY", "DAYS LEFT", "NOT AFTER", "RENEWAL", "LAST RESULT", "SINCE", "VIRTUAL SERVERS")
WIDEST = 80  # characters; a cell that has more, an error as a rule, widens its own line alone


def to_text(rows: Sequence[Row]) -> str:
    """Return the table, a line per row."""
    table = [HEADINGS, *(cells(row) for row in rows)]
    lengths = [[len(line[column]) for line in table] for column in range(len(HEADINGS))]
    widths = [max(length for length in column if length <= WIDEST) for column in lengths]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in padded)


def cells(row: Row) -> tuple[str, ...]:
    """Return what stands in the line of a certificate, each as one line."""
    last = ", ".join((row.last_word, *row.open_matters))
    texts = (
        row.label,
        row.key or "-",
        "-" if row.days_left is None else str(row.days_left),
        (row.not_after or "-")[:10],
        (row.planned_renewal or "-")[:10],
        f"{last}: {row.error}" if row.error else last,
        (row.since or "-")[:10],
        " ".join(row.virtual_servers),
    )
    return tuple(map(one_line, texts))
