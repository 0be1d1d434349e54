"""What the textfile tells of complete runs, and counters that outlive them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sectigo_f5.figures import NEW, ORDERS
from sectigo_f5.model import Outcome, Result
from sectigo_f5.progress import Step
from sectigo_f5.report.metrics.known import End, Known, Work
from sectigo_f5.report.metrics.names import ORDERS_TOTAL, RESULTS_TOTAL, RUNS_TOTAL
from sectigo_f5.report.metrics.writing import write_metrics
from tests.support.builders import NOW, job
from tests.support.scraped import Scraped

KEPT = Result.of(job(), Outcome.KEPT, "all is well")
FAILED = Result.of(job("shop.example.com"), Outcome.FAILED, "no route", error="no route")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sectigo.prom"


def ran(file: Path, *results: Result, code: int = 0, shard: str = "", orders: int = 0) -> Scraped:
    known = Known(results, (), frozenset(result.label for result in results), orders={(NEW, "issued"): orders})
    work = Work(timedelta(seconds=90), results, {Step.ISSUE: 42.5})
    write_metrics(file, known, End(NOW, code, work), shard)
    return Scraped(file)


def test_durations_of_run_and_steps_are_those_of_the_last_run(file: Path) -> None:
    ran(file, KEPT)
    after = ran(file, KEPT)
    assert after.samples["last_run_duration_seconds"] == 90
    steps = {name: value for name, value in after.samples.items() if name.startswith("last_run_step_")}
    assert len(steps) == len(Step)
    asked = {name: value for name, value in steps.items() if value}
    assert asked == {'last_run_step_duration_seconds{name="have the certificate issued",step="9"}': 42.5}


def test_a_clock_that_was_put_back_makes_no_negative_duration(file: Path) -> None:
    work = Work(timedelta(seconds=-5), (), {})
    write_metrics(file, Known((), (), frozenset()), End(NOW, 0, work))
    assert Scraped(file).samples["last_run_duration_seconds"] == 0


def test_counters_continue_from_the_file_and_begin_at_zero(file: Path) -> None:
    first = ran(file, KEPT, FAILED, code=1, orders=1)
    assert first.of_metric(RUNS_TOTAL, "exit_code") == {"0": 0, "1": 1, "2": 0, "3": 0, "75": 0}
    assert first.of_metric(ORDERS_TOTAL, "order", "result") == {**dict.fromkeys(ORDERS, 0), (NEW, "issued"): 1}
    second = ran(file, KEPT, orders=2)
    assert second.of_metric(RUNS_TOTAL, "exit_code") == {"0": 1, "1": 1, "2": 0, "3": 0, "75": 0}
    words = second.of_metric(RESULTS_TOTAL, "result")
    assert (words["kept"], words["failed"], words["renewed"]) == (2, 1, 0)
    assert second.of_metric(ORDERS_TOTAL, "order", "result")[NEW, "issued"] == 3
    file.unlink()
    assert ran(file, KEPT).of_metric(RUNS_TOTAL, "exit_code")["1"] == 0


def test_results_are_those_of_the_last_run_that_could_begin(file: Path) -> None:
    ran(file, KEPT, FAILED, code=1)
    write_metrics(file, Known((), (), frozenset({KEPT.label})), End(NOW, 75))
    after = Scraped(file)
    assert after.samples['last_run_results{result="failed"}'] == 1
    assert after.samples["last_run_duration_seconds"] == 90
    assert after.samples["last_run_exit_code"] == 75


def test_a_command_over_a_part_counts_orders_alone(file: Path) -> None:
    before = ran(file, KEPT)
    write_metrics(file, Known((KEPT,), (), frozenset({KEPT.label}), orders={(NEW, "failed"): 1}), None)
    after = Scraped(file)
    changed = {name for name in after.samples if after.samples[name] != before.samples.get(name)}
    assert changed == {'orders_total{order="new",result="failed"}'}


def test_counters_of_a_shard_begin_with_those_of_everything(file: Path) -> None:
    ran(file, KEPT)
    label = {name: value for name, value in ran(file, KEPT, shard="2").samples.items() if name.startswith("runs_total")}
    assert label == {f'runs_total{{exit_code="{code}",shard="2"}}': 2 * (code == 0) for code in (0, 1, 2, 3, 75)}


def test_a_file_of_an_older_release_keeps_what_it_said(file: Path) -> None:
    file.write_text("# TYPE sectigo_f5_last_success_timestamp_seconds gauge\n"
                    "sectigo_f5_last_success_timestamp_seconds 1.7e+09\n")  # fmt: skip
    after = ran(file, FAILED, code=1)
    assert after.samples["last_success_timestamp_seconds"] == datetime.fromtimestamp(1.7e9).timestamp()
    assert after.of_metric(RUNS_TOTAL, "exit_code")["1"] == 1
