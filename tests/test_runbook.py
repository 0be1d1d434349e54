"""Every row of the runbook quotes texts of the program, and says what to do."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.texts import VARIABLE, texts_in

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "runbook").glob("*.md"))
COLUMNS = ["text", "what it means", "served meanwhile", "what to do"]


class Row(NamedTuple):
    """A row of the table of a page."""

    page: str
    quoted: tuple[str, ...]
    cells: tuple[str, ...]


@cache
def told() -> list[str]:
    """Return what the connector can print; not while tests are collected, which every worker does."""
    return texts_in(ROOT / "sectigo_f5", without="simulator")


@cache
def rows() -> list[Row]:
    """Return every row of every page."""
    return [row for page in PAGES for row in _rows(page)]


def _rows(page: Path) -> list[Row]:
    lines = [_cells(line) for line in page.read_text().splitlines() if line.startswith("| `")]
    return [Row(page.name, tuple(re.findall(r"`([^`]+)`", cells[0])), tuple(cells)) for cells in lines]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_row_says_what_it_means_what_is_served_and_what_to_do(page: Path) -> None:
    titles = [_cells(line) for line in page.read_text().splitlines() if line.startswith("| text")]
    assert titles
    assert all(each == COLUMNS for each in titles)
    assert [row for row in _rows(page) if len(row.cells) != len(COLUMNS) or not all(row.cells)] == []


def test_every_text_of_the_runbook_is_in_the_source() -> None:
    quoted = {(row.page, re.sub(rf"\s*{VARIABLE}$", "", text)) for row in rows() for text in row.quoted}
    missing = [(page, text) for page, text in sorted(quoted) if not any(text in each for each in told())]
    assert missing == [], "docs/runbook/ quotes texts that are in no module"


def test_no_text_has_two_rows() -> None:
    quoted = [text for row in rows() for text in row.quoted]
    assert sorted({text for text in quoted if quoted.count(text) > 1}) == []
