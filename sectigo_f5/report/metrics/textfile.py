"""The textfile as a value: the samples of each metric, by the values of its labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from sectigo_f5.report.metrics.names import METRICS, Metric

SHARD = "shard"
LONGEST = 500  # characters of a label
Samples = Mapping[tuple[str, ...], float]
Content = Mapping[Metric, Samples]


class _Families:
    """What prometheus_client collects."""

    def __init__(self, content: Content, shard: str) -> None:
        self._content, self._shard = content, shard

    def collect(self) -> Iterable[Family]:
        """Yield the metrics that have samples, in the order of their table."""
        for metric in METRICS:
            if samples := self._content.get(metric):
                yield self._family(metric, samples)

    def _family(self, metric: Metric, samples: Samples) -> Family:
        more = {SHARD: self._shard} if metric.of_run and self._shard else {}
        kind = CounterMetricFamily if metric.counts else GaugeMetricFamily
        family = kind(metric.full_name, metric.text, labels=[*metric.labels, *more])
        for values, value in _printable(samples).items():
            family.add_metric([*values, *more.values()], value)
        return family


def _printable(samples: Samples) -> Samples:
    """Return samples whose labels can be written: names of objects that others have chosen may be anything."""
    return {tuple(map(as_label, values)): value for values, value in samples.items()}


def as_label(label: str) -> str:
    """Return a label in at most :data:`LONGEST` characters, without half characters (lone surrogates)."""
    return label[:LONGEST].encode("utf-8", "replace").decode()


def to_text(content: Content, shard: str) -> str:
    """Return the text; what is said of runs has the label ``shard`` unless that is empty."""
    return generate_latest(_Families(content, shard)).decode()


class Textfile:
    """What a file said so far; nothing if it cannot be read."""

    def __init__(self, file: Path) -> None:
        self._samples: dict[str, list[tuple[dict[str, str], float]]] = {}
        try:
            text = file.read_bytes().decode()  # its lines end in \n, and in nothing else
            for family in text_string_to_metric_families(text):
                for name, labels, value, *_ in family.samples:
                    if math.isfinite(value):
                        self._samples.setdefault(name, []).append((labels, value))
        except (OSError, ValueError, KeyError, IndexError):
            self._samples = {}

    def shards(self) -> frozenset[str]:
        """Return of which shards it tells; empty text for runs over everything."""
        names = (metric.full_name for metric in METRICS if metric.of_run)
        return frozenset(labels.get(SHARD, "") for name in names for labels, _ in self._samples.get(name, ()))

    def content(self, shard: str) -> Content:
        """Return its samples, as far as they are ours: of runs those of a shard, else of runs over everything.

        Those included the shard.
        """
        return {metric: self._of(metric, shard) for metric in METRICS}

    def _of(self, metric: Metric, shard: str) -> Samples:
        by_shard: dict[str, dict[tuple[str, ...], float]] = {}
        for labels, value in self._samples.get(metric.full_name, ()):
            if labels.keys() - {SHARD} == set(metric.labels):
                values = tuple(labels[label] for label in metric.labels)
                by_shard.setdefault(labels.get(SHARD, ""), {})[values] = value
        return by_shard.get(shard if metric.of_run else "", by_shard.get("", {}))
