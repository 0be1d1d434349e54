"""The last results: what they remember, and a history that is damaged or cannot be written."""

from __future__ import annotations

import fcntl
import itertools
import json
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import fleet, workflow
from sectigo_f5.model import Outcome, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.state.history import History, LastResult
from sectigo_f5.timestamps import to_iso
from tests.state.conftest import EC, enrol
from tests.support import builders
from tests.support.console import Console
from tests.support.properties import generated
from tests.support.world import World

DAMAGED = (
    '{"www.example.com@bigip-sim": {"result": "kept", "reason": "", "error": null, "at": "2026-11-23T15:38:13Z", '
    '"since": "2026-11-23T15:38:13Z", "not_after": 7}}'
)


def last(world: World) -> LastResult:
    return world.state.history.results()["www.example.com@bigip-sim"]


def put_a_directory_in_the_way(world: World, name: str = "results.json") -> None:
    (world.state.path / name).unlink(missing_ok=True)
    (world.state.path / name).mkdir()


@pytest.mark.parametrize("what", ["results.json", "results.json.lock"])
def test_a_history_that_cannot_be_written_does_not_fail_the_run(world: World, what: str) -> None:
    enrol(world)
    console = Console(world)
    put_a_directory_in_the_way(world, what)
    done = console.say("run")
    assert (done.code, "kept        www.example.com@bigip-sim" in done.out) == (0, True)
    assert f"WARNING run: {world.state.path / 'results.json'} cannot be written (" in done.log
    assert "bug" not in done.log


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("results.json", "Is a directory"),
        ("results.json.lock", "results.json.lock beside it cannot be locked: Is a directory"),
    ],
)
def test_a_rollback_that_cannot_be_noted_changes_nothing(world: World, what: str, why: str) -> None:
    """The next run would undo it at once, and the operator would find out from the clients."""
    enrol(world)
    world.wait(days=1)
    second = world.one(world.job(keys=EC), force=True)
    console, before = Console(world), len(world.device.writes())
    put_a_directory_in_the_way(world, what)
    done = console.say("rollback", "--only", "www.example.com")
    assert done.code == 1
    assert "nothing was changed, because the next run would undo it: " in done.out
    assert f"results.json cannot be written ({why}); make room, or correct its owner and rights" in done.out
    assert world.device.writes()[before:] == []
    assert world.seen_by_client().serial == second.serial


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "[" * 100000, '{"www.example.com@bigip-sim": {"surprise": 1}}', '{"x": 3}', DAMAGED]
)
def test_a_damaged_history_is_replaced_by_a_new_one(world: World, content: str) -> None:
    enrol(world)
    (world.state.path / "results.json").write_text(content)
    assert enrol(world).outcome is Outcome.KEPT
    assert last(world).result == "kept"


def test_since_is_the_first_of_consecutive_failures(world: World) -> None:
    first = enrol(world)
    assert first.not_after is not None
    world.device.fault(Fault(method="POST", path="login", times=2, action="error:401:no"))
    world.wait(days=1)
    began = to_iso(world.now)
    assert enrol(world).outcome is Outcome.FAILED
    world.wait(days=1)
    assert enrol(world).outcome is Outcome.FAILED
    failing = last(world)
    assert (failing.result, failing.since, failing.at) == ("failed", began, to_iso(world.now))
    assert (failing.serial, failing.not_after) == (first.serial, to_iso(first.not_after))
    world.wait(days=1)
    assert enrol(world).outcome is Outcome.KEPT
    assert (last(world).since, last(world).error) == (last(world).at, None)


def test_a_skipped_certificate_keeps_its_last_result(world: World) -> None:
    enrol(world)
    before, run = last(world), world.run_of(world.job(keys=EC))
    run.stop.request("stopped by a test")
    world.wait(days=1)
    (skipped,) = fleet.on_every_device(run, [world.job(keys=EC)], workflow.keep_alive, 1)
    world.state.history.record([skipped], world.now)
    assert (skipped.outcome, last(world)) == (Outcome.SKIPPED, replace(before, skipped=True))


PENDING = Result.of(builders.job(), Outcome.PENDING, "the CA has not decided")
FAILED = Result.of(builders.job(), Outcome.FAILED, "no", error="no")
SKIPPED = Result.of(builders.job(), Outcome.SKIPPED, "stopped", error="stopped")
REVOKED = Result.of(builders.job(), Outcome.REVOKED, "revoked at the CA")
ENDS = builders.NOW + timedelta(days=9)
KEPT = Result.of(builders.job(), Outcome.KEPT, "all is well", serial="2a", not_after=ENDS)

UNREAD = replace(KEPT, not_after=None, serial=None)


def recorded(folder: Path, *results: Result) -> LastResult:
    """Record one result a day."""
    history = History(folder / "results.json")
    for day, result in enumerate(results):
        history.record([result], builders.NOW + timedelta(days=day))
    return history.results()[builders.job().label]


def test_failures_in_a_row_are_counted_over_pending_orders(tmp_path: Path) -> None:
    assert recorded(tmp_path, KEPT, FAILED, PENDING, FAILED).failures == 2
    assert recorded(tmp_path, PENDING).failures == 2
    assert recorded(tmp_path, KEPT).failures == 0


