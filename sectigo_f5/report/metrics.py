"""Prometheus metrics, as a textfile: they tell of runs that fail, too, and of certificates that a run did not reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import changed_by_one, write_atomically
from sectigo_f5.model import Outcome, Result

PREFIX = "sectigo_f5_"
LAST_RUN = ("last_run_timestamp_seconds", "End of the last complete run, whatever its exit code, Unix time")
EXIT_CODE = ("last_run_exit_code", "Exit code of the last complete run")
LAST_SUCCESS = ("last_success_timestamp_seconds", "End of the last complete run with exit code 0, Unix time, 0 if none")
NOT_AFTER = ("certificate_not_after_seconds", "End of validity of what is in service as far as known, Unix time")
SUCCEEDED = ("certificate_last_success_timestamp_seconds", "Last run that left all as it should be, Unix time")
FAILED = ("certificate_failed", "1 if the last result is an error")
FAILURES = ("certificate_failures", "Runs in a row that failed")
RESULT = ("certificate_result", "The last result")


@dataclass(frozen=True)
class RunFigures:
    """What the file says of complete runs; Unix times, None if it says nothing."""

    finished: float | None = None
    exit_code: float | None = None
    last_success: float = 0  # an alert on its age fires if there was none

    def after(self, finished: datetime, code: int) -> RunFigures:
        """Return the figures after one more run."""
        now = finished.timestamp()
        return RunFigures(now, code, now if code == 0 else self.last_success)


@dataclass(frozen=True)
class Known:
    """What the file is to tell of certificates, from the surest source to the least."""

    results: Collection[Result]  # of this run
    history: Collection[Result]  # of earlier runs
    configured: frozenset[str]  # ``common_name@device``
    complete: bool = True  # False: a file with more certificates may be there, and cannot be read
    elsewhere: frozenset[str] = frozenset()  # what other shards do, though this one may have done it before


def write_metrics(file: Path, known: Known, ended: tuple[datetime, int] | None, shard: str = "") -> None:
    """Replace the textfile, for node_exporter's textfile collector, another user, to read.

    ``ended`` is when a complete run ended, and its exit code; None leaves what the file says of complete runs.
    A configured certificate keeps its lines, whatever has become of the run. ``shard`` is its number, a label of
    what the file says of runs: several files may lie in one directory of the collector. Raises
    :class:`ConnectorError` if the file cannot be written, or is another shard's: then neither would keep its lines.
    """
    with changed_by_one(file):
        families = _families(file)
        other = next((label for label in _shards(families) if shard and label not in ("", shard)), None)
        if other:
            raise ConnectorError(f"{file} is the file of shard {other}; give each shard one of its own, or delete it")
        figures, before = _read(families, shard)
        figures = figures.after(*ended) if ended else figures
        write_atomically(file, _text(figures, _lines(known, before), shard))


def _lines(known: Known, before: Mapping[str, Result]) -> list[Result]:
    """Return one result per certificate that the file is to tell of."""
    history = {result.label: result for result in known.history}
    merged = dict(before)
    for result in (*history.values(), *known.results):
        merged[result.label] = _filled(result, merged.get(result.label))
    shown = known.configured | {result.label for result in known.results}
    if not known.complete:
        shown |= before.keys() or history.keys()
    return [result for label, result in sorted(merged.items()) if label in shown - known.elsewhere]


def _filled(result: Result, before: Result | None) -> Result:
    """Add what the result does not say, unless it is about another certificate."""
    if before is None:
        return result
    ends = before.not_after if result.serial in (None, before.serial) else None
    return replace(result, not_after=result.not_after or ends, last_success=result.last_success or before.last_success)


def _text(figures: RunFigures, results: Iterable[Result], shard: str) -> str:
    registry, labels = CollectorRegistry(), ("common_name", "device")
    of_shard = {"shard": shard} if shard else {}

    def gauge(metric: tuple[str, str], *names: str) -> Gauge:
        return Gauge(f"{PREFIX}{metric[0]}", metric[1], names, registry=registry)

    runs = ((LAST_RUN, figures.finished), (EXIT_CODE, figures.exit_code), (LAST_SUCCESS, figures.last_success))
    for metric, value in runs:
        if value is not None:
            each_run = gauge(metric, *of_shard)
            (each_run.labels(**of_shard) if of_shard else each_run).set(value)
    ends, succeeded, failed, failures = (gauge(each, *labels) for each in (NOT_AFTER, SUCCEEDED, FAILED, FAILURES))
    words = gauge(RESULT, *labels, "result")
    for result in results:
        names = (result.common_name, result.device)
        failed.labels(*names).set(result.outcome is Outcome.FAILED or result.error is not None)
        failures.labels(*names).set(result.failures)
        words.labels(*names, result.outcome.value).set(1)
        for times, moment in ((ends, result.not_after), (succeeded, result.last_success)):
            if moment:
                times.labels(*names).set(moment.timestamp())
    return generate_latest(registry).decode()


def _families(file: Path) -> dict[str, Metric]:
    """Return what the file said so far; nothing if it cannot be read."""
    try:
        return {family.name: family for family in text_string_to_metric_families(file.read_text())}
    except (OSError, ValueError, KeyError):
        return {}


def _shards(families: Mapping[str, Metric]) -> list[str]:
    """Return of which shards the file tells; empty text if there were none."""
    return [labels.get("shard", "") for labels, _ in _samples(families, LAST_SUCCESS)]


def _read(families: Mapping[str, Metric], shard: str) -> tuple[RunFigures, dict[str, Result]]:
    """Return what the file said of runs and of certificates; nothing if that is not ours."""
    try:
        return _figures(families, shard), _certificates(families)
    except (ValueError, KeyError, OverflowError):
        return RunFigures(), {}


def _figures(families: Mapping[str, Metric], shard: str) -> RunFigures:
    """Return what the file says of runs of the shard, else of everything: that included it."""

    def value(metric: tuple[str, str]) -> float | None:
        values = {labels.get("shard", ""): value for labels, value in _samples(families, metric)}
        return values.get(shard, values.get(""))

    return RunFigures(value(LAST_RUN), value(EXIT_CODE), value(LAST_SUCCESS) or 0)


def _certificates(families: Mapping[str, Metric]) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for labels, _ in _samples(families, RESULT):
        result = Result(labels["common_name"], labels["device"], (), Outcome(labels["result"]), "")
        found[result.label] = result
    for labels, value in _samples(families, FAILED):
        _change(found, labels, error="an earlier run failed" if value else None)
    for labels, value in _samples(families, FAILURES):
        _change(found, labels, failures=int(value))
    for labels, value in _samples(families, NOT_AFTER):
        _change(found, labels, not_after=datetime.fromtimestamp(value, timezone.utc))
    for labels, value in _samples(families, SUCCEEDED):
        _change(found, labels, last_success=datetime.fromtimestamp(value, timezone.utc))
    return found


def _samples(families: Mapping[str, Metric], metric: tuple[str, str]) -> list[tuple[dict[str, str], float]]:
    family = families.get(f"{PREFIX}{metric[0]}")
    return [(sample.labels, sample.value) for sample in family.samples] if family else []


def _change(found: dict[str, Result], labels: Mapping[str, str], **changes: object) -> None:
    label = f"{labels['common_name']}@{labels['device']}"
    if label in found:
        found[label] = replace(found[label], **changes)  # type: ignore[arg-type]  # by the name of its metric
