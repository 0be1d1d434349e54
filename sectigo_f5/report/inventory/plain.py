"""The table of ``inventory`` in a pipe or a file: one line per item, whatever the width, and no colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sectigo_f5.printable import one_line
from sectigo_f5.report.inventory import attention, texts
from sectigo_f5.report.inventory.rows import Row

COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("STATE", attention.word),
    ("CERTIFICATE", lambda row: row.common_name or (row.names[0] if row.names else "-")),
    ("DEVICE", lambda row: row.device),
    ("OBJECT", lambda row: row.object_path),
    ("DAYS LEFT", lambda row: "-" if row.days_left is None else str(row.days_left)),
    ("NOT AFTER", lambda row: (row.not_after or "-")[:10]),
    ("KEY", texts.key),
    ("CUSTODY", texts.custody),
    ("OWNER", lambda row: row.owner or "-"),
    ("USED BY", texts.used_by),
    ("FINDINGS", lambda row: ", ".join(dict.fromkeys(found.word for found in row.findings))),
)
WIDEST = 80  # characters; a cell that has more widens its own line alone


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the heading and a line per row; ``rows`` are gone through twice, and none of them is kept."""
    widths = [len(heading) for heading, _ in COLUMNS]
    for row in rows:
        lengths = map(len, cells(row))
        widths = [length if most < length <= WIDEST else most for most, length in zip(widths, lengths, strict=True)]
    yield _line([heading for heading, _ in COLUMNS], widths)
    for row in rows:
        yield _line(cells(row), widths)


def cells(row: Row) -> list[str]:
    """Return what stands in the line of an item, each as one line."""
    return [one_line(cell(row)) or "-" for _, cell in COLUMNS]


def _line(texts_of: list[str], widths: list[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(texts_of, widths, strict=True)).rstrip()
