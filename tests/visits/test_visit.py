"""Several certificates of one BIG-IP: side by side, within one login and one save, and what a silent BIG-IP costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sectigo_f5 import fleet, process, turns, workflow
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import PAUSES, IControl
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.progress import Progress
from sectigo_f5.report.results import exit_code
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Fault
from sectigo_f5.stopping import StopRequest
from sectigo_f5.visits import saving
from sectigo_f5.visits.visit import Work
from tests.support.names import ONLY_EC
from tests.support.world import World, bigip

NAMES = ("www.example.com", "shop.example.com", "api.example.com", "mail.example.com")
LOGIN = "/mgmt/shared/authn/login"
OVER = "the run's time of 360 minutes is over; it is first next time"


def jobs_of(world: World, names: tuple[str, ...] = NAMES) -> list[Job]:
    """Certificates that share one virtual server."""
    return [world.job(name, keys=ONLY_EC, sni=True, sni_default=name == names[0]) for name in names]


def go(world: World, jobs: list[Job], parallel: int, work: Work = workflow.keep_alive, **run: Any) -> list[Result]:
    return fleet.on_every_device(replace(world.run_of(*jobs), **run), jobs, work, parallel)


@pytest.fixture
def out_of_turn(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """The calls of the BIG-IP by threads that had not its turn, or while another call was under way."""
    exchange, found, busy = IControl.exchange, list[Call](), threading.Lock()

    def watched(client: IControl, call: Call) -> requests.Response:
        alone = busy.acquire(blocking=False)
        if not alone or not turns._held.get():  # noqa: SLF001
            found.append(call)
        try:
            return exchange(client, call)
        finally:
            if alone:
                busy.release()

    monkeypatch.setattr(IControl, "exchange", watched)
    return found


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP that allows ten tokens."""
    with bigip(tmp_path, token_limit=10) as world:
        yield world


def test_orders_of_one_bigip_overlap_and_its_calls_never_do(small: World, out_of_turn: list[Call]) -> None:
    """Each order waits until all four are placed: in turn, none would ever end."""
    jobs, meeting = jobs_of(small), threading.Barrier(4, timeout=30)
    small.authority.works = meeting.wait
    results = go(small, jobs, 4)
    assert [(result.common_name, result.outcome) for result in results] == [(name, Outcome.ENROLLED) for name in NAMES]
    assert [small.seen_by_client(name=name).serial for name in NAMES] == [result.serial for result in results]
    journal = small.device.journal
    assert len([call for call in journal if call.path == LOGIN]) == 1
    assert len([call for call in journal if call.path == "/mgmt/tm/sys/config"]) == 1
    assert small.device.saved_is_current
    small.authority.works = lambda: None
    for _ in range(11):
        assert [result.outcome for result in go(small, jobs, 4)] == [Outcome.KEPT] * 4
    assert (small.leftovers(), out_of_turn) == ({}, [])


def test_an_order_that_fails_does_not_disturb_the_others(world: World, out_of_turn: list[Call]) -> None:
    jobs, meeting, first = jobs_of(world, NAMES[:3]), threading.Barrier(3, timeout=30), threading.Lock()

    def refuse_one() -> None:
        meeting.wait()
        if first.acquire(blocking=False):
            raise ConnectorError("the CA refuses")

    world.authority.works = refuse_one
    results = go(world, jobs, 3)
    assert sorted(result.outcome for result in results) == [Outcome.ENROLLED, Outcome.ENROLLED, Outcome.FAILED]
    assert (world.leftovers(), out_of_turn) == ({}, [])
    refused = next(result.common_name for result in results if result.error)
    keys = [item["name"] for item in world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]]
    assert not [key for key in keys if refused in key]


