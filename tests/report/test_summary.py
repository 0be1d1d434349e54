"""What a run has come to: what failed comes first, with what is served meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.summary import headline, summary
from tests.report.test_results import DESPITE, FAILED, KEPT, PENDING, SKIPPED
from tests.support.builders import NOW, job

INDENT = " " * 12
SERVED = f"{INDENT}served meanwhile: no certificate that a run has seen"


def test_what_failed_comes_first_with_what_is_served_meanwhile() -> None:
    noted = Result.of(job("api.example.com"), Outcome.RENEWED, "it was due", notes=("changes pending",))
    failed = replace(
        FAILED,
        serial="0b",
        not_after=NOW + timedelta(days=9, hours=1),
        last_success=NOW - timedelta(days=3),
        failing_since=NOW - timedelta(days=2),
        failures=4,
    )
    assert summary([KEPT, failed, noted], NOW).splitlines() == [
        "1 of 3 failed",
        "failed      shop.example.com@bigip-fra: no route",
        f"{INDENT}on /Common/vs_www",
        f"{INDENT}served meanwhile: serial 0b, until 2026-12-02 13:00 UTC (9 days left)",
        f"{INDENT}failing since 2026-11-21 12:00 UTC, 4 runs in a row, last success 2026-11-20 12:00 UTC",
        "kept        www.example.com@bigip-fra (valid until 2027-01-22): all is well",
        "renewed     api.example.com@bigip-fra: it was due; changes pending",
        "1 kept, 1 failed, 1 renewed",
    ]


def test_a_quiet_summary_leaves_out_what_is_as_it_should_be() -> None:
    failed = replace(FAILED, virtual_servers=(), serial="0b", not_after=NOW - timedelta(hours=1))
    assert summary([KEPT, failed, SKIPPED, PENDING], NOW, ["shop.yaml:3: no"], quiet=True).splitlines() == [
        "1 of 4 failed, 1 skipped, 1 mistake(s) in the YAML files",
        "failed      shop.example.com@bigip-fra: no route",
        f"{INDENT}served meanwhile: serial 0b, which EXPIRED at 2026-11-23 11:00 UTC",
        f"{INDENT}never a success",
        "mistake     shop.yaml:3: no",
        "skipped     pay.example.com@bigip-fra: stopped",
        "1 kept, 1 failed, 1 skipped, 1 pending",
    ]


def test_a_renewal_in_spite_of_an_error_has_failed_and_says_what_was_done() -> None:
    assert summary([DESPITE], NOW).splitlines()[:2] == [
        "1 of 1 failed",
        "renewed     api.example.com@bigip-fra (valid until 2027-01-22): it was due; but only the pair was changed: "
        "vs_b is gone",
    ]


def test_a_summary_without_failures_is_a_line_for_each_and_the_counts() -> None:
    assert summary([PENDING], NOW).splitlines() == [
        "pending     ev.example.com@bigip-fra: since 2026-11-20 the CA has not decided",
        "1 pending",
    ]
    assert summary([SKIPPED], NOW).splitlines()[0] == "skipped     pay.example.com@bigip-fra: stopped"
    assert summary([], NOW) == "nothing to do: no certificate was selected"
    assert headline([KEPT]) == "none of 1 failed"


def test_no_serial_is_served_of_which_the_end_is_not_known() -> None:
    assert SERVED in summary([FAILED], NOW).splitlines()
    assert SERVED in summary([replace(FAILED, serial="0b")], NOW).splitlines()
