"""One BIG-IP under several names: worked on in turn, and no profile has two owners."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5 import fleet, workflow
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Fault
from sectigo_f5.stopping import StopRequest
from tests.support.console import Console
from tests.support.names import ONLY_EC, RSA
from tests.support.world import World, bigip

FIRST_OWNS = "the client SSL profile /Common/www.example.com_clientssl already belongs to the certificate at"
SAME = "and both lead to one BIG-IP; give one of them another common_name, partition or device, or delete it"


def by_name(job: Job, **changes: Any) -> Job:
    """Return a job that knows the device as localhost, in another file."""
    device = replace(job.device, **{"name": "b", "hosts": ("localhost",), "verify_tls": False, **changes})
    place = replace(job.place, file=Path("other.yaml"), line=9)
    return replace(job, device=device, place=place)


def logins(world: World) -> int:
    return len([call for call in world.device.journal if call.path == "/mgmt/shared/authn/login"])


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_profile_belongs_to_the_certificate_that_is_written_first(world: World, parallel: int) -> None:
    first = world.job(keys=ONLY_EC)
    second = by_name(world.job(keys=(RSA,)))
    for expected in (Outcome.ENROLLED, Outcome.KEPT, Outcome.KEPT):
        results = fleet.on_every_device(world.run_of(first, second), [first, second], workflow.keep_alive, parallel)
        assert [result.outcome for result in results] == [expected, Outcome.FAILED]
        assert results[1].error == f"other.yaml:9: {FIRST_OWNS} shop.yaml:4, {SAME}"
        assert results[1].misconfigured
        world.wait(hours=12)
    assert len(world.authority.issued) == 1


def test_the_second_owner_fails_also_when_it_is_chosen_alone(world: World) -> None:
    first, second = world.job(keys=ONLY_EC), by_name(world.job(keys=(RSA,)))
    world.go(first, configured=(first, second))
    (result,) = world.go(second, configured=(first, second))
    assert (result.outcome, FIRST_OWNS in (result.error or "")) == (Outcome.FAILED, True)


@pytest.mark.parametrize("command", ["run", "plan", "check", "revoke", "rollback"])
def test_two_owners_are_a_mistake_in_the_configuration(world: World, command: str) -> None:
    console = Console(world)
    world.one(world.job(keys=ONLY_EC))
    console.configure(name="tail", host="localhost", verify_tls=False)
    file = console.config / "tail.yaml"
    file.write_text(file.read_text().replace("name: bigip-sim", "name: same"))
    console.say("plan")  # from now on it is known who answers at either address
    options = () if command in ("run", "plan", "check") else ("--only", "*@same")
    done = console.say(command, *options, *(("--yes",) if command == "revoke" else ()))
    assert done.code == 2
    assert f"tail.yaml:11: {FIRST_OWNS} {console.config / 'shop.yaml'}:11, {SAME}" in done.out + done.log


def test_two_sni_defaults_of_one_virtual_server_are_a_mistake(world: World) -> None:
    first = world.job(keys=ONLY_EC, sni=True, sni_default=True)
    second = by_name(world.job("shop.example.com", keys=ONLY_EC, sni=True, sni_default=True))
    results = world.go(first, second)
    assert [result.outcome for result in results] == [Outcome.ENROLLED, Outcome.FAILED]
    assert "already has its SNI default from the certificate at shop.yaml:4" in (results[1].error or "")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path, hostname="bigip9.example.net") as other:
        yield other


@pytest.mark.parametrize("run", ["the first", "the second"])
def test_a_bigip_with_two_names_is_worked_on_in_turn(world: World, other: World, run: str) -> None:
    jobs = [
        world.job(keys=ONLY_EC, sni=True),
        replace(other.job(keys=ONLY_EC), device=replace(other.connection(), name="apart")),
        by_name(world.job("shop.example.com", keys=ONLY_EC, sni=True)),
    ]
    if run == "the second":
        world.go(*jobs)
    busy, at_once, before = threading.Lock(), list[bool](), logins(world)

    def work(shared: Run, f5: Unit, job: Job) -> Result:
        here = f5.device.port == world.device.port
        if here:
            at_once.append(not busy.acquire(blocking=False))
        try:
            return workflow.keep_alive(shared, f5, job)
        finally:
            if here:
                busy.release()

    results = fleet.on_every_device(world.run_of(*jobs), jobs, work, 3)
    assert [result.error for result in results] == [None, None, None]
    assert at_once == [False, False]
    assert logins(world) - before == (4 if run == "the first" else 2)  # who answers there is asked once


def test_a_refused_login_is_not_repeated_to_ask_who_answers(world: World, other: World) -> None:
    wrong = replace(world.job(keys=ONLY_EC), device=replace(world.connection(), password=Secret("wrong")))
    right = replace(other.job(keys=ONLY_EC), device=replace(other.connection(), name="apart"))
    refused, enrolled = world.go(wrong, right)
    assert (refused.outcome, enrolled.outcome) == (Outcome.FAILED, Outcome.ENROLLED)
    assert "refused the login" in (refused.error or "")
    assert logins(world) == 1


def test_bigips_that_share_a_chassis_are_not_taken_for_one(world: World, other: World) -> None:
    shared = world.device.engine.group.units[0].chassis_id
    other.device.engine.group.units[0] = replace(other.device.engine.group.units[0], chassis_id=shared)
    job = replace(other.job(keys=ONLY_EC), device=replace(other.connection(), name="apart"))
    assert [result.outcome for result in world.go(world.job(keys=ONLY_EC), job)] == [Outcome.ENROLLED] * 2


@pytest.mark.parametrize("action", ["error:403:Authorization failed: no access", "status:404", "status:200"])
def test_a_bigip_that_does_not_say_who_it_is_goes_by_its_host(world: World, other: World, action: str) -> None:
    for device in (world.device, other.device):
        device.fault(Fault(method="GET", path="/cm/device$", times=99, action=action))
    job = replace(other.job(keys=ONLY_EC), device=replace(other.connection(), name="apart"))
    assert [result.outcome for result in world.go(world.job(keys=ONLY_EC), job)] == [Outcome.ENROLLED] * 2
    assert set(world.state.devices.identities()) == set(world.state.devices.identities().values())


def test_a_unit_alone_and_its_group_are_one_bigip(world: World, other: World) -> None:
    world.device.make_pair(other.device)
    world.bundle(world.device, other.device)
    group = replace(world.connection(), hosts=("127.0.0.1",), name="group")
    first = replace(world.job(keys=ONLY_EC), device=group)
    results = world.go(first, by_name(world.job(keys=(RSA,))))
    assert [result.outcome for result in results] == [Outcome.ENROLLED, Outcome.FAILED]


def test_a_bigip_that_moved_to_another_address_is_recognised(world: World, other: World) -> None:
    """What was known is wrong: the address leads to another BIG-IP now, and nobody is held responsible for that."""
    first, second = world.job(keys=ONLY_EC), replace(other.job(keys=(RSA,)))
    second = replace(second, device=replace(other.connection(), name="apart"))
    same = {f"{job.device.hosts[0]}:{job.device.port}": "one box" for job in (first, second)}
    world.state.devices.note(same)
    assert [result.error for result in world.go(first, second)] == [None, None]
    assert len(set(world.state.devices.identities().values())) == 2


def test_nothing_is_begun_if_a_signal_comes_while_it_is_asked(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopRequest()

    def stopped(self: Unit) -> str:
        stop.request("stopped by SIGTERM")
        return str(self.sync_status())

    monkeypatch.setattr(Unit, "identity", property(stopped))
    job = replace(other.job(keys=ONLY_EC), device=replace(other.connection(), name="apart"))
    results = world.go(world.job(keys=ONLY_EC), job, stop=stop)
    assert [result.outcome for result in results] == [Outcome.SKIPPED] * 2
    assert (world.leftovers(), other.leftovers()) == ({}, {})


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_damaged_file_of_known_devices_is_replaced(world: World, content: str) -> None:
    (world.state.path / "devices.json").write_text(content)
    second = by_name(world.job(keys=(RSA,)))
    assert [result.outcome for result in world.go(world.job(keys=ONLY_EC), second)] == [
        Outcome.ENROLLED,
        Outcome.FAILED,
    ]
    assert set(world.state.devices.identities()) == {
        f"{host}:{world.device.port}" for host in ("127.0.0.1", "localhost")
    }


def test_known_devices_that_cannot_be_kept_are_asked_each_time(world: World) -> None:
    (world.state.path / "devices.json").mkdir()
    second = by_name(world.job(keys=(RSA,)))
    for expected in (Outcome.ENROLLED, Outcome.KEPT):
        results = world.go(world.job(keys=ONLY_EC), second)
        assert [result.outcome for result in results] == [expected, Outcome.FAILED]
