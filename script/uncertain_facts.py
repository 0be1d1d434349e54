"""The tables of docs/real-devices.md, from what the explanation of a report knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN

PAGE = Path(__file__).resolve().parent.parent / "docs" / "real-devices.md"


def page(text: str) -> str:
    """Return the text of the page with its tables as they have to be."""
    facts = ((fact.unknown, fact.until_then, ", ".join(f"`{name}`" for name in fact.questions)) for fact in FACTS)
    return _with_rows(_with_rows(text, "What a report settles", facts), "What no report settles", STAY_OPEN.items())


def _with_rows(text: str, heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    """Replace what is below the head of the table that follows a heading."""
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
    head = rf"(\n## {heading}\n\n(?:\|.*\n){{2}})(?:\|.*\n)*"
    return re.sub(head, lambda found: found[1] + table, text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
