"""The day of renewal, counted from issue, for every lifetime that public CAs issue or will issue."""

from datetime import datetime, timedelta, timezone

import pytest

from sectigo_f5.model import RenewalInformation
from sectigo_f5.renewal import due_at

ISSUED = datetime(2027, 1, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def window(lifetime: float, opens: float = 0.85, closes: float = 1.0) -> RenewalInformation:
    """A window from shares of the lifetime; by default as acme2certifier gives it: the last 15 %."""
    return RenewalInformation(ISSUED + lifetime * opens * DAY, ISSUED + lifetime * closes * DAY, ISSUED)


def day(
    lifetime: float, before: int | None = None, information: RenewalInformation | None = None, seed: str = "fingerprint"
) -> float:
    planned, _ = due_at(ISSUED, ISSUED + lifetime * DAY, before, information, seed)
    return round((planned - ISSUED) / DAY, 1)


@pytest.mark.parametrize(
    ("lifetime", "by_rule", "thirty_days", "by_ari"),
    [
        (398, 265.3, 368.0, (338.3, 358.2)),
        (199, 132.7, 169.0, (169.1, 179.1)),
        (100, 66.7, 70.0, (85.0, 90.0)),
        (47, 31.3, 23.5, (39.9, 42.3)),  # 30 days before would be a renewal every 17 days
        (6, 3.0, 3.0, (4.0, 4.0)),  # the window opens too late for a daily run
    ],
)
def test_the_day_of_renewal(lifetime: int, by_rule: float, thirty_days: float, by_ari: tuple[float, float]) -> None:
    assert day(lifetime) == by_rule
    assert day(lifetime, before=30) == thirty_days
    picked = [day(lifetime, information=window(lifetime), seed=str(number)) for number in range(200)]
    first, last = by_ari
    assert first <= min(picked) <= max(picked) <= last
    assert max(picked) - min(picked) >= 0.9 * (last - first)  # spread over the window, not piled up at its end


@pytest.mark.parametrize("lifetime", [398, 199, 100, 47, 6, 4])
@pytest.mark.parametrize("before", [None, 1, 30, 397])
@pytest.mark.parametrize("opens", [None, 0.5, 0.85, 0.99, 2.0])
def test_two_daily_runs_fit_before_the_end_and_none_is_due_at_once(
    lifetime: int, before: int | None, opens: float | None
) -> None:
    information = window(lifetime, opens, 3.0) if opens else None
    for seed in "abcdefgh":
        planned, _ = due_at(ISSUED, ISSUED + lifetime * DAY, before, information, seed)
        assert ISSUED + lifetime * DAY / 2 <= planned <= ISSUED + (lifetime - 2) * DAY


def test_a_certificate_of_one_day_is_renewed_at_noon() -> None:
    assert day(1) == day(1, before=30) == day(1, information=window(1)) == 0.5


def test_the_picked_time_is_the_same_in_every_run_and_another_for_each_certificate() -> None:
    ends, information = ISSUED + 100 * DAY, window(100)
    picked = [due_at(ISSUED, ends, None, information, seed)[0] for seed in ("a", "a", "b", "c")]
    assert picked[0] == picked[1]
    assert len(set(picked)) == 3
    assert all(information.start <= moment <= information.end for moment in picked)


def test_a_window_in_the_past_is_due_now() -> None:
    assert 10 <= day(100, information=window(100, 0.1, 0.15)) <= 15


def test_a_window_that_opened_long_before_the_certificate_is_how_a_ca_says_now() -> None:
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


def test_a_window_after_the_end_is_not_waited_for() -> None:
    assert day(100, information=window(100, 2.0, 2.1)) == 90.0


def test_the_configuration_wins_over_the_ca() -> None:
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
def test_the_reason_is_a_sentence_with_the_rule(
    before: int | None, information: RenewalInformation | None, reason: str
) -> None:
    assert due_at(ISSUED, ISSUED + 199 * DAY, before, information, "x")[1] == reason


def test_the_reason_carries_what_the_ca_explains() -> None:
    explained = RenewalInformation(ISSUED, ISSUED + DAY, ISSUED, "https://ca.example/incident")
    assert due_at(ISSUED, ISSUED + 199 * DAY, None, explained, "x")[1].endswith("(ARI); https://ca.example/incident")
    assert (
        due_at(ISSUED, ISSUED + DAY, 30, None, "x")[1] == "it ends on 2027-01-02, within 12 hours (renew_before_days)"
    )
