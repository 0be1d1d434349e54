"""What the walk of ``probe`` calls wrong: a finding that is not so, what is left, told or touched."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import pytest

from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report
from tests.walk.probing.judging import Course, faults_of

FOUND = Entry("shell", Outcome.ANSWERED, findings={"bash": "yes"})
REPORT = Report("1", "other", Release(), (FOUND,))
FAILED = replace(FOUND, outcome=Outcome.FAILED, because="it did not answer", findings={})
GOOD = Course(
    expected=REPORT,
    first=REPORT,
    error="",
    code=0,
    signal=None,
    meets="shell",
    refused=False,
    left=(),
    left_later=(),
    touched=(),
    told=(),
    unknown=(),
    tokens=0,
)
KEY = "sys/file/ssl-key /Shop/sectigo-f5-probe-0a1b2c3d-rsa.key"
NAMED = "sys/file/ssl-key /PARTITION/sectigo-f5-probe-rsa.key"


def reporting(*entries: Entry, left: tuple[str, ...] = ()) -> Report:
    return replace(REPORT, entries=entries, left=left)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"first": reporting(FAILED)},
        {"first": None, "error": "the BIG-IP does not answer"},
        {"first": None, "signal": signal.SIGKILL, "code": -9, "left": (KEY,), "tokens": 1},
        {"refused": True, "left": (KEY,), "first": reporting(FOUND, left=(NAMED,))},
        {"refused": True, "first": reporting(replace(FOUND, findings={"bash": "no"}))},
    ],
    ids=["as before", "not answered", "no login", "killed", "left for good and named", "refused for good"],
)
def test_what_is_as_it_should_be_is_good(changes: dict[str, Any]) -> None:
    assert list(faults_of(replace(GOOD, **changes))) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": reporting(replace(FOUND, findings={"bash": "no"}))}, "not so: shell"),
        ({"first": reporting()}, "the report has []"),
        ({"first": reporting(replace(FAILED, because=""))}, "shell is failed because"),
        ({"first": reporting(replace(FOUND, because="x"))}, "shell is answered because x"),
        ({"first": None}, "the probe ended by 0 without a word"),
        ({"first": None, "signal": signal.SIGTERM, "code": 3}, "the probe ended by 3 without a word"),
        ({"left": (KEY,)}, f"left: {KEY}"),
        ({"refused": True, "left": (KEY,)}, f"left: {KEY}"),
        ({"left": (KEY,), "first": reporting(FOUND, left=(NAMED,))}, f"left: {KEY}"),
        ({"tokens": 1}, "1 login tokens left"),
        ({"left_later": (KEY,)}, f"left by the next probe: {KEY}"),
        ({"touched": ("ltm/virtual /Common/vs",)}, "touched: ltm/virtual /Common/vs"),
        ({"told": ("hunter2",)}, "told: hunter2"),
        ({"unknown": ("GET /x",)}, "GET /x"),
    ],
)
def test_what_is_not_as_it_should_be_is_told(changes: dict[str, Any], said: str) -> None:
    (problem,) = faults_of(replace(GOOD, **changes))
    assert problem.startswith(said)
