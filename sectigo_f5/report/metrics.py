"""Prometheus metrics of a run, as a textfile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from sectigo_f5.files import write_atomically
from sectigo_f5.model import Outcome, Result


def write_metrics(file: Path, results: Sequence[Result], finished: datetime, code: int) -> None:
    """Write the Prometheus textfile of a run, for node_exporter's textfile collector, another user, to read."""
    registry = CollectorRegistry()
    Gauge("sectigo_f5_last_run_timestamp_seconds", "End of the last run, Unix time", registry=registry).set(
        finished.timestamp()
    )
    Gauge("sectigo_f5_last_run_exit_code", "Exit code of the last run", registry=registry).set(code)
    labels = ["common_name", "device"]
    ends = Gauge("sectigo_f5_certificate_not_after_seconds", "End of validity, Unix time", labels, registry=registry)
    fails = Gauge("sectigo_f5_certificate_failed", "1 when the last run failed", labels, registry=registry)
    words = Gauge("sectigo_f5_certificate_result", "The last result", [*labels, "result"], registry=registry)
    for result in results:
        names = (result.common_name, result.device)
        fails.labels(*names).set(result.outcome is Outcome.FAILED or result.error is not None)
        words.labels(*names, result.outcome.value).set(1)
        if result.not_after:
            ends.labels(*names).set(result.not_after.timestamp())
    write_atomically(file, generate_latest(registry).decode())
