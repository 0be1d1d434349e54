"""The CSV file of ``inventory``: a line per item, for spreadsheets and databases (RFC 4180, UTF-8).

A cell that begins like a formula would be run by a spreadsheet, and names come from outside: an apostrophe before it
makes it text (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from sectigo_f5.printable import one_line
from sectigo_f5.report.inventory import attention, texts
from sectigo_f5.report.inventory.rows import Row

FORMULAS = ("=", "+", "-", "@")
BETWEEN = "; "  # several values of one cell
WORDS = {True: "yes", False: "no", None: ""}

COLUMNS: tuple[tuple[str, Callable[[Row], object]], ...] = (
    ("device", lambda row: row.device),
    ("unit", lambda row: row.unit),
    ("state", attention.word),
    ("severity", attention.severity),
    ("holds", lambda row: row.holds),
    ("common_name", lambda row: row.common_name),
    ("names", lambda row: row.names),
    ("issuer", lambda row: row.issuer),
    ("serial", lambda row: row.serial),
    ("fingerprint_sha256", lambda row: row.fingerprint),
    ("not_before", lambda row: row.not_before),
    ("not_after", lambda row: row.not_after),
    ("key_type", lambda row: row.key_type),
    ("key_size", lambda row: row.curve or row.key_size),
    ("signature", lambda row: row.signature),
    ("custody", lambda row: row.security_type),
    ("key_protected", lambda row: WORDS[row.protected]),
    ("key_exportable", lambda row: WORDS[row.exportable]),
    ("certificate", lambda row: row.certificate),
    ("key", lambda row: row.key),
    ("used_by", texts.uses),
    ("virtual_servers", texts.servers),
    ("protocols", texts.protocols),
    ("ciphers", texts.ciphers),
    ("options", texts.options),
    ("built_in", lambda row: WORDS[row.built_in]),
    ("ours", lambda row: WORDS[row.ours]),
    ("configured_as", lambda row: row.configured_as),
    ("owner", lambda row: row.owner),
    ("purpose", lambda row: row.purpose),
    ("last_change", texts.last_change),
    ("planned_renewal", lambda row: row.planned_renewal),
    ("findings", texts.findings),
)


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the header and a line per row, each with its end."""
    yield _line([name for name, _ in COLUMNS])
    for row in rows:
        yield _line([cell(value(row)) for _, value in COLUMNS])


def cell(value: object) -> str:
    """Return the text of a cell: one line, and never a formula."""
    text = BETWEEN.join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULAS) else line


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