def test_a_pending_order_keeps_what_serves_and_the_last_success(tmp_path: Path) -> None:
    last = recorded(tmp_path, KEPT, FAILED, PENDING, PENDING)
    assert (last.result, last.error, last.serial, last.not_after) == ("pending", None, "2a", to_iso(ENDS))
    assert last.last_success == to_iso(builders.NOW)
    assert last.since == to_iso(builders.NOW + timedelta(days=2))


def test_a_result_with_an_error_is_no_success(tmp_path: Path) -> None:
    last = recorded(tmp_path, KEPT, replace(KEPT, error="something is in the way"))
    assert (last.last_success, last.failures) == (to_iso(builders.NOW), 0)


def test_an_end_that_a_later_run_cannot_read_is_kept(tmp_path: Path) -> None:
    assert recorded(tmp_path, KEPT, replace(KEPT, not_after=None)).not_after == to_iso(ENDS)
    assert recorded(tmp_path, KEPT, replace(KEPT, not_after=None, serial="2b")).not_after is None


def test_an_entry_of_another_release_is_read(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    recorded(tmp_path, KEPT)
    entry = json.loads(file.read_text())[builders.job().label]
    older = {name: entry[name] for name in ("result", "reason", "error", "at", "since", "serial", "not_after")}
    file.write_text(json.dumps({"old@f5": older, "new@f5": {**entry, "surprise": 1}, "bad@f5": {"at": "today"}}))
    read = History(file).results()
    assert {label: last.serial for label, last in read.items()} == {"old@f5": "2a", "new@f5": "2a"}


@pytest.mark.parametrize(
    "change",
    [
        {"not_after": 5},
        {"not_after": "soon"},
        {"since": None},
        {"result": [1]},
        {"serial": 7},
        {"rolled_back_from": 5},
        {"reason": "\ud800"},
        {"failures": "many"},
        {"failures": 1e999},
    ],
)
def test_a_damaged_entry_is_forgotten_alone(tmp_path: Path, change: dict[str, object]) -> None:
    file = tmp_path / "results.json"
    recorded(tmp_path, KEPT)
    entry = json.loads(file.read_text())[builders.job().label]
    file.write_text(json.dumps({"good@f5": entry, "bad@f5": {**entry, **change}}))
    assert list(History(file).results()) == ["good@f5"]


OUTCOMES = st.sampled_from([KEPT, FAILED, PENDING, SKIPPED, REVOKED, UNREAD, replace(KEPT, error="in the way")])


@generated(100)
@given(results=st.lists(OUTCOMES, min_size=1, max_size=8))
def test_what_serves_is_known_once_it_was_ever_known(results: list[Result]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        last = recorded(Path(folder), *results)
    ever = any(result.not_after for result in results)
    assert (last.not_after, last.serial) == ((to_iso(ENDS), "2a") if ever else (None, None))
    decided = [result for result in results if result.outcome not in (Outcome.PENDING, Outcome.SKIPPED)]
    row = list(itertools.takewhile(lambda result: result.outcome is Outcome.FAILED, reversed(decided)))
    assert last.failures == len(row)
    assert (last.last_success is not None) == any(not result.error for result in decided)


def test_rollbacks_at_once_are_all_noted(world: World) -> None:
    jobs = [builders.job(device=builders.device(name=f"bigip-{number}")) for number in range(8)]
    start = threading.Barrier(len(jobs))

    def note(number: int) -> None:
        start.wait()
        world.state.history.note_rollback(jobs[number], f"20261001T00000{number}Z", world.now)

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(note, range(len(jobs))))
    noted = [world.state.history.rolled_back_from(job) for job in jobs]
    assert noted == [f"20261001T00000{number}Z" for number in range(len(jobs))]


def test_a_note_waits_for_a_writer_in_another_process(world: World) -> None:
    """The kernel gives this descriptor a lock of its own, as if another process had opened it."""
    job, noted = world.job(), threading.Event()

    def note() -> None:
        world.state.history.note_rollback(job, "20261001T000000Z", world.now)
        noted.set()

    with (world.state.path / "results.json.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        thread = threading.Thread(target=note)
        thread.start()
        assert not noted.wait(0.2)
    thread.join(20)
    assert world.state.history.rolled_back_from(job) == "20261001T000000Z"


def test_a_history_is_read_once_however_many_certificates_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, jobs = tmp_path / "results.json", [builders.job(f"host{number}.example.com") for number in range(20)]
    History(file).record([Result.of(job, Outcome.KEPT, "all is well") for job in jobs], builders.NOW)
    reads, read_text = list[Path](), Path.read_text

    def read(path: Path, encoding: str) -> str:
        reads.append(path)
        return read_text(path, encoding)

    monkeypatch.setattr(Path, "read_text", read)
    history = History(file)
    assert [history.rolled_back_from(job) for job in jobs] == [None] * 20
    assert reads == [file]


def test_a_history_that_another_command_has_changed_is_read_again(tmp_path: Path) -> None:
    job, one, other = builders.job(), History(tmp_path / "results.json"), History(tmp_path / "results.json")
    assert one.results() == {}
    other.record([KEPT], builders.NOW)
    assert one.results()[job.label].result == "kept"
    other.note_rollback(job, "20261001T000000Z", builders.NOW)
    assert one.rolled_back_from(job) == "20261001T000000Z"
    one.results().clear()  # what is handed out is the caller's own
    (tmp_path / "results.json").unlink()
    assert (one.results(), bool(other.results())) == ({}, False)