def test_a_stop_ends_every_order_of_one_bigip(world: World, out_of_turn: list[Call]) -> None:
    """Two wait for the CA, and the third has not begun."""
    jobs, waiting = jobs_of(world, NAMES[:3]), threading.Barrier(3, timeout=30)

    def wait_for_the_ca() -> None:
        waiting.wait()
        process.run(["/bin/sleep", "60"], timeout=60, env={})

    world.authority.works = wait_for_the_ca
    stop = StopRequest()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(go, world, jobs, 2, stop=stop)
        waiting.wait()
        stop.request("stopped by SIGTERM")
        results = running.result(timeout=30)
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.FAILED, Outcome.SKIPPED]
    assert (world.leftovers(), out_of_turn) == ({}, [])
    keys = [item["name"] for item in world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]]
    assert not [key for key in keys if "example" in key]


def test_the_ca_is_asked_about_renewals_of_one_bigip_at_once(world: World) -> None:
    jobs, meeting, asked = jobs_of(world, NAMES[:2]), threading.Barrier(2, timeout=30), set[str]()
    go(world, jobs, 2)

    def slow(certificate_pem: str, now: datetime) -> None:
        if certificate_pem not in asked:
            asked.add(certificate_pem)
            meeting.wait()

    world.authority.renewal_information = slow  # type: ignore[method-assign]
    assert [result.outcome for result in go(world, jobs, 2)] == [Outcome.KEPT] * 2
    assert len(asked) == 2


def test_a_change_waits_for_a_challenge_and_others_have_the_turn(world: World) -> None:
    """The first is to change a virtual server on which a challenge is answered, until the second is in service."""
    world.add_virtual_server("/Common/vs_shop")
    first, second = world.job(keys=ONLY_EC), world.job(NAMES[1], keys=ONLY_EC, virtual_servers=("/Common/vs_shop",))
    answered, waits, in_time = threading.Event(), threading.Event(), list[bool]()

    def challenge() -> None:
        with world.authority.locks.held([world.device.address], ["/Common/vs_www"]):
            waits.set()
            answered.wait(30)

    def work(run: Run, f5: Unit, job: Job) -> Result:
        result = workflow.keep_alive(run, f5, job)
        in_time.append(job is second or answered.is_set())
        if job is second:
            answered.set()
        return result

    other = threading.Thread(target=challenge)
    other.start()
    waits.wait(5)
    results = go(world, [first, second], 2, work)
    other.join()
    assert [result.outcome for result in results] == [Outcome.ENROLLED] * 2
    assert in_time == [True, True]


class Watching(Progress):
    """Calls somebody when a challenge is waited for."""

    def __init__(self, then: Callable[[], object]) -> None:
        self._then = then

    def doing(self, subject: str, text: str) -> None:
        if text.startswith("waiting for the challenge"):
            self._then()


def test_a_repair_that_waited_for_a_challenge_looks_again(world: World) -> None:
    """An administrator is quicker: then there is nothing left to be repaired."""
    job, over = world.job(keys=ONLY_EC), threading.Event()
    server = "/mgmt/tm/ltm/virtual/~Common~vs_www"
    assert world.one(job).outcome is Outcome.ENROLLED
    profiles = world.device.get(f"{server}/profiles")["items"]
    world.device.set(server, profiles=[each for each in profiles if each["fullPath"] != job.profile])

    def mend() -> None:
        if not over.is_set():
            world.device.set(server, profiles=profiles)
        over.set()

    with ThreadPoolExecutor(1) as pool, world.authority.locks.held([world.device.address], ["/Common/vs_www"]):
        running = pool.submit(go, world, [job], 1, progress=Watching(mend))
        assert over.wait(30)
    (result,) = running.result(timeout=30)
    assert result.outcome is Outcome.KEPT


def test_what_the_time_does_not_suffice_for_is_skipped_and_first_next_time(world: World) -> None:
    jobs, begun = jobs_of(world, NAMES[:3]), list[str]()

    def work(run: Run, f5: Unit, job: Job) -> Result:
        begun.append(job.common_name)
        world.wait(hours=3)
        return workflow.keep_alive(run, f5, job)

    run = replace(world.run_of(*jobs), began=world.now, time_limit=timedelta(hours=6))
    results = fleet.on_every_device(run, jobs, work, 1)
    world.state.history.record(results, world.now)
    assert [(result.outcome, result.error) for result in results[2:]] == [(Outcome.SKIPPED, OVER)]
    assert exit_code(results, ()) == 1
    assert begun == list(NAMES[:2])
    assert [result.outcome for result in go(world, jobs, 1, work)] == [Outcome.KEPT, Outcome.KEPT, Outcome.ENROLLED]
    assert begun[2] == NAMES[2]


