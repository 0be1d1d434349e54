"""The table of ``status`` in a pipe, and as JSON."""

from __future__ import annotations

from dataclasses import replace

from sectigo_f5.report.status.plain import to_text
from sectigo_f5.report.status.rows import Row, as_json, iso_or_none
from tests.support.builders import NOW

MANAGED = Row(
    "www.example.com",
    "bigip-fra",
    ("www.example.com",),
    ("/Common/vs_www",),
    managed=True,
    key="RSA 2048",
    days_left=60,
    not_after="2027-01-22T12:00:00Z",
    result="kept",
    since="2026-11-01T00:00:00Z",
)
FOREIGN = Row("<b>old</b>", "bigip-fra", ("old.example.com",), ("/Common/vs_old",), managed=False)


def test_table_has_a_line_per_row_and_a_dash_for_the_unknown() -> None:
    heading, managed, foreign = to_text([MANAGED, FOREIGN]).splitlines()
    assert heading.split("  ")[0] == "CERTIFICATE"
    assert managed.split() == [
        "www.example.com@bigip-fra", "RSA", "2048", "60", "2027-01-22", "-", "kept", "2026-11-01", "/Common/vs_www",
    ]  # fmt: skip
    assert foreign.split() == ["<b>old</b>@bigip-fra", "-", "-", "-", "-", "unmanaged", "-", "/Common/vs_old"]


def test_long_cell_widens_its_own_line_alone() -> None:
    short = to_text([MANAGED]).splitlines()[1]
    long = replace(MANAGED, common_name="shop.example.com", error="x" * 200)
    assert to_text([MANAGED, long]).splitlines()[1].split() == short.split()
    assert len(to_text([MANAGED, long]).splitlines()[1]) < 200


def test_json_lists_other_peoples_certificates_apart() -> None:
    never = replace(MANAGED, common_name="new.example.com", result=None)
    rows = [MANAGED, never, FOREIGN]
    assert [row["common_name"] for row in as_json(rows, managed=True)] == ["www.example.com", "new.example.com"]
    assert [row["common_name"] for row in as_json(rows, managed=False)] == ["<b>old</b>"]


def test_open_matters_stand_beside_the_last_result() -> None:
    pending = replace(MANAGED, result="pending", pending_since="2026-11-20T03:17:00Z", unsaved=True)
    braked = replace(MANAGED, result="failed", error="no", next_order="2026-11-24T12:00:00Z")
    text = to_text([pending, braked])
    assert "  pending, not saved on the BIG-IP, the CA has not decided since 2026-11-20  " in text
    assert "  failed, no order before 2026-11-24T12:00:00Z: no  " in text


def test_unknown_times_stay_unknown() -> None:
    assert (iso_or_none(None), iso_or_none(NOW)) == (None, "2026-11-23T12:00:00Z")
