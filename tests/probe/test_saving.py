"""The questions about saving: a task is listed only, and nothing is saved unless that is asked for."""

from __future__ import annotations

import pytest

from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by


@pytest.mark.parametrize("word", ["works", "rejected"])
def test_task_is_found(word: str) -> None:
    assert found_by("task", task_save=word) == {"task_save": word}


def test_task_is_not_made() -> None:
    with SimulatedBigIP() as device:
        asked(device, "task")
        assert device.get("/mgmt/tm/task/sys/config")["items"] == []


def test_nothing_is_saved_unless_that_is_asked_for() -> None:
    with SimulatedBigIP() as device:
        found = entry(asked(device, "save"), "save")
        assert device.saved == 0
    assert (found.outcome, found.because) == (Outcome.NOT_ASKED, "only with --save")


@pytest.mark.parametrize("partition", ["Common", "Shop"])
def test_whole_and_one_partition_are_saved(partition: str) -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        found = entry(asked(device, "save", partition=partition, may_save=True), "save")
        assert device.saved == 2
    assert dict(found.findings) == {"save": "works", "save_by_partition": "works"}


def test_save_comes_when_everything_is_deleted() -> None:
    with SimulatedBigIP() as device:
        before = dict(device.engine.configuration.items)
        asked(device, "lists", "transaction", "save", may_save=True)
        assert dict(device.engine.saved_configuration.items) == before
        assert device.saved == 2


def test_nothing_is_saved_if_something_stays() -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("DELETE", "/client-ssl/", action="error:400:01070265:3: in use", times=99))
        report = asked(device, "lists", "save", may_save=True)
        assert device.saved == 0
    assert report.left
    assert entry(report, "save").outcome is Outcome.NOT_ASKED


def test_user_who_may_not_save_finds_that() -> None:
    with SimulatedBigIP(Switches(role="guest")) as device:
        found = entry(asked(device, "save", may_save=True), "save").findings
    assert dict(found) == {"save": "rejected", "save_by_partition": "rejected"}


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        (Switches(save="rejected"), ("rejected", "rejected")),
        (Switches(save_by_partition="rejected"), ("works", "rejected")),
    ],
)
def test_save_that_is_refused_is_found(switches: Switches, words: tuple[str, str]) -> None:
    with SimulatedBigIP(switches) as device:
        found = entry(asked(device, "save", may_save=True), "save").findings
    assert (found["save"], found["save_by_partition"]) == words
