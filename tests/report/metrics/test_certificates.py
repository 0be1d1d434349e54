"""The Prometheus textfile, as Prometheus itself reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis.strategies import DataObject, binary, data, integers
from prometheus_client.parser import text_string_to_metric_families

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.metrics.known import End, Known
from sectigo_f5.report.metrics.writing import write_metrics
from tests.support.builders import NOW, job
from tests.support.properties import generated

ENDS = NOW + timedelta(days=60)
KEPT = Result.of(job(), Outcome.KEPT, "all is well", serial="2a", not_after=ENDS)
RENEWED = Result.of(job("api.example.com"), Outcome.RENEWED, "it was due", error="/Common/vs_b does not exist")
FAILED = Result.of(job("shop.example.com"), Outcome.FAILED, "no route", error="no route")
PENDING = Result.of(job("ev.example.com"), Outcome.PENDING, "the CA has not decided")
DOWN = Result.of(job(), Outcome.FAILED, "no route", error="no route")
WWW, SHOP, API, EV = "www.example.com", "shop.example.com", "api.example.com", "ev.example.com"

Samples = dict[tuple[str, str | None, str | None], float]


def known(*results: Result, history: Collection[Result] = (), complete: bool = True) -> Known:
    return Known(results, history, frozenset(each.label for each in (*results, *history)), complete)


def written(file: Path, what: Known, ended: tuple[datetime, int] | None = (NOW, 1)) -> Samples:
    """Write the file; return its samples by name without prefix, common name, and result."""
    write_metrics(file, what, End(*ended) if ended else None)
    return {
        (sample.name.removeprefix("sectigo_f5_"), sample.labels.get("common_name"), sample.labels.get("result")):
        sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sectigo.prom"


def test_metrics_tell_of_the_run_and_of_each_certificate(file: Path) -> None:
    failed = replace(FAILED, last_success=NOW - timedelta(days=2), failures=4)
    samples = written(file, known(KEPT, failed, RENEWED, PENDING))
    assert {key: value for key, value in samples.items() if "total" not in key[0] and key[0] != "build_info"} == {
        ("last_run_timestamp_seconds", None, None): NOW.timestamp(),
        ("last_run_exit_code", None, None): 1,
        ("last_success_timestamp_seconds", None, None): 0,
        ("certificate_not_after_seconds", WWW, None): ENDS.timestamp(),
        ("certificate_last_success_timestamp_seconds", SHOP, None): (NOW - timedelta(days=2)).timestamp(),
        ("certificate_failed", WWW, None): 0,
        ("certificate_failed", SHOP, None): 1,
        ("certificate_failed", API, None): 1,
        ("certificate_failed", EV, None): 0,
        ("certificate_failures", WWW, None): 0,
        ("certificate_failures", SHOP, None): 4,
        ("certificate_failures", API, None): 0,
        ("certificate_failures", EV, None): 0,
        ("certificate_result", WWW, "kept"): 1,
        ("certificate_result", API, "renewed"): 1,
        ("certificate_result", SHOP, "failed"): 1,
        ("certificate_result", EV, "pending"): 1,
    }


def test_the_last_success_outlives_runs_that_fail(file: Path) -> None:
    written(file, known(KEPT), (NOW, 0))
    later = NOW + timedelta(days=1)
    for code in (1, 2, 3, 75):
        samples = written(file, known(KEPT), (later, code))
        assert samples["last_success_timestamp_seconds", None, None] == NOW.timestamp()
        assert samples["last_run_timestamp_seconds", None, None] == later.timestamp()
        assert samples["last_run_exit_code", None, None] == code


def test_a_run_over_a_part_says_nothing_of_complete_runs(file: Path) -> None:
    written(file, known(KEPT), (NOW, 0))
    samples = written(file, known(replace(KEPT, outcome=Outcome.RENEWED), history=[FAILED]), None)
    assert samples["last_run_timestamp_seconds", None, None] == NOW.timestamp()
    assert samples["last_run_exit_code", None, None] == 0
    assert samples["certificate_result", WWW, "renewed"] == 1
    assert samples["certificate_result", SHOP, "failed"] == 1
    file.unlink()
    samples = written(file, known(KEPT), None)
    assert [name for name, *_ in samples if name.startswith("last_")] == ["last_success_timestamp_seconds"]


def test_an_end_that_the_file_knew_stays(file: Path) -> None:
    """The history is lost, and the device is down."""
    written(file, known(replace(KEPT, last_success=NOW)))
    samples = written(file, known(DOWN))
    assert samples["certificate_not_after_seconds", WWW, None] == ENDS.timestamp()
    assert samples["certificate_last_success_timestamp_seconds", WWW, None] == NOW.timestamp()
    assert samples["certificate_failed", WWW, None] == 1


def test_an_end_of_another_certificate_does_not_stay(file: Path) -> None:
    other = replace(KEPT, serial="2b", not_after=None)
    assert ("certificate_not_after_seconds", WWW, None) not in written(file, known(other, history=[KEPT]))


def test_certificates_of_a_broken_file_keep_their_lines(file: Path) -> None:
    written(file, known(KEPT, FAILED))
    gone = known(KEPT)
    assert ("certificate_failed", SHOP, None) not in written(file, gone)
    written(file, known(KEPT, FAILED))
    broken = replace(gone, complete=False)
    assert written(file, broken)["certificate_result", SHOP, "failed"] == 1
    file.unlink()
    history = replace(broken, history=[FAILED])
    assert written(file, history)["certificate_result", SHOP, "failed"] == 1, "it knows of no other"


def test_a_certificate_that_is_configured_no_longer_has_no_lines(file: Path) -> None:
    written(file, known(KEPT))
    what = Known([KEPT], [KEPT, FAILED], frozenset({KEPT.label}))
    assert ("certificate_failed", SHOP, None) not in written(file, what)
    unreadable = Known([], [KEPT, FAILED], frozenset(), complete=False)
    assert ("certificate_failed", SHOP, None) not in written(file, unreadable), "the file knew of it no longer"


@pytest.mark.parametrize("content", ["", "nonsense {", 'sectigo_f5_certificate_result{a="b"} 1\n', "\xff"])
def test_a_damaged_file_is_replaced(file: Path, content: str) -> None:
    file.write_text(content, encoding="latin-1")
    assert written(file, known(KEPT))["certificate_not_after_seconds", WWW, None] == ENDS.timestamp()


@generated(25)
@given(data())
def test_a_file_damaged_anywhere_costs_no_line_of_this_run(draw: DataObject) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sectigo.prom"
        written(file, known(KEPT, FAILED, PENDING))
        whole = file.read_bytes()
        start = draw.draw(integers(0, len(whole)))
        end = draw.draw(integers(start, min(len(whole), start + 200)))
        file.write_bytes(whole[:start] + draw.draw(binary(max_size=20)) + whole[end:])
        assert written(file, known(KEPT))["certificate_not_after_seconds", WWW, None] == ENDS.timestamp()
