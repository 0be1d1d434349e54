"""A signal at any moment of a run: the result is what serves, nothing is left over, and the next run does the rest."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from unittest.mock import patch

import pytest
import requests

from sectigo_f5 import cutover, fleet, workflow
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.model import Outcome, Result
from sectigo_f5.simulator import Exchange
from sectigo_f5.stopping import StopRequest, by_signals
from tests.support.names import ONLY_EC, PROFILE_URL
from tests.support.spread import first_of
from tests.support.virtual_servers import attach
from tests.support.world import World

DAYS = 2
BEFORE = {Outcome.SKIPPED, Outcome.FAILED}  # the change


@pytest.fixture(autouse=True)
def _without_pauses(world: World) -> None:
    world.pause = lambda _: None


@dataclass
class Interruption:
    """The run is asked to stop after its nth exchange with the device."""

    nth: int
    of: str  # what those exchanges begin with
    exchanges: list[str] = field(default_factory=list)
    stop: StopRequest = field(default_factory=StopRequest)

    @property
    def came(self) -> bool:
        return len(self.exchanges) >= self.nth

    @property
    def place(self) -> str:
        return self.exchanges[self.nth - 1]


@contextmanager
def interrupted_after(nth: int, of: str = "") -> Iterator[Interruption]:
    exchange, interruption = IControl.exchange, Interruption(nth, of)

    def interrupted(self: IControl, call: Call) -> requests.Response:
        answer = exchange(self, call)
        if str(call).startswith(of):
            interruption.exchanges.append(str(call))
        if str(call).startswith(of) and len(interruption.exchanges) == nth:
            interruption.stop.request("stopped by SIGTERM")
        return answer

    with patch.object(IControl, "exchange", interrupted):
        yield interruption


def held(world: World) -> set[str]:
    return {entry["cert"] for entry in world.device.get(PROFILE_URL)["certKeyChain"]}


def at_every_exchange(
    world: World, run: Callable[[StopRequest], Result], next_run: Callable[[], Result]
) -> list[Outcome]:
    """Interrupt ``run`` after each exchange of today in turn, ``next_run`` following each; return the outcomes."""
    outcomes = list[Outcome]()
    for nth in todays():
        world.wait(hours=13)
        before, serving = held(world), world.seen_by_client().serial
        with interrupted_after(nth) as interruption:
            result = run(interruption.stop)
        if not interruption.came:
            return outcomes
        outcomes.append(result.outcome)
        changed = held(world) != before
        assert (result.error is None) is changed, interruption.place
        if changed:
            assert result.serial == world.seen_by_client().serial, interruption.place
        else:
            assert world.seen_by_client().serial == serving, interruption.place
        assert world.leftovers() == {}, interruption.place
        assert world.device.saved_is_current, interruption.place
        assert next_run().error is None, interruption.place
        assert (world.leftovers(), world.device.saved_is_current) == ({}, True), interruption.place
    raise AssertionError("never complete")


def todays() -> Iterator[int]:
    """Yield after which exchanges runs are interrupted today: every other one in the course of DAYS days."""
    begin, days = first_of(DAYS)
    return count(2 + 2 * begin, 2 * days)


def test_a_renewal_that_is_interrupted_says_what_serves(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    for _ in range(3):  # from now on, each renewal deletes a generation
        assert world.one(job, force=True).error is None
        world.wait(hours=1)
    outcomes = at_every_exchange(world, lambda stop: world.one(job, force=True, stop=stop), partial(world.one, job))
    first = outcomes.index(Outcome.RENEWED)
    assert set(outcomes[:first]) <= BEFORE
    assert set(outcomes[first:]) == {Outcome.RENEWED}


def test_a_rollback_that_is_interrupted_says_what_serves(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    assert world.one(job).error is None
    world.wait(hours=1)
    assert world.one(job, force=True).error is None
    outcomes = at_every_exchange(
        world,
        lambda stop: world.one(job, work=roll_back, stop=stop),
        partial(world.one, job, force=True),
    )
    assert {Outcome.FAILED, Outcome.ROLLED_BACK} <= {*outcomes} <= BEFORE | {Outcome.ROLLED_BACK}


@pytest.mark.parametrize("drift", ["attachment", "server name"])
def test_a_repair_that_is_interrupted_says_whether_it_was_made(world: World, drift: str) -> None:
    job, outcomes = world.job(keys=ONLY_EC, sni=True, sni_default=True), set[Outcome]()
    assert world.one(job).error is None
    for nth in todays():
        if drift == "attachment":
            attach(world)
        else:
            world.device.set(PROFILE_URL, serverName="other.example.com")
        world.device.save()
        with interrupted_after(nth) as interruption:
            result = world.one(job, stop=interruption.stop)
        if not interruption.came:
            break
        outcomes.add(result.outcome)
        again = world.one(job)
        repaired_before = again.outcome is Outcome.KEPT
        assert (result.outcome is Outcome.REPAIRED) is repaired_before, interruption.place
        assert world.leftovers() == {}, interruption.place
        assert world.device.saved_is_current, interruption.place
    assert {Outcome.REPAIRED} <= outcomes <= BEFORE | {Outcome.REPAIRED}


def test_a_change_that_is_taken_back_is_taken_back_despite_a_signal(world: World) -> None:
    """Clients see another certificate after the change, so it goes back; the signal comes meanwhile."""
    job, change = world.job(keys=ONLY_EC), "PATCH /mgmt/tm/ltm/profile"
    first, nth = world.one(job), len(("rehearsal", "there"))
    while True:
        world.wait(hours=1)
        with interrupted_after(nth, change) as interruption, patch.object(cutover, "confirm", _refuse):
            result = world.one(job, force=True, stop=interruption.stop)
        if not interruption.came:
            break
        assert (result.outcome, "clients see another" in str(result.error)) == (Outcome.FAILED, True)
        assert world.seen_by_client().serial == first.serial
        assert (world.leftovers(), len(interruption.exchanges)) == ({}, len(("rehearsal", "there", "back")))
        world.device.save()
        nth += 1
    assert nth > len(interruption.exchanges)


def _refuse(*_: object) -> None:
    raise ConnectorError("clients see another certificate")


def test_the_certificates_after_an_interrupted_one_are_skipped(world: World) -> None:
    jobs = [world.job(name, keys=ONLY_EC, sni=True) for name in ("www.example.com", "shop.example.com")]
    with interrupted_after(len(("trial", "rehearsal", "change")), "PATCH /mgmt/tm/transaction/") as one:
        first, second = world.go(*jobs, stop=one.stop)
    assert (first.outcome, second.outcome) == (Outcome.ENROLLED, Outcome.SKIPPED)
    assert world.device.saved_is_current
    assert [result.outcome for result in world.go(*jobs)] == [Outcome.KEPT, Outcome.ENROLLED]


def test_a_device_that_was_not_begun_is_not_logged_in_to(world: World) -> None:
    run = world.run_of(world.job())
    run.stop.request("stopped by a test")
    (result,) = fleet.on_every_device(run, [world.job()], workflow.keep_alive, 1)
    assert (result.outcome, world.device.journal) == (Outcome.SKIPPED, [])


@pytest.mark.parametrize("call", ["PATCH /profile/client-ssl/", "GET /profile/client-ssl/", "POST /sys/config"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_after_the_change_ends_the_run_behind_it(world: World, call: str, number: signal.Signals) -> None:
    job, (method, path), sent = world.job(keys=ONLY_EC), call.split(), list[Exchange]()
    uploaded = threading.Event()  # what comes before is the rehearsal
    first = world.one(job)
    world.wait(hours=1)

    def send(exchange: Exchange) -> None:
        """The device has done it, and its answer is on the way."""
        if (exchange.method, exchange.path) == ("POST", "/mgmt/tm/sys/file/ssl-cert"):
            uploaded.set()
        if exchange.method == method and path in exchange.path and uploaded.is_set() and not sent:
            sent.append(exchange)
            signal.pthread_kill(threading.main_thread().ident or 0, number)

    world.device.hook = send
    with by_signals(logging.getLogger("sectigo_f5").warning) as stop:
        result = world.one(job, force=True, stop=stop)
    assert (sent != [], stop.is_set(), result.outcome) == (True, True, Outcome.RENEWED)
    assert result.serial == world.seen_by_client().serial != first.serial
    assert (world.leftovers(), world.device.saved_is_current) == ({}, True)
