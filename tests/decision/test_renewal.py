"""The day of renewal, counted from issuance, for every lifetime that public CAs issue or will issue."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.decision.renewal import HEAD_START, due_at, is_due, not_too_soon
from sectigo_f5.model import RenewalInformation
from tests.support.properties import generated

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
ISSUED = datetime(2027, 1, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def window(lifetime: float, opens: float = 0.85, closes: float = 1.0) -> RenewalInformation:
    """Return a window given as fractions of the lifetime; the default is that of acme2certifier: the last 15 %."""
    return RenewalInformation(ISSUED + lifetime * opens * DAY, ISSUED + lifetime * closes * DAY, ISSUED)


def day(
    lifetime: float, before: int | None = None, information: RenewalInformation | None = None, seed: str = "fingerprint"
) -> float:
    planned, _ = due_at(ISSUED, ISSUED + lifetime * DAY, before, information, seed)
    return round((planned - ISSUED) / DAY, 1)


def renewed(lifetime: float, before: int | None = None, information: RenewalInformation | None = None) -> int:
    """Return the day of the run that renews; runs start at the time of day at which the first one did."""
    begins = ISSUED + timedelta(minutes=10)  # the order took that long
    planned, _ = due_at(begins, begins + lifetime * DAY, before, information, "")
    return next(day for day in range(999) if is_due(planned, ISSUED + day * DAY))


TABLE = [
    #     by the rule   30 days before       in the CA's window (ARI), which is the last 15 % ...
    (398, 265.3, 266, 368.0, 368, (338.3, 358.2)),
    (199, 132.7, 133, 169.0, 169, (169.1, 179.1)),
    (100, 66.7, 67, 70.0, 70, (85.0, 90.0)),
    (47, 31.3, 32, 23.5, 24, (39.9, 42.3)),  # 30 days before would be a renewal every 17 days
    (6, 3.0, 3, 3.0, 3, (4.0, 4.0)),  # ... which opens too late for a daily run
]


@pytest.mark.parametrize(("lifetime", "by_rule", "run", "thirty_days", "thirty_run", "by_ari"), TABLE)
def test_the_day_of_renewal_is_that_of_the_table(
    lifetime: int, by_rule: float, run: int, thirty_days: float, thirty_run: int, by_ari: tuple[float, float]
) -> None:
    assert (day(lifetime), renewed(lifetime)) == (by_rule, run)
    assert (day(lifetime, before=30), renewed(lifetime, before=30)) == (thirty_days, thirty_run)
    picked = [day(lifetime, information=window(lifetime), seed=str(number)) for number in range(200)]
    first, last = by_ari
    assert first <= min(picked) <= max(picked) <= last
    assert max(picked) - min(picked) >= 0.9 * (last - first)  # spread over the window, not piled up at its end


def test_the_table_in_the_operations_page_is_right() -> None:
    rows = re.findall(r"^\| (\d+) days \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", OPERATIONS, re.MULTILINE)
    days = [
        (lifetime, run, lifetime - run, thirty_run, renewed(lifetime, information=window(lifetime, 2.0, 3.0)))
        for lifetime, _, run, _, thirty_run, _ in TABLE
    ]
    assert rows == [tuple(map(str, row)) for row in days]


@pytest.mark.parametrize("lifetime", [398, 199, 100, 47, 6, 4])
@pytest.mark.parametrize("before", [None, 1, 30, 397])
@pytest.mark.parametrize("opens", [None, 0.5, 0.85, 0.99, 2.0])
def test_a_renewal_date_is_after_half_the_lifetime_and_before_two_days(
    lifetime: int, before: int | None, opens: float | None
) -> None:
    information = window(lifetime, opens, 3.0) if opens else None
    for seed in "abcdefgh":
        planned, _ = due_at(ISSUED, ISSUED + lifetime * DAY, before, information, seed)
        assert ISSUED + lifetime * DAY / 2 <= planned <= ISSUED + (lifetime - 2) * DAY


@pytest.mark.parametrize("lifetime", [398, 199, 100, 47, 6, 4])
@pytest.mark.parametrize("hour", range(24))
def test_daily_runs_have_time_for_one_failure_and_one_order(lifetime: int, hour: int) -> None:
    planned, _ = due_at(ISSUED, ISSUED + lifetime * DAY, None, window(lifetime, 2.0, 3.0), "")
    runs = (ISSUED + timedelta(hours=hour) + number * DAY for number in range(lifetime))
    first = next(run for run in runs if is_due(planned, run))
    assert first + DAY <= ISSUED + lifetime * DAY - HEAD_START


def test_a_run_up_to_two_hours_early_renews() -> None:
    assert is_due(ISSUED, ISSUED + DAY)
    assert is_due(ISSUED, ISSUED - timedelta(hours=2))
    assert not is_due(ISSUED, ISSUED - timedelta(hours=2, seconds=1))


@pytest.mark.parametrize(
    ("lifetime", "enough"), [(398, True), (199, True), (100, True), (47, True), (28, True), (27, False), (6, False)]
)
def test_weekly_runs_need_a_lifetime_of_28_days(lifetime: int, enough: bool) -> None:
    """As docs/operations.md says: with ``renew_before_days: 14`` one of two weekly runs may fail, from 28 days on."""
    ends = ISSUED + lifetime * DAY
    planned, _ = due_at(ISSUED, ends, 14, None, "")
    chances = []
    for hour in range(7 * 24):
        runs = [ISSUED + timedelta(hours=hour) + 7 * week * DAY for week in range(60)]
        chances.append(sum(is_due(planned, run) and run <= ends - HEAD_START for run in runs))
    assert (min(chances) >= 2) is enough


def test_a_certificate_of_one_day_is_renewed_at_half_its_lifetime() -> None:
    assert day(1) == day(1, before=30) == day(1, information=window(1)) == 0.5


def test_the_time_picked_in_the_window_is_fixed_for_each_certificate() -> None:
    ends, information = ISSUED + 100 * DAY, window(100)
    picked = [due_at(ISSUED, ends, None, information, seed)[0] for seed in ("a", "a", "b", "c")]
    assert picked[0] == picked[1]
    assert len(set(picked)) == 3
    assert all(information.start <= moment <= information.end for moment in picked)


def test_a_window_in_the_past_is_due_now() -> None:
    assert 10 <= day(100, information=window(100, 0.1, 0.15)) <= 15


@generated(300)
@given(
    lifetime=st.timedeltas(timedelta(hours=1), timedelta(days=400)),
    backdated=st.timedeltas(timedelta(), timedelta(days=3)),
    window=st.tuples(st.floats(-2, 2), st.floats(0.001, 2)),
    before=st.none() | st.integers(1, 400),
    issuer=st.floats(0, 1),
)
def test_nothing_is_planned_for_the_first_day(
    lifetime: timedelta, backdated: timedelta, window: tuple[float, float], before: int | None, issuer: float
) -> None:
    """Whatever the CA says, whatever is configured, and however soon its own certificate ends."""
    begins, ends = ISSUED - backdated, ISSUED + lifetime
    opens = begins + (ends - begins) * window[0]
    information = RenewalInformation(opens, opens + (ends - begins) * window[1], ISSUED)
    for said in (None, information):
        rule, _ = due_at(begins, begins + (ends - begins) * issuer, before, said, "x")
        planned = not_too_soon(rule, ISSUED, ends)
        assert planned == max(rule, ISSUED + min(DAY + HEAD_START, lifetime / 2))
        rounded = timedelta(microseconds=1)
        assert issuer < 1 or planned <= max(rule, ends - min(2 * DAY, lifetime / 2)) + rounded


def test_a_clock_that_was_ahead_does_not_put_a_renewal_off() -> None:
    """The time of the order is then after the end."""
    planned = ISSUED + 30 * DAY
    assert not_too_soon(planned, ISSUED + 20 * DAY, ISSUED + 10 * DAY) == planned


def test_a_window_that_opened_long_before_issuance_is_due_now() -> None:
    """acme2certifier's ``renewal_force``: from 364 days ago until tomorrow."""
    forced = RenewalInformation(ISSUED - 364 * DAY, ISSUED + DAY, ISSUED)
    picked = [day(90, information=forced, seed=str(number)) for number in range(200)]
    assert sorted(picked)[195] <= 0


