"""What needs attention comes first; the same rule tells the words and the numbers that are said of all."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.report.status import attention
from sectigo_f5.report.status.attention import Level
from sectigo_f5.report.status.rows import Row
from sectigo_f5.timestamps import to_iso
from tests.support.builders import NOW
from tests.support.properties import generated


def moment(days: float) -> str:
    return to_iso(NOW + timedelta(days=days))


FINE = Row(
    "www.example.com",
    "bigip-fra",
    ("www.example.com",),
    ("/Common/vs_www",),
    managed=True,
    not_after=moment(60),
    days_left=60,
    planned_renewal=moment(30),
    result="kept",
)
FOREIGN = replace(FINE, managed=False, result=None, planned_renewal=None)
FAILED = replace(FINE, error="no answer", result="failed")
EXPIRED = replace(FINE, days_left=-1)
ENDING = replace(FINE, days_left=7, planned_renewal=moment(-1.5))

LEVELS = [
    (FAILED, "failed"),
    (replace(FAILED, days_left=-3, revoked="superseded"), "failed"),
    (EXPIRED, "expired"),
    (replace(FOREIGN, days_left=-1), "expired"),
    (replace(FINE, revoked="keycompromise"), "revoked"),
    (ENDING, "ends soon"),
    (replace(FINE, days_left=3, planned_renewal=None), "ends soon"),
    (replace(FOREIGN, days_left=14), "ends soon"),
    (replace(FINE, unsaved=True, pending_since=moment(-1)), "not saved"),
    (replace(FINE, pending_since=moment(-1)), "pending"),
    (replace(FINE, next_order=moment(1)), "held back"),
    (replace(FINE, planned_renewal=moment(7)), "due"),
    (replace(FINE, days_left=2, planned_renewal=moment(-0.5)), "due"),
    (replace(FINE, not_after=None, days_left=None, planned_renewal=None), "due"),
    (replace(FINE, planned_renewal=moment(8)), "fine"),
    (replace(FINE, days_left=5, planned_renewal=moment(8)), "fine"),
    (replace(FOREIGN, days_left=15), "unmanaged"),
    (replace(FOREIGN, days_left=None), "unmanaged"),
]


@pytest.mark.parametrize(("row", "word"), LEVELS)
def test_state_is_the_most_urgent_of_what_applies(row: Row, word: str) -> None:
    assert attention.word(row, NOW) == word


def test_order_is_by_urgency_then_ours_then_by_end() -> None:
    foreign = replace(FOREIGN, days_left=2)
    sooner, unknown = replace(FINE, days_left=20), replace(FAILED, days_left=None)
    wanted = [FAILED, unknown, EXPIRED, ENDING, foreign, sooner, FINE, FOREIGN]
    for seed in range(5):
        mixed = random.Random(seed).sample(wanted, len(wanted))
        assert attention.ordered(mixed, NOW) == wanted


def test_equal_certificates_are_in_the_order_of_their_names() -> None:
    rows = [replace(FINE, common_name=name, device=device) for device in ("a", "b") for name in ("x", "y")]
    assert attention.ordered(reversed(rows), NOW) == rows


def test_headlines_count_what_their_keys_select() -> None:
    rows = [row for row, _ in LEVELS]
    numbers = {each.key: each.number for each in attention.headlines(rows, NOW)}
    assert numbers == {"managed": 14, "failed": 2, "ending": 6, "due": 4, "waiting": 3, "unmanaged": 4}
    assert [each.key for each in attention.headlines(rows, NOW) if each.bad] == ["failed", "ending"]
    assert {each.number for each in attention.headlines([], NOW)} == {0}


DAYS = st.none() | st.integers(-3, 40)
MOMENTS = st.none() | st.floats(-3, 12).map(moment)
ROWS = st.builds(
    Row,
    common_name=st.sampled_from(["a.example.com", "b.example.com"]),
    device=st.sampled_from(["bigip-fra", "bigip-ber"]),
    names=st.just(()),
    virtual_servers=st.just(()),
    managed=st.booleans(),
    not_after=MOMENTS,
    days_left=DAYS,
    planned_renewal=MOMENTS,
    revoked=st.none() | st.just("superseded"),
    error=st.none() | st.just("no answer"),
    unsaved=st.booleans(),
    pending_since=MOMENTS,
    next_order=MOMENTS,
)


@generated(60)
@given(rows=st.lists(ROWS, max_size=8))
def test_whatever_is_seen_is_ordered_once_and_counted_once(rows: list[Row]) -> None:
    ordered = attention.ordered(rows, NOW)
    assert sorted(map(repr, ordered)) == sorted(map(repr, rows))
    assert attention.ordered(ordered, NOW) == ordered
    levels = [attention.level(row, NOW) for row in ordered]
    assert levels == sorted(levels)
    assert all(
        level not in (Level.FINE, Level.DUE)
        for row, level in zip(ordered, levels, strict=True)
        if row.error and row.managed
    )
    numbers = {each.key: each.number for each in attention.headlines(rows, NOW)}
    assert numbers["managed"] + numbers["unmanaged"] == len(rows)
