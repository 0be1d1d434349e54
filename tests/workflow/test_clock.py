"""A clock that was wrong and is corrected: nothing is ordered twice, nothing older returns, nothing crashes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sectigo_f5.model import Generation, Job, Outcome
from tests.support.console import Console
from tests.support.names import ONLY_EC
from tests.support.world import World

DAY = timedelta(days=1)


@pytest.fixture
def job(world: World) -> Job:
    return world.job(keys=ONLY_EC)


def test_a_clock_set_back_orders_nothing(world: World, job: Job) -> None:
    first = world.one(job)
    writes = len(world.device.writes())
    for back in (timedelta(hours=1), DAY, 400 * DAY):
        world.now -= back
        assert (world.one(job).outcome, world.one(job).outcome) == (Outcome.KEPT, Outcome.KEPT)
    assert len(world.device.writes()) == writes
    assert world.seen_by_client().serial == first.serial


@pytest.mark.parametrize("back", [timedelta(minutes=50), DAY])
def test_a_certificate_ordered_after_the_clock_was_set_back_is_kept(world: World, job: Job, back: timedelta) -> None:
    world.one(job)
    world.now -= back
    second = world.one(job, force=True)
    for _ in range(3):
        world.wait(hours=12)
        assert world.one(job).outcome is Outcome.KEPT
        assert world.seen_by_client().serial == second.serial
    assert len(world.authority.issued) == 2


def test_a_revoked_certificate_is_replaced_once_if_the_clock_is_set_back(world: World, job: Job) -> None:
    world.one(job)
    generation = Generation(job.partition, job.base, world.now.strftime("%Y%m%dT%H%M%SZ"))
    world.state.certificates.note_revoked(job, generation, "keycompromise")
    world.now -= DAY
    replaced = world.one(job)
    assert [replaced.outcome, world.one(job).outcome, world.one(job).outcome] == [
        Outcome.REPLACED,
        Outcome.KEPT,
        Outcome.KEPT,
    ]
    assert world.seen_by_client().serial == replaced.serial


def test_a_clock_that_was_ahead_renews_once(world: World, job: Job) -> None:
    world.authority.lifetime = 6 * DAY
    world.one(job)
    world.wait(days=2)
    world.now += DAY  # wrong, and the CA's clock with it
    assert world.one(job).outcome is Outcome.RENEWED
    world.now -= DAY
    words = []
    for _ in range(4):
        words.append(world.one(job).outcome)
        world.wait(days=1)
    assert words == [Outcome.KEPT, Outcome.KEPT, Outcome.KEPT, Outcome.KEPT]


def test_a_clock_behind_that_of_the_ca_is_reported_and_changes_nothing(world: World, job: Job) -> None:
    right = world.now
    first = world.one(job)
    world.authority.clock = lambda: right
    world.now -= DAY
    result = world.one(job, force=True)
    assert "check the clock" in (result.error or "")
    assert world.seen_by_client().serial == first.serial
    assert world.leftovers() == {}
    world.now = right + timedelta(minutes=1)
    assert world.one(job, force=True).outcome is Outcome.RENEWED


# -- the clocks of others --------------------------------------------------------------------------

AHEAD = (
    "check the clock: on this machine it is {}, on {} {}, and what is due depends on it, so no certificate is ordered; "
)


def minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@pytest.fixture
def right(world: World, job: Job) -> datetime:
    """Enrol, and let CA and BIG-IP keep the time, whatever our clock says from now on."""
    assert world.one(job).outcome is Outcome.ENROLLED
    now = world.now
    world.authority.clock = lambda: now
    world.device.show_time(now.timestamp)
    return now


@pytest.mark.parametrize("off", [61 * DAY, timedelta(hours=2), -timedelta(hours=2), -61 * DAY, -400 * DAY])
def test_nothing_is_ordered_by_a_clock_that_is_wrong(world: World, job: Job, right: datetime, off: timedelta) -> None:
    serial, writes = world.seen_by_client().serial, len(world.device.writes())
    world.now += off
    result = world.one(job, force=True)
    expected = AHEAD.format(minute(world.now), "the ACME server", minute(right))
    assert result.error == f"{expected}correct the clock of this machine (NTP)"
    assert (world.device.writes()[writes:], len(world.authority.issued)) == ([], 1)
    assert world.seen_by_client().serial == serial


@pytest.mark.parametrize("off", [61 * DAY, -61 * DAY])
def test_a_wrong_clock_is_reported_also_if_nothing_seems_due(
    world: World, job: Job, right: datetime, off: timedelta
) -> None:
    world.now += off
    assert "check the clock" in (world.one(job).error or "")


@pytest.mark.parametrize("off", [timedelta(minutes=59), -timedelta(minutes=59)])
def test_a_clock_that_is_less_than_an_hour_wrong_does_not_matter(
    world: World, job: Job, right: datetime, off: timedelta
) -> None:
    world.now += off
    world.authority.clock = lambda: world.now  # it dates its certificates back by less than our clock is behind
    world.authority.our_clock = lambda: world.now - off
    assert world.one(job, force=True).outcome is Outcome.RENEWED


def test_the_clock_of_the_bigip_counts_if_the_ca_tells_no_time(world: World, job: Job, right: datetime) -> None:
    world.authority.refusal = "unreachable"
    world.wait(days=61)
    expected = AHEAD.format(minute(world.now), f"the BIG-IP {world.device.address}", minute(right))
    assert world.one(job).error == f"{expected}correct the clock of whichever is wrong (NTP)"


def test_a_ca_that_cannot_be_reached_is_not_a_problem_of_clocks(world: World, job: Job) -> None:
    world.authority.refusal = "unreachable"
    error = world.one(job).error or ""
    assert ("does not answer" in error, "clock" in error) == (True, False)


@pytest.mark.parametrize("off", [61 * DAY, -61 * DAY])
def test_a_bigip_whose_clock_is_wrong_is_renewed_with_a_warning(
    world: World, job: Job, off: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    told = world.now + off
    world.device.show_time(told.timestamp)
    assert world.one(job).outcome is Outcome.ENROLLED
    expected = (
        f"the clock of the BIG-IP {world.device.address} shows {minute(told)}, but it is {minute(world.now)}: it may "
        "take certificates for expired, or not valid yet; correct the clock of the BIG-IP (NTP)"
    )
    assert expected in caplog.messages


def test_plan_and_check_say_what_run_says_about_the_clock(world: World, job: Job, right: datetime) -> None:
    """Nothing answers at the ACME server of a console, so the BIG-IP's clock counts."""
    console = Console(world)
    world.wait(days=61)
    said = [console.say(command).out for command in ("plan", "check", "run")]
    sentence = AHEAD.format(minute(world.now), f"the BIG-IP {world.device.address}", minute(right))
    assert [sentence in out for out in said] == [True, True, True]
