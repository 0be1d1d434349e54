"""Many certificates on many devices: what runs in parallel, what in turn, and what one failure affects."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5 import fleet, process, stopping, workflow
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.preparation import prepare
from sectigo_f5.report import results as results_module
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Fault, SimulatedBigIP
from tests.support.names import ONLY_EC
from tests.support.world import World


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[World]]:
    """Three BIG-IPs, each with a virtual server; they share one CA and one state directory."""
    with SimulatedBigIP() as one, SimulatedBigIP() as two, SimulatedBigIP() as three:
        worlds = [World(device, tmp_path) for device in (one, two, three)]
        for world in worlds:
            world.add_virtual_server()
        yield worlds


def jobs_of(worlds: list[World]) -> list[Job]:
    jobs = []
    for number, world in enumerate(worlds):
        job = world.job(keys=ONLY_EC)
        jobs.append(replace(job, device=replace(job.device, name=f"bigip-{number}")))
    return jobs


def run_of(world: World, jobs: list[Job], **changes: object) -> Run:
    managed = frozenset(job.profile for job in jobs)
    return Run(world.authority, world.state, world.revocation, world.clock, managed, **changes)  # type: ignore[arg-type]


def test_devices_are_processed_in_parallel(worlds: list[World]) -> None:
    """Each job waits until all three have begun: in turn, none would ever end."""
    jobs, meeting = jobs_of(worlds), threading.Barrier(3, timeout=20)

    def work(run: Run, f5: Unit, job: Job) -> Result:
        meeting.wait()
        return workflow.keep_alive(run, f5, job)

    results = fleet.on_every_device(run_of(worlds[0], jobs), jobs, work, parallel=3)
    assert [(result.device, result.outcome) for result in results] == [
        (job.device.name, Outcome.ENROLLED) for job in jobs
    ]


def test_a_device_that_is_down_costs_only_its_own_certificates(worlds: list[World]) -> None:
    jobs = jobs_of(worlds)
    worlds[1].device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    results = fleet.on_every_device(run_of(worlds[0], jobs), jobs, workflow.keep_alive, parallel=2)
    assert [result.outcome for result in results] == [Outcome.ENROLLED, Outcome.FAILED, Outcome.ENROLLED]
    assert worlds[0].seen_by_client().serial == results[0].serial
    assert worlds[2].seen_by_client().serial == results[2].serial


@pytest.mark.parametrize("other", ["another password", "another name"])
def test_logins_that_lead_to_one_bigip_are_processed_in_turn(worlds: list[World], other: str) -> None:
    world = worlds[0]
    first, second = world.job(keys=ONLY_EC, sni=True), world.job("shop.example.com", keys=ONLY_EC, sni=True)
    seconds = {
        "another password": replace(second.device, password=Secret("not this one")),
        "another name": replace(second.device, name="the same box", verify_tls=False),
    }
    second, apart = replace(second, device=seconds[other]), worlds[1].job("apart.example.com", keys=ONLY_EC)
    busy, at_once = threading.Lock(), []

    def work(run: Run, f5: Unit, job: Job) -> Result:
        if f5.device.port == world.device.port:
            at_once.append(not busy.acquire(blocking=False))
        try:
            return workflow.keep_alive(run, f5, job)
        finally:
            if f5.device.port == world.device.port and busy.locked():
                busy.release()

    jobs = [first, apart, second]
    results = {
        result.common_name: result for result in fleet.on_every_device(run_of(world, jobs), jobs, work, parallel=3)
    }
    assert True not in at_once
    assert results["www.example.com"].outcome is Outcome.ENROLLED
    wanted = Outcome.FAILED if other == "another password" else Outcome.ENROLLED
    assert results["shop.example.com"].outcome is wanted


def test_a_bug_in_one_certificate_does_not_stop_the_others(worlds: list[World]) -> None:
    world = worlds[0]
    jobs = [world.job(keys=ONLY_EC, sni=True), world.job("shop.example.com", keys=ONLY_EC, sni=True)]

    def work(run: Run, f5: Unit, job: Job) -> Result:
        if job is jobs[0]:
            raise ZeroDivisionError
        return workflow.keep_alive(run, f5, job)

    bug, fine = fleet.on_every_device(run_of(world, jobs), jobs, work, parallel=1)
    assert (bug.outcome, bug.bug, bug.error) == (Outcome.FAILED, True, "bug: ZeroDivisionError")
    assert fine.outcome is Outcome.ENROLLED
    assert list(world.device.tokens) == []


def test_a_stopped_run_wakes_whoever_waits_and_begins_nothing_more(worlds: list[World]) -> None:
    """One waits for the CA, one for a BIG-IP that restarts, and the third has not had its turn."""
    jobs, waiting = jobs_of(worlds), threading.Barrier(3, timeout=20)
    one, two, three = worlds

    def wait_for_the_ca() -> None:
        waiting.wait()
        process.run(["/bin/sleep", "60"], timeout=60, env={})

    def wait_for_the_device(seconds: float) -> None:
        waiting.wait()
        stopping.pause(60 * seconds)

    one.authority.works = wait_for_the_ca
    two.device.fault(Fault("GET", "/sys/file/ssl-key", action="status:503", times=10_000))
    with stopping.by_signals(lambda _: None) as stop, ThreadPoolExecutor() as pool:
        run = run_of(one, jobs, stop=stop, pause=wait_for_the_device)
        running = pool.submit(fleet.on_every_device, run, jobs, workflow.keep_alive, 2)
        waiting.wait()
        logins = [world.device.journal[:] for world in worlds]
        began = time.monotonic()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        results = running.result(timeout=30)
    assert time.monotonic() - began < 10
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.FAILED, Outcome.SKIPPED]
    assert [str(result.error).partition(";")[0] for result in results[:2]] == ["stopped by SIGTERM"] * 2
    assert results_module.exit_code(results, ()) == 1
    assert [world.leftovers() for world in worlds] == [{}, {}, {}]
    assert len(three.device.journal) == len(logins[2])
    keys = [item["name"] for world in worlds for item in world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]]
    assert not [name for name in keys if "example" in name]


def test_a_read_only_command_does_not_save_earlier_changes(worlds: list[World]) -> None:
    world, job = worlds[0], worlds[0].job(keys=ONLY_EC)
    world.device.fault(Fault(method="POST", path="/sys/config$", times=2, action="error:400:01070734:3: disk full"))
    assert world.one(job).outcome is Outcome.FAILED

    def look(run: Run, f5: Unit, job: Job) -> Result:
        return workflow.result_of(prepare(run, f5, job))

    before = len(world.device.writes())
    (result,) = fleet.on_every_device(run_of(world, [job], reads_only=True), [job], look, parallel=1)
    assert (result.outcome, world.device.writes()[before:]) == (Outcome.KEPT, [])
    assert world.one(job).outcome is Outcome.KEPT
    assert world.device.saved_is_current
