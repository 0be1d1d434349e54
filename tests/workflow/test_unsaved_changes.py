"""Between the change and the save: a restart of the BIG-IP, a save that fails, and what the next run does first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Exchange, Fault
from tests.support.names import ONLY_EC, PROFILE_URL
from tests.support.virtual_servers import attach, attached
from tests.support.world import World, lasting_writes

UNDONE = "was undone before it was saved, as by a restart of the BIG-IP; the next run does it again"
CHANGE = "/ltm/profile/client-ssl/"
# The plain save and the asynchronous task.
SAVE = Fault(method="POST", path="/sys/config$", times=2, action="error:400:01070734:3: disk full")


def changes(call: Exchange) -> bool:
    parts = (CHANGE, "/transaction/", "/ltm/virtual/")
    return call.method in ("PATCH", "POST") and any(part in call.path for part in parts)


@contextmanager
def rebooting_after_the_change(world: World) -> Iterator[None]:
    """The BIG-IP restarts when it is asked whether it is the active unit, which comes before the save."""
    done: list[Exchange] = []

    def reboot(exchange: Exchange) -> None:
        if exchange.method == "DELETE" and "/transaction/" in exchange.path:
            done.clear()  # it was a rehearsal
        if any(map(changes, done)) and exchange.path.endswith("/failover-status"):
            world.device.hook = None
            world.device.engine.reboot()
        done.append(exchange)

    world.device.hook = reboot
    yield
    assert world.device.hook is None


@pytest.fixture
def first(world: World) -> str:
    """Enrol, and return the serial number."""
    world.pause = lambda _: None
    world.device.save()
    result = world.one(world.job(keys=ONLY_EC, sni=True))
    assert result.outcome is Outcome.ENROLLED
    return result.serial or ""


def test_an_unsaved_change_fails_and_the_next_run_saves_it(world: World) -> None:
    world.device.fault(SAVE)
    result = world.one(world.job())
    assert (result.outcome, "in service but not saved" in (result.error or "")) == (Outcome.FAILED, True)
    assert not world.device.saved_is_current
    assert world.one(world.job()).outcome is Outcome.KEPT
    assert (world.device.saved, world.device.saved_is_current) == (1, True)


def test_a_renewal_that_a_restart_undoes_has_failed(world: World, first: str) -> None:
    job = world.job(keys=ONLY_EC, sni=True)
    world.wait(days=80)
    with rebooting_after_the_change(world):
        result = world.one(job)
    assert (result.outcome, result.error) == (Outcome.FAILED, f"what was put in service {UNDONE}")
    assert (result.serial, result.not_after) == (None, None)
    assert world.seen_by_client().serial == first == world.state.history.results()[job.label].serial
    again = world.one(job)
    assert (again.outcome, again.serial) == (Outcome.RENEWED, world.seen_by_client().serial)


def test_an_enrolment_that_a_restart_undoes_has_failed(world: World) -> None:
    world.device.save()
    with rebooting_after_the_change(world):
        result = world.one(world.job(keys=ONLY_EC))
    assert (result.outcome, UNDONE in (result.error or "")) == (Outcome.FAILED, True)
    assert not world.device.exists(PROFILE_URL)
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED


def _detached(world: World) -> None:
    attach(world)


def _renamed(world: World) -> None:
    world.device.set(PROFILE_URL, serverName="other.example.com")


@pytest.mark.parametrize("drift", [_detached, _renamed])
def test_a_repair_that_a_restart_undoes_has_failed(world: World, first: str, drift: Callable[[World], None]) -> None:
    drift(world)
    world.device.save()
    with rebooting_after_the_change(world):
        result = world.one(world.job(keys=ONLY_EC, sni=True))
    assert (result.outcome, UNDONE in (result.error or "")) == (Outcome.FAILED, True)
    assert world.one(world.job(keys=ONLY_EC, sni=True)).outcome is Outcome.REPAIRED
    assert attached(world) == {"/Common/www.example.com_clientssl"}


def test_a_rollback_that_a_restart_undoes_has_failed(world: World, first: str) -> None:
    job = world.job(keys=ONLY_EC, sni=True)
    world.wait(days=1)
    second = world.one(job, force=True)
    with rebooting_after_the_change(world):
        result = world.one(job, work=roll_back)
    assert (result.outcome, UNDONE in (result.error or "")) == (Outcome.FAILED, True)
    assert world.seen_by_client().serial == second.serial


def test_an_sni_default_that_moves_on_is_not_taken_for_undone(world: World) -> None:
    jobs = [world.job(name, keys=ONLY_EC, sni=True) for name in ("www.example.com", "shop.example.com")]
    for default in (0, 1, 0):
        moved = [
            world.job(job.common_name, keys=ONLY_EC, sni=True, sni_default=number == default)
            for number, job in enumerate(jobs)
        ]
        assert [result.error for result in world.go(*moved)] == [None, None]


def calls(world: World, since: int) -> list[str]:
    """Return the writes since then: saves that were made, deletions of older files, and the change."""
    words = []
    for call in lasting_writes(world.device.writes()[since:]):
        if call.path == "/mgmt/tm/sys/config":
            words.append("save" if call.status == 200 else "failed save")
        elif call.method == "DELETE" and "/sys/file/" in call.path:
            words.append("delete")
        elif call.method == "PATCH" and CHANGE in call.path:
            words.append("change")
    return words


def unsaved_renewal(world: World) -> None:
    """Renew without a save: the saved configuration refers to the generation before."""
    world.wait(days=1)
    world.device.fault(SAVE)
    assert "in service but not saved" in (world.one(world.job(keys=ONLY_EC, sni=True), force=True).error or "")


def test_an_earlier_change_is_saved_before_anything_else(world: World, first: str) -> None:
    unsaved_renewal(world)
    world.wait(days=1)
    before = len(world.device.writes())
    assert world.one(world.job(keys=ONLY_EC, sni=True), force=True).outcome is Outcome.RENEWED
    assert calls(world, before) == ["save", "change", "delete", "delete", "delete", "save"]
    assert world.device.saved_is_current


def test_nothing_is_deleted_while_an_earlier_change_is_unsaved(world: World, first: str) -> None:
    unsaved_renewal(world)
    world.wait(days=1)
    world.device.fault(Fault(method="POST", path="/sys/config$", times=99, action=SAVE.action))
    before, job = len(world.device.writes()), world.job(keys=ONLY_EC, sni=True)
    result = world.one(job, force=True)
    assert (result.outcome, "in service but not saved" in (result.error or "")) == (Outcome.FAILED, True)
    assert result.serial == world.seen_by_client().serial
    assert {*calls(world, before)} == {"failed save", "change"}
    world.device.reboot()
    assert world.seen_by_client().serial == first
    world.device.heal()
    assert (world.one(job).outcome, world.device.saved_is_current) == (Outcome.KEPT, True)


def test_a_kept_certificate_fails_if_the_earlier_change_stays_unsaved(world: World, first: str) -> None:
    unsaved_renewal(world)
    world.device.fault(Fault(method="POST", path="/sys/config$", times=4, action=SAVE.action))
    result = world.one(world.job(keys=ONLY_EC, sni=True))
    assert (result.outcome, "changes of ours on the BIG-IP are not saved" in (result.error or "")) == (
        Outcome.FAILED,
        True,
    )
    assert world.one(world.job(keys=ONLY_EC, sni=True)).outcome is Outcome.KEPT


def test_nothing_is_deleted_unsaved_although_the_mark_is_lost(world: World, first: str) -> None:
    """What the saved configuration refers to is not known then, so it is saved before the first deletion."""
    unsaved_renewal(world)
    world.state.unsaved.clear("bigip-sim")
    world.wait(days=1)
    before = len(world.device.writes())
    assert world.one(world.job(keys=ONLY_EC, sni=True), force=True).outcome is Outcome.RENEWED
    assert calls(world, before) == ["change", "save", "delete", "delete", "delete", "save"]


def test_nothing_is_deleted_if_it_cannot_be_saved_before(world: World, first: str) -> None:
    unsaved_renewal(world)
    world.state.unsaved.clear("bigip-sim")
    world.wait(days=1)
    world.device.fault(SAVE)
    before = len(world.device.writes())
    assert world.one(world.job(keys=ONLY_EC, sni=True), force=True).outcome is Outcome.RENEWED
    assert calls(world, before) == ["change", "failed save", "save"]
