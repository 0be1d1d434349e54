"""The ``status`` table, for people and for machines: text, JSON, and an HTML page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.files import descriptor
from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import to_iso


@dataclass(frozen=True)
class Row:
    """One certificate in ``status``; times are ISO 8601, UTC; None if it cannot be determined."""

    common_name: str
    device: str
    names: tuple[str, ...]
    virtual_servers: tuple[str, ...]
    managed: bool
    key: str | None = None
    issuer: str | None = None
    serial: str | None = None
    not_after: str | None = None
    days_left: int | None = None
    planned_renewal: str | None = None
    revoked: str | None = None  # the reason, and who says so
    result: str | None = None  # the last run's word
    reason: str | None = None
    error: str | None = None
    last_run: str | None = None
    since: str | None = None
    last_success: str | None = None
    failures: int = 0  # runs in a row that failed
    unsaved: bool = False  # what an earlier run changed is not saved on the BIG-IP
    pending_since: str | None = None  # the CA has an order since then, and has not decided
    next_order: str | None = None  # no order is made before, after failures in a row

    @property
    def label(self) -> str:
        """What the log, the summary and ``--only`` call the certificate."""
        return f"{self.common_name}@{self.device}"


HEADINGS = ("CERTIFICATE", "KEY", "DAYS LEFT", "NOT AFTER", "RENEWAL", "LAST RESULT", "SINCE", "VIRTUAL SERVERS")
WIDEST = 80  # characters; a cell that has more, an error as a rule, widens its own line alone


def iso_or_none(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC, or None."""
    return to_iso(moment) if moment else None


def as_json(rows: Sequence[Row], managed: bool) -> list[dict[str, object]]:
    """Return the entries of the object that ``--json`` prints: of our certificates, or of other people's."""
    return [asdict(row) for row in rows if row.managed is managed]


def _cells(row: Row) -> tuple[str, ...]:
    last = (row.result or row.reason or "") if row.managed else "unmanaged"
    last += f", revoked: {row.revoked}" if row.revoked else ""
    last += ", not saved on the BIG-IP" if row.unsaved else ""
    last += f", the CA has not decided since {row.pending_since[:10]}" if row.pending_since else ""
    last += f", no order before {row.next_order}" if row.next_order else ""
    cells = (
        row.label,
        row.key or "-",
        "-" if row.days_left is None else str(row.days_left),
        (row.not_after or "-")[:10],
        (row.planned_renewal or "-")[:10],
        f"{last}: {row.error}" if row.error else last,
        (row.since or "-")[:10],
        " ".join(row.virtual_servers),
    )
    return tuple(map(one_line, cells))


def to_text(rows: Sequence[Row]) -> str:
    """Return the table, a line per row."""
    table = [HEADINGS, *(_cells(row) for row in rows)]
    lengths = [[len(line[column]) for line in table] for column in range(len(HEADINGS))]
    widths = [max(length for length in column if length <= WIDEST) for column in lengths]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in padded)


def write_html(file: Path, rows: Sequence[Row], now: datetime) -> None:
    """Write the page; raises :class:`ConfigurationError` if the file cannot be written."""
    head = "".join(f"<th>{heading.capitalize()}</th>" for heading in HEADINGS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(row)) + "</tr>" for row in rows
    )
    page = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Certificates</title>\n'
        "<style>body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}"
        "td,th{padding:.3em .8em;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}</style>\n"
        f"<h1>Certificates</h1><p>{to_iso(now)}</p>\n<table><tr>{head}</tr>\n{body}\n</table></html>\n"
    )
    try:
        with open(file, "w", encoding="utf-8", opener=descriptor) as opened:  # noqa: PTH123  # Path has no opener
            opened.write(page)
    except OSError as error:
        raise ConfigurationError(f"--html {file}: cannot be written ({error.strerror})") from error
