"""The CSV file of ``inventory``: one line per item, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.report.inventory import sheet
from sectigo_f5.report.inventory.rows import Row
from tests.support.builders import NOW
from tests.support.installation import ROOT
from tests.support.inventories import items
from tests.support.properties import generated


def read(*rows: Row) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(sheet.lines(rows)), newline="")))


def test_header_is_that_of_the_docs() -> None:
    page = (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", page.split("### The columns")[1].split("\n#")[0], re.MULTILINE)
    assert documented == [name for name, _ in sheet.COLUMNS]


def test_cells_hold_everything_of_an_item() -> None:
    (row,) = read(items(1, NOW)[0])
    assert row["names"] == "www.host0.example.com; host0.example.com"
    assert row["virtual_servers"] == "/Common/vs_0_https (192.0.2.1 port 443)"
    assert row["protocols"] == "/Common/host0.example.com_clientssl: TLSv1.2, TLSv1.3"
    assert (row["custody"], row["key_protected"], row["key_exportable"]) == ("password", "yes", "yes")
    assert row["last_change"] == "2026-09-25T12:00:00Z activate: changed (line 1 of the trail, ticket CHG-4711)"
    assert (row["owner"], row["planned_renewal"]) == ("Web team, web@example.com", "2026-11-24T12:00:00Z")


@generated(100)
@given(text=st.text(st.sampled_from("=+-@ \t\r\n\x00\u202e\"',;aä|")))
def test_no_cell_is_a_formula_and_each_item_is_one_line(text: str) -> None:
    row = replace(items(1, NOW)[0], common_name=text, owner=f" {text}", names=(text, "=1+1"), issuer=f"={text}")
    written = "".join(sheet.lines([row]))
    assert written.count("\n") == written.count("\r\n") == 2
    (cells,) = read(row)
    assert [cell for cell in cells.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert cells["issuer"].startswith("'=")
