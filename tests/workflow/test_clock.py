"""A clock that was wrong and is corrected: nothing is ordered twice, nothing older returns, nothing crashes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sectigo_f5.model import Generation, Job, Outcome
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
