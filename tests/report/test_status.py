"""The table of ``status``: text, JSON, and a page that a browser shows as it is meant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.report.status import Row, days_left, iso_or_none, to_json, to_text, write_html
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


def test_json_counts_managed_certificates_and_lists_the_others_apart() -> None:
    never = replace(MANAGED, common_name="new.example.com", result=None)
    printed = json.loads(to_json([MANAGED, never, FOREIGN], NOW, NOW))
    assert (printed["version"], printed["summary"]) == (1, {"kept": 1, "never run": 1})
    assert [row["common_name"] for row in printed["results"]] == ["www.example.com", "new.example.com"]
    assert [row["common_name"] for row in printed["unmanaged"]] == ["<b>old</b>"]


def test_page_escapes_what_others_have_written(tmp_path: Path) -> None:
    page = tmp_path / "status.html"
    write_html(page, [MANAGED, FOREIGN], NOW)
    text = page.read_text()
    assert "<td>www.example.com@bigip-fra</td>" in text
    assert "<b>old</b>" not in text
    assert "&lt;b&gt;old&lt;/b&gt;@bigip-fra" in text


def test_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--html .*: cannot be written \(Is a directory\)"):
        write_html(tmp_path, [MANAGED], NOW)


def test_unknown_times_stay_unknown() -> None:
    assert (iso_or_none(None), days_left(None, NOW)) == (None, None)
    assert (iso_or_none(NOW), days_left(NOW, NOW)) == ("2026-11-23T12:00:00Z", 0)