@pytest.mark.parametrize(
    ("opens", "closes"),
    [(0.85, 0.84), (0.85, 0.85), (-0.2, -0.1), (-0.2, 0.0)],
    ids=["ends before it begins", "is empty", "was over before the certificate began", "ended as it began"],
)
def test_a_nonsensical_window_falls_back_to_the_rule(opens: float, closes: float) -> None:
    assert day(100, information=window(100, opens, closes)) == 66.7


def test_a_window_after_the_expiry_is_not_waited_for() -> None:
    assert day(100, information=window(100, 2.0, 2.1)) == 90.0


def test_the_configuration_overrides_the_window_of_the_ca() -> None:
    assert day(100, before=30, information=window(100, 0.1, 0.2)) == 70.0


@pytest.mark.parametrize(
    ("before", "information", "reason"),
    [
        (None, None, "it ends on 2027-07-19, less than a third of its lifetime is left"),
        (30, None, "it ends on 2027-07-19, within 30 days (renew_before_days)"),
        (1, None, "it ends on 2027-07-19, within 2 days (renew_before_days)"),
        (None, window(199, 0.5, 0.6), "the CA suggests renewal between 2027-04-10 and 2027-04-30 (ARI)"),
        (None, window(199, 0.95), "the CA's renewal window begins on 2027-07-09, too near the end to wait for"),
    ],
)
def test_the_reason_names_the_rule(before: int | None, information: RenewalInformation | None, reason: str) -> None:
    assert due_at(ISSUED, ISSUED + 199 * DAY, before, information, "x")[1] == reason


def test_the_reason_includes_the_explanation_of_the_ca() -> None:
    explained = RenewalInformation(ISSUED, ISSUED + DAY, ISSUED, "https://ca.example/incident")
    assert due_at(ISSUED, ISSUED + 199 * DAY, None, explained, "x")[1].endswith("(ARI); https://ca.example/incident")
    assert (
        due_at(ISSUED, ISSUED + DAY, 30, None, "x")[1] == "it ends on 2027-01-02, within 12 hours (renew_before_days)"
    )
