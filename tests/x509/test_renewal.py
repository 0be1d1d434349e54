"""The day of renewal, counted from issue, for every lifetime that public CAs issue or will issue."""

from datetime import datetime, timedelta, timezone

import pytest

from sectigo_f5.model import RenewalInformation
from sectigo_f5.renewal import due_at

ISSUED = datetime(2027, 1, 1, tzinfo=timezone.utc)


def window(lifetime: float, opens: float = 0.85, length: float = 0.05) -> RenewalInformation:
    """A window as a CA computes it, from shares of the lifetime."""
    start = ISSUED + timedelta(days=lifetime * opens)
    return RenewalInformation(start, start + timedelta(days=lifetime * length), ISSUED)


def day(lifetime: int, before: int | None = None, information: RenewalInformation | None = None) -> float:
    planned, _ = due_at(ISSUED, ISSUED + timedelta(days=lifetime), before, information, "fingerprint")
    return round((planned - ISSUED) / timedelta(days=1), 1)


@pytest.mark.parametrize(
    ("lifetime", "by_rule", "thirty_days", "by_ari"),
    [
        (398, 265.3, 368.0, (338, 358)),
        (199, 132.7, 169.0, (169, 179)),
        (100, 66.7, 70.0, (85, 90)),
        (47, 31.3, 17.0, (39, 43)),
        (6, 3.0, 2.0, (5, 5.4)),
    ],
)
def test_the_day_of_renewal(lifetime: int, by_rule: float, thirty_days: float, by_ari: tuple[float, float]) -> None:
    assert day(lifetime) == by_rule
    assert day(lifetime, before=30) == thirty_days
    assert by_ari[0] <= day(lifetime, information=window(lifetime)) <= by_ari[1]


def test_the_picked_time_is_the_same_in_every_run_and_another_for_each_certificate() -> None:
    ends, information = ISSUED + timedelta(days=100), window(100)
    picked = [due_at(ISSUED, ends, None, information, seed)[0] for seed in ("a", "a", "b", "c")]
    assert picked[0] == picked[1]
    assert len(set(picked)) == 3
    assert all(information.start <= moment <= information.end for moment in picked)


def test_a_window_in_the_past_is_due_now() -> None:
    assert day(100, information=window(100, opens=0.1)) < 16


def test_a_window_that_ends_before_it_begins_falls_back_to_the_rule() -> None:
    assert day(100, information=window(100, length=-0.01)) == 66.7


def test_a_window_after_the_end_is_not_waited_for() -> None:
    assert day(100, information=window(100, opens=2.0)) == 90.0


def test_the_reason_is_a_sentence_with_the_rule() -> None:
    _, reason = due_at(ISSUED, ISSUED + timedelta(days=199), None, None, "x")
    assert reason == "it ends on 2027-07-19, less than a third of its lifetime is left"
