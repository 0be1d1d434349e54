"""Who records changes: nothing is lost if the run is killed, and the site comes first if nothing can be written."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import pytest

from sectigo_f5 import issuance, log, recording
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConfigurationError, ConnectorError, NotTakenBackError, PendingOrderError
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.model import Outcome
from sectigo_f5.recording import Ending, What
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Exchange
from sectigo_f5.trail import reading
from sectigo_f5.trail.chain import verified
from sectigo_f5.trail.nouns import Line
from sectigo_f5.trail.recorder import Author, TrailRecorder, ending_of, recorder
from sectigo_f5.trail.volumes import every_line
from sectigo_f5.validation import Http01, Prevalidated
from tests.support.commands import session
from tests.support.names import ONLY_EC
from tests.support.world import bigip

AUTHOR = Author("f00d", {"user": "root"}, "host", "start_acme.py run --ticket CHG-1", "CHG-1")


def now() -> datetime:
    return datetime(2026, 11, 26, 12, tzinfo=timezone.utc)


@contextmanager
def recorded(folder: Path, clean: Callable[[str], str] = str) -> Iterator[TrailRecorder]:
    with recorder(folder, AUTHOR, now, clean) as trail, recording.told(trail), log.about("www.example.com@bigip-fra"):
        yield trail


def told(folder: Path) -> list[Line]:
    assert verified(every_line(folder)).breaks == []
    return list(reading.lines(folder))


def test_a_line_says_who_for_which_ticket_and_by_which_words(tmp_path: Path) -> None:
    with recorded(tmp_path), recording.change(What.REVOKED, ["/Common/a.crt"], at_once=True):
        pass
    (line,) = told(tmp_path)
    assert (line.certificate, line.device, line.ticket) == ("www.example.com@bigip-fra", "bigip-fra", "CHG-1")
    assert line.record["command"] == "start_acme.py run --ticket CHG-1"
    assert (line.record["id"], line.record["actor"], line.record["host"]) == ("f00d-1", {"user": "root"}, "host")


def test_a_block_that_writes_nothing_is_no_change(tmp_path: Path) -> None:
    with recorded(tmp_path), recording.change(What.DELETED):
        recording.note_write("192.0.2.10", "GET", "/mgmt/tm/ltm/rule")
        recording.note_write("192.0.2.10", "POST", "/mgmt/shared/authn/login")
        recording.note_write("192.0.2.10", "DELETE", "/mgmt/tm/transaction/1")
    assert told(tmp_path) == []


def test_a_write_that_nobody_has_foreseen_is_a_change_of_its_own(tmp_path: Path) -> None:
    with recorded(tmp_path), recording.writing("PATCH", "/mgmt/tm/ltm/pool/~Common~p"):
        recording.note_write("192.0.2.10", "PATCH", "/mgmt/tm/ltm/pool/~Common~p")
    (line,) = told(tmp_path)
    assert (line.what, line.record["objects"]) == ("other-write", ["/mgmt/tm/ltm/pool/~Common~p"])
    assert (line.record["unit"], line.record["writes"]) == ("192.0.2.10", ["PATCH /mgmt/tm/ltm/pool/~Common~p"])


def test_no_secret_and_no_line_break_gets_into_a_line(tmp_path: Path) -> None:
    clean = log.cleaner([Secret("hunter2")])
    with recorded(tmp_path, clean), recording.change(What.SAVED, ["a hunter2\nb"], at_once=True) as change:
        change.new = "x=hunter2"
        change.reason = "\x1b[31mhunter2"
    content = (tmp_path / "audit.jsonl").read_bytes() + (tmp_path / "audit.begun").read_bytes()
    assert b"hunter2" not in content
    (line,) = told(tmp_path)
    assert (line.record["objects"], line.record["new"], line.record["reason"]) == (["a *** b"], "x=***", "[31m***")


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (None, Ending.MADE),
        (PendingOrderError("the CA decides"), Ending.PENDING),
        (NotTakenBackError("both failed"), Ending.NOT_TAKEN_BACK),
        (OutcomeUnknownError("h", "POST", "/p", 0, "lost"), Ending.UNKNOWN),
        (DeviceError("h", "POST", "/p", 400, "no"), Ending.REFUSED),
        (ConnectorError("no"), Ending.FAILED),
        (ZeroDivisionError(), Ending.FAILED),
    ],
)
def test_what_came_of_a_change_is_told_by_what_ended_it(error: Exception | None, ending: Ending) -> None:
    assert ending_of(error) is ending


def test_virtual_servers_that_answer_a_challenge_are_told_with_their_units(tmp_path: Path) -> None:
    hosts, servers = ("192.0.2.1", "192.0.2.2"), ("/Common/vs_80",)
    validation = Http01(hosts, "admin", Secret("p"), servers, "Common", None, False)
    with recorded(tmp_path), issuance.challenged(validation), issuance.challenged(Prevalidated()):
        pass
    (line,) = told(tmp_path)
    assert (line.what, line.record["virtual_servers"]) == ("challenge-answered", ["/Common/vs_80"])
    assert (line.record["unit"], line.record["new"]) == ("192.0.2.1 192.0.2.2", "http-01")


# -- a run that is killed -----------------------------------------------------------------------------


def test_a_run_that_is_killed_at_any_write_loses_no_change(tmp_path: Path) -> None:
    """The files of the trail as they are at each write, taken over by the next run."""
    deaths = list[tuple[Path, int]]()

    def die(exchange: Exchange) -> None:
        if exchange.method != "GET" and not exchange.path.startswith(recording.BOOKKEEPING):
            folder = tmp_path / f"death-{len(deaths)}"
            folder.mkdir()
            for file in state.glob("audit.*"):
                shutil.copy(file, folder)
            deaths.append((folder, len(deaths) + 1))

    with bigip(tmp_path) as world:
        state = world.state.path
        world.device.hook = die
        assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED
        world.device.hook = None
        whole = [line.record for line in told(state)]
    assert len(deaths) > 10
    for folder, writes in deaths:
        with recorded(folder):
            pass
        *before, last = told(folder)
        assert last.result == "unknown"
        assert "the run ended during it" in last.record["reason"]
        assert [line.record for line in before] == whole[: len(before)]
        expected = whole[len(before)]
        assert {last.record[name] for name in ("id", "what", "began")} == {
            expected[name] for name in ("id", "what", "began")
        }
        assert sum(len(line.record.get("writes", ())) for line in before) < writes, "no write is told before it is sent"


def test_what_died_between_its_line_and_its_end_is_not_told_twice(tmp_path: Path) -> None:
    file = tmp_path / "audit.begun"
    with recorded(tmp_path), recording.change(What.SAVED, at_once=True):
        begun = file.read_bytes()
    file.write_bytes(begun)
    with recorded(tmp_path):
        pass
    assert [line.result for line in told(tmp_path)] == ["made"]


def test_threads_write_whole_lines_and_lose_none(tmp_path: Path) -> None:
    def work(_: int) -> None:
        for number in range(20):
            with recording.change(What.FILES, [str(number)], at_once=True):
                pass

    with recorded(tmp_path):
        threads = [threading.Thread(target=copy_context().run, args=(work, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = told(tmp_path)
    assert len({line.record["id"] for line in lines}) == 80
    assert [line.number for line in lines] == list(range(1, 81))


# -- a trail that cannot be written --------------------------------------------------------------------


def test_a_trail_that_cannot_be_opened_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    for name in ("audit.jsonl", "audit.begun"):
        (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / name).mkdir()
        with pytest.raises(ConfigurationError) as refusal, recorded(tmp_path):
            pass
        assert f"{name} cannot be written (Is a directory), so nothing is changed; run as" in str(refusal.value)
        (tmp_path / name).rmdir()


@contextmanager
def full_disk(what: str) -> Iterator[None]:
    """Let no line be appended to a file of the trail, by its name."""

    def fail(handle: int, content: bytes) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().name == what:
            raise OSError(28, "No space left on device")
        os.write(handle, content)

    with mock.patch("sectigo_f5.trail.ledger.append", fail), mock.patch("sectigo_f5.trail.begun.append", fail):
        yield


@pytest.mark.parametrize("name", ["audit.jsonl", "audit.begun"])
def test_the_site_comes_first_and_the_run_does_not_end_well(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with bigip(tmp_path) as world:
        jobs = world.job(keys=ONLY_EC), world.job("shop.example.com", keys=ONLY_EC)
        with world.recorded() as trail, full_disk(name):
            first = world.one(jobs[0])
            assert trail.problem
            assert world.go(jobs[1])[0].outcome is Outcome.SKIPPED
        assert world.seen_by_client().serial == first.serial, "it serves"
        command: Session = session(world, jobs[0])
        object.__setattr__(command.run, "recorder", trail)
        assert command.finish([first]) == 1
        last = world.state.history.results()[first.label]
        assert (last.result, last.serial) == ("failed", first.serial)
        lines = told(world.state.path)
    assert first.outcome is Outcome.ENROLLED
    assert (
        "can no longer be written (No space left on device), so no further certificate is begun; make room"
        in caplog.text
    )
    assert "put-in-service" in [line.what for line in lines], "written as soon as there was room again"


def test_lines_that_could_not_be_written_to_the_end_are_logged_and_not_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with full_disk("audit.jsonl"), recorded(tmp_path), recording.change(What.KEY, ["/Common/a.key"], at_once=True):
        pass
    (logged,) = (json.loads(r.getMessage().partition(": ")[2]) for r in caplog.records if "not in the tr" in r.msg)
    assert (logged["what"], logged["objects"], logged["result"]) == ("key-made", ["/Common/a.key"], "made")
    with recorded(tmp_path):
        pass
    assert [(line.what, line.result) for line in told(tmp_path)] == [("key-made", "unknown")]


def test_lines_that_had_to_wait_are_written_when_there_is_room_again(tmp_path: Path) -> None:
    with recorded(tmp_path) as trail:
        with full_disk("audit.jsonl"), recording.change(What.KEY, at_once=True):
            pass
        assert told(tmp_path) == []
        with recording.change(What.SAVED, at_once=True):
            pass
        assert trail.problem
    assert [line.what for line in told(tmp_path)] == ["key-made", "configuration-saved"]