def test_a_bigip_is_not_logged_in_to_when_the_time_is_over(world: World) -> None:
    run = replace(world.run_of(), began=world.now - timedelta(hours=7), time_limit=timedelta(hours=6))
    (result,) = fleet.on_every_device(run, [world.job()], workflow.keep_alive, 4)
    assert (result.outcome, world.device.journal) == (Outcome.SKIPPED, [])


def test_a_bigip_that_stops_answering_is_waited_for_once(world: World) -> None:
    jobs = jobs_of(world, NAMES[:3])
    world.device.fault(Fault("GET", "/client-ssl$", times=10_000, action="drop"))
    results = go(world, jobs, 1, pause=lambda seconds: None)
    assert {result.outcome for result in results} == {Outcome.FAILED}
    assert len({result.error for result in results}) == 1
    asked = [call for call in world.device.journal if call.path.endswith("/client-ssl")]
    assert len(asked) == 1 + len(PAUSES)
    assert world.device.journal[-2].path == asked[-1].path  # only the logout follows


def test_a_bigip_that_does_not_answer_is_asked_by_one_login(world: World) -> None:
    """Its login is sent twice, since the first answer may have been lost."""
    world.device.fault(Fault("POST", "login", times=10_000, action="drop"))
    first, second = jobs_of(world, NAMES[:2])
    other = replace(second, device=replace(second.device, name="other", username="other", password=Secret("other")))
    results = go(world, [first, second, other], 4)
    assert [result.outcome for result in results] == [Outcome.FAILED] * 3
    assert len({result.error for result in results}) == 1
    assert len([call for call in world.device.journal if call.path == LOGIN]) == 2


def test_a_bigip_that_moved_is_worked_on_in_turn(world: World) -> None:
    """Both addresses led to different BIG-IPs before; the second login learns it while the first is at work."""
    first = world.job(keys=ONLY_EC, sni=True)
    second = world.job(NAMES[1], keys=ONLY_EC, sni=True)
    second = replace(second, device=replace(second.device, name="b", hosts=("localhost",), verify_tls=False))
    port, begun, logged_out, order = world.device.port, threading.Event(), threading.Event(), list[str]()
    world.state.devices.note({f"127.0.0.1:{port}": "one box", f"localhost:{port}": "another box"})

    def work(run: Run, f5: Unit, job: Job) -> Result:
        if job is first:
            begun.set()
            logged_out.wait(30)
        order.append(job.common_name)
        return workflow.keep_alive(run, f5, job)

    def met(client: IControl, call: Call, send: object = IControl.exchange) -> requests.Response:
        if client.host == "localhost" and call.path == LOGIN:
            begun.wait(30)
        answer: requests.Response = send(client, call)  # type: ignore[operator]
        if client.host == "localhost" and call.method == "DELETE":
            logged_out.set()
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(IControl, "exchange", met)
        results = go(world, [first, second], 2, work)
    assert [result.outcome for result in results] == [Outcome.ENROLLED] * 2
    assert order == [first.common_name, second.common_name]
    assert world.leftovers() == {}


def test_a_bigip_that_does_not_answer_is_not_waited_for_to_be_tidied(world: World) -> None:
    with world.session() as f5:
        f5.memory.requests, f5.memory.uploads = ["/Common/a.key"], {"a.crt"}
        f5.client._given_up = True  # noqa: SLF001  what several minutes of silence do
        before = len(world.device.journal)
        saving.tidy_up(world.run_of(), f5)
        assert len(world.device.journal) == before
