"""The Prometheus textfile, as Prometheus itself reads it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.metrics import write_metrics
from tests.support.builders import NOW, job

KEPT = Result.of(job(), Outcome.KEPT, "all is well", not_after=NOW + timedelta(days=60))
RENEWED = Result.of(job("api.example.com"), Outcome.RENEWED, "it was due", error="/Common/vs_b does not exist")
FAILED = Result.of(job("shop.example.com"), Outcome.FAILED, "no route", error="no route")


def test_metrics_tell_of_the_run_and_of_each_certificate(tmp_path: Path) -> None:
    file = tmp_path / "sectigo.prom"
    write_metrics(file, [KEPT, FAILED, RENEWED], NOW, 1)
    samples = {
        (sample.name, sample.labels.get("common_name"), sample.labels.get("result")): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }
    www, shop, api = "www.example.com", "shop.example.com", "api.example.com"
    assert samples == {
        ("sectigo_f5_last_run_timestamp_seconds", None, None): NOW.timestamp(),
        ("sectigo_f5_last_run_exit_code", None, None): 1,
        ("sectigo_f5_certificate_not_after_seconds", www, None): (NOW + timedelta(days=60)).timestamp(),
        ("sectigo_f5_certificate_failed", www, None): 0,
        ("sectigo_f5_certificate_failed", shop, None): 1,
        ("sectigo_f5_certificate_failed", api, None): 1,
        ("sectigo_f5_certificate_result", www, "kept"): 1,
        ("sectigo_f5_certificate_result", api, "renewed"): 1,
        ("sectigo_f5_certificate_result", shop, "failed"): 1,
    }
