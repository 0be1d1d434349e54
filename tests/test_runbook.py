"""Every row of the runbook quotes texts of the program, and says what to do."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.error_texts import Told, error_texts
from tests.support.parsed_package import ParsedPackage
from tests.support.texts import VARIABLE, texts_in

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "runbook").glob("*.md"))
COLUMNS = ["text", "what it means", "served meanwhile", "what to do"]


# Parts of sentences that have a row, and what check says beside an error.
PARTS = {
    "the directory certbot/accounts under STATE_DIR",
    "it asks to wait: …",
    "an answer that is not HTTP",
    "…: the next run moves the account aside and registers another one…",
    "…: a challenge sent there fails",
    "the parent profile",
    "the virtual server",
    "the CSR is fetched by unix-mv instead of util/bash, and the openssl key route is not available",
    "`start_acme.py run --force --only …` gets a new key and certificate instead",
    "at the top",
    "in the trail",
    "an order of an earlier run",
    "an empty value",
    "an empty list",
    "whichever is wrong",
    "what was put in service …",
    "move it out of this directory",
    "move it there",
    "only files directly in the directory are",
    "its name does not end with .yaml or .yml",
    "role and shell",
    "the first order registers the connector there",
    "the connector is registered there",
    "the clock of this host agrees with",
    "the clock of this host is … s …",
    "can be written",
    "on the BIG-IP, `…` has to print the same fingerprint: else somebody else has answered",
    "… does not tell the time",
    "external account binding",
    "what there is of it is whole",
    "list every unit of the group under host, and run again when the active one answers",
}
# What these write is a page, a file, figures or a message, and no error.
DRAWING = (
    "report/page/",
    "report/metrics",
    "report/inventory/",
    "inventory/findings.py",
    "discovery/writing.py",
    "notifications/news.py",
)


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
def errors() -> set[Told]:
    """Return every text by which an error is looked up; what a probe meets is told in its report."""
    every = error_texts(ParsedPackage(ROOT / "sectigo_f5", "simulator", "probe"))
    return {told for told in every if not told.place.startswith(DRAWING)}


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_text_has_two_rows_of_a_page(page: Path) -> None:
    quoted = [text for row in _rows(page) for text in row.quoted]
    assert sorted({text for text in quoted if quoted.count(text) > 1}) == []


def test_every_error_has_a_row() -> None:
    """``error_texts`` says what an error is, and by which of its texts it is looked up."""
    quoted = [re.sub(rf"\s*{VARIABLE}$", "", text) for row in rows() for text in row.quoted]
    told = [found for found in errors() if found.text not in PARTS]
    missing = sorted(f"{found.place}: {found.text}" for found in told if not any(text in found.text for text in quoted))
    assert missing == [], "write a row for each into a page of docs/runbook/; its first cell quotes a part of the text"
    assert len(told) > 350


def test_every_part_that_needs_no_row_is_still_told() -> None:
    assert sorted(PARTS - {found.text for found in errors()}) == []
