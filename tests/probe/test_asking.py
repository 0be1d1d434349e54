"""Every question has an entry, whatever another one meets; and in the end nothing is left."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from sectigo_f5 import recording, stopping
from sectigo_f5.probe import asking
from sectigo_f5.probe.asking import GIVEN_UP, INTERRUPTED, TOO_SLOW, Probed, ask_everything, probe
from sectigo_f5.probe.bench import Bench, NotAskedError
from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.progress import Progress
from sectigo_f5.recording import Change, Ending, Recorder, What
from sectigo_f5.simulator import Fault, SimulatedBigIP
from sectigo_f5.stopping import StopRequest
from tests.support.probing import CLIENT_SSL, asking_only, entry, logged_in, make_profile

HOST = "bigip-of-the-operator.example.com"


@pytest.fixture
def device() -> Iterator[SimulatedBigIP]:
    with SimulatedBigIP() as device:
        yield device
        assert "sectigo-f5-probe" not in str(device.get(f"/mgmt/tm/{CLIENT_SSL}"))
    assert device.tokens == []


def asked(device: SimulatedBigIP) -> Probed:
    with logged_in(device) as unit:
        return ask_everything(unit, "Common")


def delete(device: SimulatedBigIP, outcome: Probed) -> None:
    """Delete by hand what is left."""
    for thing in outcome.left:
        device.delete(thing.url)


def makes(bench: Bench) -> None:
    make_profile(bench, bench.question)
    make_profile(bench, f"{bench.question}-lasting", lasting=True)


def test_every_question_has_its_entry_in_order(device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch) -> None:
    def depends(bench: Bench) -> None:
        raise NotAskedError("there is no rsa pair")

    def needs(bench: Bench) -> None:
        bench.must(bench.ask("GET", f"/mgmt/tm/{CLIENT_SSL}/~Common~nothing"), "an upload")

    asking_only(monkeypatch, user=makes, shell=depends, upload=needs)
    report = asked(device).report
    assert [each.question for each in report.entries] == [question.name for question in QUESTIONS]
    assert entry(report, "user").outcome is Outcome.ANSWERED
    shell = entry(report, "shell")
    assert (shell.outcome, shell.because) == (Outcome.NOT_ASKED, "there is no rsa pair")
    assert entry(report, "upload").outcome is Outcome.REFUSED
    assert entry(report, "save").because == "this connector does not ask it yet"


def test_a_bug_costs_one_question_and_nothing_is_left(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(bench: Bench) -> None:
        makes(bench)
        raise KeyError(HOST)

    asking_only(monkeypatch, user=breaks, shell=makes)
    outcome = asked(device)
    broken = entry(outcome.report, "user")
    assert broken.outcome is Outcome.FAILED
    assert broken.because.startswith("a bug of the connector: KeyError at ")
    assert HOST not in str(outcome.report)
    assert entry(outcome.report, "shell").outcome is Outcome.ANSWERED
    assert [type(bug) for bug in outcome.course.bugs] == [KeyError]
    assert "this is a bug, please report it" in caplog.text
    with logged_in(device) as unit, pytest.raises(KeyError):
        probe(unit, "Common")


def test_after_an_interruption_nothing_is_asked_and_all_is_deleted(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopRequest()

    def is_interrupted(bench: Bench) -> None:
        makes(bench)
        stop.request("stopped by SIGTERM")
        make_profile(bench, "never")

    asking_only(monkeypatch, user=is_interrupted, shell=makes)
    with stopping.obeying(stop):
        outcome = asked(device)
    assert outcome.course.unasked == INTERRUPTED
    assert entry(outcome.report, "user").outcome is Outcome.FAILED
    shell = entry(outcome.report, "shell")
    assert (shell.outcome, shell.because) == (Outcome.NOT_ASKED, INTERRUPTED)
    assert outcome.left == ()
    assert len([call for call in device.writes() if call.method == "POST"]) == 2, "the profile of what is never asked"


def test_an_interruption_between_questions_is_not_a_failed_question(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopRequest()
    asking_only(monkeypatch, user=lambda _: stop.request("stopped by SIGINT"), shell=makes)
    with stopping.obeying(stop):
        report = asked(device).report
    assert entry(report, "user").outcome is Outcome.ANSWERED
    assert [each.outcome for each in report.entries if each.because == INTERRUPTED][0] is Outcome.NOT_ASKED


def test_a_device_that_does_not_come_back_is_asked_no_more(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(bench: Bench) -> None:
        for method in ("DELETE", "GET", "POST"):
            device.fault(Fault(method, ".*", action="drop", times=9999))
        bench.ask("GET", f"/mgmt/tm/{CLIENT_SSL}")

    asking_only(monkeypatch, user=makes, shell=dies, upload=makes)
    with logged_in(device) as unit:
        outcome = ask_everything(unit, "Common")
        device.heal()
    assert outcome.course.unasked == GIVEN_UP
    assert entry(outcome.report, "upload").because == GIVEN_UP
    assert [thing.name.rpartition("-")[2] for thing in outcome.left] == ["lasting"]
    assert [name.rpartition("-")[2] for name in outcome.report.left] == ["lasting"]
    delete(device, outcome)


def test_a_device_that_is_too_slow_keeps_runs_waiting_for_an_hour_at_most(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking_only(monkeypatch, user=makes)
    monkeypatch.setattr(asking, "LIMIT", -1.0)
    outcome = asked(device)
    assert {entry.because for entry in outcome.report.entries} == {outcome.course.unasked} == {TOO_SLOW}
    assert "no question is asked after 60 minutes" in TOO_SLOW


def test_a_question_and_what_came_of_it_are_one_line_of_the_log(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asking_only(monkeypatch, upload=makes)
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        asked(device)
    number = [question.name for question in QUESTIONS].index("upload") + 1
    assert f"question {number} of {len(QUESTIONS)}, whether the user may upload a file: answered" in caplog.messages


def test_progress_tells_which_question_is_asked(device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[str]()

    class Board(Progress):
        def doing(self, subject: str, text: str) -> None:
            told.append(f"{subject}: {text}")

    asking_only(monkeypatch, upload=makes)
    with Board().at_work("bigip-sim"):
        asked(device)
    assert f"bigip-sim: question 1 of {len(QUESTIONS)}: {QUESTIONS[0].asks}" in told


class Kept(Recorder):
    """Keeps the changes that it is told of."""

    def __init__(self) -> None:
        self.changes = list[Change]()

    def begin(self, change: Change) -> None:
        change.identity = str(len(self.changes))
        self.changes.append(change)


@pytest.mark.parametrize("stays", [False, True])
def test_a_probe_is_one_change_of_the_trail(
    device: SimulatedBigIP, monkeypatch: pytest.MonkeyPatch, stays: bool
) -> None:
    def refuses(bench: Bench) -> None:
        makes(bench)
        if stays:
            device.fault(Fault("DELETE", "lasting", action="error:400:01070712:3: no", times=99))

    asking_only(monkeypatch, user=refuses)
    kept = Kept()
    with recording.told(kept):
        outcome = asked(device)
    (change,) = kept.changes
    assert change.what is What.PROBED
    assert change.ending is (Ending.NOT_TAKEN_BACK if stays else Ending.TAKEN_BACK)
    assert [name.partition("sectigo")[0] for name in change.objects] == ["/Common/"] * 3
    assert change.objects[0].endswith("*")
    assert [thing.name in change.reason for thing in outcome.left] == ([True] if stays else [])
    delete(device, outcome)
