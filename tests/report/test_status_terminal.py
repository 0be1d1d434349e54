"""The table of ``status`` on terminals of several widths: it fits, and what matters is on each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sectigo_f5.report.columns import GAP, widths
from sectigo_f5.report.status.rows import Row
from sectigo_f5.report.status.terminal import columns, to_terminal
from tests.report.test_attention import FAILED, FINE, FOREIGN, moment
from tests.support.builders import NOW
from tests.support.properties import generated

ERROR = "bigip-fra: no answer within 30 s; check that the address is right and that no firewall is in between. " * 2
ROWS = [
    replace(FAILED, error=ERROR, failures=3, since=moment(-2), last_success=moment(-3)),
    replace(FAILED, common_name="a-rather-long-name-of-a-shop.department.example.com", error=ERROR),
    replace(FINE, key="RSA 2048 and ECDSA secp256r1", virtual_servers=("/Common/vs_www", "/Common/vs_b", "/Common/c")),
    replace(FINE, common_name="日本.example.com", unsaved=True, result="rolled-back"),
    FOREIGN,
]
LEFT_OUT = {
    48: ["ENDS", "RENEWAL", "SINCE", "KEY", "VIRTUAL SERVERS"],
    60: ["ENDS", "RENEWAL", "SINCE", "KEY", "VIRTUAL SERVERS"],
    80: ["SINCE", "KEY", "VIRTUAL SERVERS"],
    120: ["SINCE", "KEY"],
    200: [],
}


def plain(rows: list[Row], width: int, *, colours: bool = False) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", to_terminal(rows, NOW, width, colours))


def shown(width: int, rows: list[Row] = ROWS) -> list[str]:
    """Return the lines of the table alone."""
    return plain(rows, width).split("\n\n")[0].splitlines()


@pytest.mark.parametrize("width", LEFT_OUT)
def test_table_fits_and_leaves_out_what_is_least_wanted(width: int) -> None:
    lines = shown(width)
    assert max(map(cell_len, lines)) <= width
    headings = ["STATE", "CERTIFICATE", "DAYS", "ENDS", "RENEWAL", "LAST RESULT", "SINCE", "KEY", "VIRTUAL SERVERS"]
    assert [heading for heading in headings if heading not in lines[0]] == LEFT_OUT[width]
    assert sum(line.startswith("failed") and "  60  " in line for line in lines) == 2


@generated(100)
@given(natural=st.lists(st.integers(1, 90), min_size=9, max_size=9), width=st.integers(54, 250))
def test_columns_fit_whatever_is_in_them(natural: list[int], width: int) -> None:
    """A cell without a limit has at most 12 columns: words and dates."""
    limited = [(each, wide if each.least else min(wide, 12)) for each, wide in zip(columns(NOW), natural, strict=True)]
    given_to, limit = widths(limited, width), {each.heading: wide for each, wide in limited}
    assert sum(wide for _, wide in given_to) + GAP * (len(given_to) - 1) <= max(width, 60)
    assert {each.heading for each, _ in given_to} >= {"STATE", "CERTIFICATE", "DAYS", "LAST RESULT"}
    assert all(1 <= wide <= limit[each.heading] for each, wide in given_to)


def test_long_name_is_folded_and_several_servers_are_counted() -> None:
    name = ROWS[1].label
    folded = "".join(line[11:41].strip() for line in shown(60)[2:5])
    assert folded == name
    assert any("/Common/vs_www +2" in line for line in shown(120))
    assert name in shown(200)[2]


def test_common_error_is_said_once_below_the_table_unbroken() -> None:
    text = plain(ROWS, 60)
    _, errors, unsaved, numbers = text.split("\n\n")
    assert errors == f"{ROWS[0].label}, {ROWS[1].label}: {ERROR.strip()}"
    assert unsaved == "日本.example.com@bigip-fra: not saved on the BIG-IP"
    assert " ".join(numbers.split()) == "4 managed, 2 failed, 1 unmanaged"
    assert "(since 2026-11-21, 3 runs in a row, last success 2026-11-20): " in plain(ROWS[:1], 60)
    many = [replace(FAILED, common_name=f"h{number}.example.com", error="no") for number in range(9)]
    assert "h2.example.com@bigip-fra and 6 more: " in plain(many, 80)


def test_end_is_said_with_what_to_do_about_it() -> None:
    ended, foreign = replace(FINE, days_left=-1), replace(FOREIGN, days_left=3)
    text = plain([ended, replace(FINE, days_left=2, planned_renewal=None), foreign], 200)
    assert ": has ended, and clients refuse it: run start_acme.py, and see whether cron still does\n" in text
    assert ": ends within 7 days, and no renewal is planned before: see whether cron still runs\n" in text
    assert ": ends within 14 days: renew it where it comes from, or add it to a YAML file\n" in text


def test_colours_are_used_unless_they_are_unwanted() -> None:
    assert "\x1b[1;31mfailed" in to_terminal(ROWS, NOW, 80, colours=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", to_terminal(ROWS, NOW, 80, colours=False))


def test_no_certificate_is_a_heading_and_a_number() -> None:
    lines = plain([], 80).splitlines()
    assert (lines[0].split()[0], lines[-1]) == ("STATE", "0 managed")


def test_text_of_others_cannot_command_the_terminal() -> None:
    hostile = replace(
        FINE, common_name="[red]x[/]\x1b[2J\nfailed", error="[link=http://x]y\x1b]0;title\x07", key="\x9b2J"
    )
    text = plain([hostile], 200, colours=True)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "[red]x[/][2J failed@bigip-fra" in text
    assert "[link=http://x]y]0;title" in text
