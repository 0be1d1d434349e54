"""The time line of the page: each renewal and each end of the next 90 days is drawn, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.report.page.entries import entries
from sectigo_f5.report.page.timeline import DAYS, Timeline, timeline
from sectigo_f5.report.status.rows import Row
from tests.report.test_attention import FINE, FOREIGN, ROWS, moment
from tests.support.builders import NOW
from tests.support.properties import generated


def drawn(*rows: Row) -> Timeline:
    return timeline(entries(rows, NOW), NOW)


def test_renewal_is_above_the_line_and_an_end_below_it() -> None:
    shown = drawn(FINE)
    renewal, end = shown.bars
    assert (renewal.kind, renewal.top + renewal.height) == ("renewal", shown.axis)
    assert (end.kind, end.top) == ("end", shown.axis)
    assert end.text == f"{moment(60)[:10]}, end after a renewal: www.example.com@bigip-fra"
    assert [day.date for day in shown.days] == [moment(30)[:10], moment(60)[:10]]


def test_end_with_no_renewal_before_is_a_threat() -> None:
    overdue = replace(FINE, planned_renewal=moment(-3))
    assert [bar.kind for bar in drawn(FOREIGN).bars] == ["threat"]
    shown = drawn(overdue, replace(FINE, planned_renewal=moment(61)), FINE)
    assert (shown.count("threats"), shown.count("ends"), shown.count("renewals")) == (2, 1, 3)
    assert shown.days[0].date == moment(0)[:10], "what is overdue is planned for today"


def test_bars_of_a_day_are_stacked_and_named() -> None:
    rows = [replace(FINE, common_name=f"h{number:02}.example.com") for number in range(40)]
    shown = drawn(*rows, FOREIGN)
    renewal, threat, end = shown.bars
    assert (shown.busiest, drawn(FOREIGN).busiest) == (40, 0)
    assert threat.top + threat.height == end.top
    assert end.top + end.height <= shown.height
    assert renewal.top >= 0
    assert renewal.text.endswith("h11.example.com@bigip-fra and 28 more")


def test_months_are_named_where_there_is_room() -> None:
    assert [mark.text for mark in drawn(FINE).marks] == ["today", "Jan", "Feb"]


@generated(60)
@given(rows=st.lists(ROWS, max_size=12))
def test_whatever_is_planned_is_drawn_within_the_picture(rows: list[Row]) -> None:
    shown = drawn(*rows)
    first, last = moment(0)[:10], moment(DAYS)[:10]
    assert shown.count("renewals") == sum(bool(row.planned_renewal) for row in rows)
    ends = [row for row in rows if row.not_after and first <= row.not_after[:10] <= last]
    assert shown.count("ends") + shown.count("threats") == len(ends)
    for bar in shown.bars:
        assert 0 <= bar.left <= 100 - shown.width
        assert bar.height > 0
        assert bar.top >= -0.01
        assert bar.top + bar.height <= shown.height + 0.01
