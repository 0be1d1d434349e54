"""How soon a certificate may be ordered anew after runs that failed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.decision.earlier_orders import BETWEEN, PATIENCE, TOLERANCE, next_order
from tests.support.properties import generated

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=timezone.utc)


def test_a_first_failure_does_not_delay_an_order() -> None:
    assert next_order(PATIENCE - 1, NOW, NOW) is None


def test_two_failures_delay_an_order_until_the_next_day() -> None:
    assert next_order(PATIENCE, NOW, NOW + timedelta(hours=12)) == NOW + BETWEEN


def test_a_daily_run_that_begins_a_moment_early_may_order() -> None:
    assert next_order(9, NOW, NOW + timedelta(hours=23, minutes=55)) is None


def test_a_certificate_that_was_never_ordered_may_be_ordered_after_any_failures() -> None:
    assert next_order(9, None, NOW) is None


def test_an_order_in_the_future_of_a_clock_put_back_delays_nothing() -> None:
    assert next_order(9, NOW + timedelta(days=400), NOW) is None


@generated(100)
@given(st.lists(st.integers(1, 60 * 20), min_size=60, max_size=60))
def test_orders_that_fail_for_ever_are_a_day_apart_from_the_second_on(minutes: list[int]) -> None:
    now, orders = NOW, list[datetime]()
    for failures, pause in enumerate(minutes):
        now += timedelta(minutes=pause)
        if next_order(failures, orders[-1] if orders else None, now) is None:
            orders.append(now)
    assert len(orders) >= PATIENCE
    assert all(later - earlier >= BETWEEN - TOLERANCE for earlier, later in zip(orders[1:], orders[2:], strict=False))
