"""The summary, the JSON object and the exit code of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.answer import Answer
from sectigo_f5.report.results import as_json, exit_code
from tests.support.builders import NOW, job

KEPT = Result.of(job(), Outcome.KEPT, "all is well", not_after=NOW + timedelta(days=60), serial="0a")
FAILED = Result.of(job("shop.example.com"), Outcome.FAILED, "no route", error="no route")
SKIPPED = Result.of(job("pay.example.com"), Outcome.SKIPPED, "stopped", error="stopped")
PENDING = Result.of(job("ev.example.com"), Outcome.PENDING, "since 2026-11-20 the CA has not decided")
DESPITE = Result.of(
    job("api.example.com"), Outcome.RENEWED, "it was due", not_after=KEPT.not_after, error="vs_b is gone"
)
BUG = Result("bug.example.com", "bigip-fra", (), Outcome.FAILED, "bug: KeyError", error="bug: KeyError", bug=True)


@pytest.mark.parametrize(
    ("results", "mistakes", "code"),
    [
        ([], (), 0),
        ([KEPT], (), 0),
        ([KEPT, FAILED], (), 1),
        ([KEPT, SKIPPED], (), 1),
        ([KEPT, DESPITE], (), 1),
        ([KEPT, PENDING], (), 0),
        ([KEPT], ("shop.yaml:3: …",), 2),
        ([FAILED], ("shop.yaml:3: …",), 2),
        ([FAILED, BUG], ("shop.yaml:3: …",), 3),
    ],
)
def test_exit_code_is_the_highest_that_applies(results: list[Result], mistakes: tuple[str, ...], code: int) -> None:
    assert exit_code(results, mistakes) == code


def test_json_has_the_fields_of_the_contract() -> None:
    failed = replace(FAILED, not_after=NOW + timedelta(days=9), serial="0b", last_success=NOW, failures=2)
    finished = NOW + timedelta(minutes=2)
    entries = [as_json(result, finished) for result in (KEPT, failed)]
    assert json.loads(Answer("run", NOW, finished, 1, entries, ["shop.yaml:3: no"]).to_json()) == {
        "version": 1,
        "command": "run",
        "started": "2026-11-23T12:00:00Z",
        "finished": "2026-11-23T12:02:00Z",
        "exit_code": 1,
        "results": [
            {
                "common_name": "www.example.com",
                "device": "bigip-fra",
                "virtual_servers": ["/Common/vs_www"],
                "result": "kept",
                "reason": "all is well",
                "not_after": "2027-01-22T12:00:00Z",
                "days_left": 59,
                "serial": "0a",
                "error": None,
                "last_success": None,
                "failures": 0,
            },
            {
                "common_name": "shop.example.com",
                "device": "bigip-fra",
                "virtual_servers": ["/Common/vs_www"],
                "result": "failed",
                "reason": "no route",
                "not_after": "2026-12-02T12:00:00Z",
                "days_left": 8,
                "serial": "0b",
                "error": "no route",
                "last_success": "2026-11-23T12:00:00Z",
                "failures": 2,
            },
        ],
        "summary": {"kept": 1, "failed": 1},
        "errors": ["shop.yaml:3: no"],
    }


def test_certificates_that_never_ran_are_counted_as_such() -> None:
    assert json.loads(Answer("status", NOW, NOW, 0, [{"result": None}]).to_json())["summary"] == {"never run": 1}


def test_virtual_servers_are_those_of_the_yaml_unless_others_are_known() -> None:
    every = job(virtual_servers=("all",))
    assert Result.of(every, Outcome.FAILED, "no route").virtual_servers == ()
    assert Result.of(every, Outcome.KEPT, "well", ["/Common/vs_a"]).virtual_servers == ("/Common/vs_a",)
    assert Result.of(job(), Outcome.FAILED, "no route").virtual_servers == ("/Common/vs_www",)
