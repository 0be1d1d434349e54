"""The table of ``status`` as an HTML page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.files import descriptor
from sectigo_f5.report.status.plain import HEADINGS, cells
from sectigo_f5.report.status.rows import Row
from sectigo_f5.timestamps import to_iso


def write_html(file: Path, rows: Sequence[Row], now: datetime) -> None:
    """Write the page; raises :class:`ConfigurationError` if the file cannot be written."""
    head = "".join(f"<th>{heading.capitalize()}</th>" for heading in HEADINGS)
    body = "\n".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells(row)) + "</tr>" for row in rows)
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
