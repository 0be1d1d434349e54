"""The table of ``inventory``, in a pipe and on terminals, and the order in which it stands."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from sectigo_f5.report.inventory import attention, plain
from sectigo_f5.report.inventory.rows import Found, Row
from sectigo_f5.report.inventory.terminal import to_terminal
from tests.support.builders import NOW
from tests.support.inventories import items

ROWS = sorted(items(49, NOW), key=attention.place)


def on_terminal(width: int, rows: list[Row] = ROWS) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", to_terminal(rows, attention.counts(rows), width, True))


def test_items_are_ordered_by_their_gravest_finding_then_by_their_end() -> None:
    words = [attention.word(row) for row in ROWS]
    assert words[:5] == ["expired", "unprotected-key", "new", "unused", "fine"]
    fine = [row.not_after or attention.ENDLESS for row in ROWS if not row.findings]
    assert fine == sorted(fine)
    assert len(fine) == 45


def test_table_in_a_pipe_has_a_line_per_item_with_everything() -> None:
    heading, expired, *rest = plain.lines(ROWS)
    assert re.split(r"\s{2,}", heading) == [heading for heading, _ in plain.COLUMNS]
    assert re.split(r"\s{2,}", expired) == [
        "expired",
        "host1.example.com",
        "bigip-ber",
        "/Common/host1.example.com_20261101T031702Z.crt",
        "-2",
        "2026-11-21",
        "RSA 2048",
        "password, protected, exportable",
        "Web team, web@example.com",
        "/Common/vs_1_https",
        "expired, unprotected-key",
    ]
    assert len(rest) == 48


def test_text_from_outside_stays_one_line_and_a_long_cell_widens_its_own() -> None:
    row = replace(ROWS[-1], common_name="a\nb\x1b[31m" + "x" * 100)
    lines = list(plain.lines([row, *ROWS]))
    assert len(lines) == 51
    assert "\x1b" not in lines[1]
    assert len(lines[1]) > len(lines[2]) + 20


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (60, ["ENDS", "KEY", "CUSTODY", "USED BY", "OWNER", "OBJECT"]),
        (100, ["ENDS", "KEY", "CUSTODY", "OWNER", "OBJECT"]),
        (160, ["OWNER", "OBJECT"]),
        (250, []),
    ],
)
def test_table_fits_the_terminal_and_leaves_out_what_is_least_wanted(width: int, left_out: list[str]) -> None:
    lines = on_terminal(width).split("\n\n")[0].splitlines()
    headings = ["STATE", "CERTIFICATE", "DEVICE", "DAYS", "ENDS", "KEY", "CUSTODY", "USED BY", "OWNER", "OBJECT"]
    assert [heading for heading in headings if heading not in lines[0]] == left_out
    assert max(map(cell_len, lines)) <= width


def test_findings_stand_below_with_whom_they_concern_and_what_to_do() -> None:
    expired, bare, *_, numbers = on_terminal(100).split("\n\n")[1:]
    assert expired == (
        "expired (1) /Common/host1.example.com_20261101T031702Z.crt@bigip-ber: clients refuse it: renew it where it "
        "comes from, or delete it if nothing needs it"
    )
    assert bare.startswith("unprotected-key (2) ")
    assert numbers == "49 certificates and keys, 1 critical, 1 with a warning, 2 with a note"
    many = [replace(row, findings=(Found("unused", "note", "no"),)) for row in ROWS[:7]]
    assert " and 4 more: delete it if" in on_terminal(100, many)


def test_empty_inventory_is_a_heading_and_a_number() -> None:
    assert len(list(plain.lines([]))) == 1
    assert on_terminal(80, []).endswith("0 certificates and keys")
