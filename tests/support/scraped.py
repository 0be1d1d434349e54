"""A Prometheus textfile, as Prometheus reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sectigo_f5.report.metrics.names import PREFIX, Metric


class Scraped:
    """The textfile; ``samples`` are its lines without the prefix."""

    def __init__(self, file: Path) -> None:
        self.text = file.read_bytes().decode()
        lines = (line.rpartition(" ") for line in self.text.split("\n") if line and not line.startswith("#"))
        self.samples = {name.removeprefix(PREFIX): float(value) for name, _, value in lines}

    def run(self, name: str) -> float | None:
        return self.samples.get(name)

    def of(self, name: str, common_name: str = "www.example.com") -> float | None:
        return self.samples.get(f'{name}{{common_name="{common_name}",device="bigip-sim"}}')

    def of_metric(self, metric: Metric, *labels: str) -> dict[Any, float]:
        """Return its values by those of one label, or of several."""
        families = text_string_to_metric_families(self.text)
        samples = [sample for family in families for sample in family.samples if sample.name == metric.full_name]
        keys = [tuple(sample.labels[label] for label in labels) for sample in samples]
        return {key[0] if len(labels) == 1 else key: sample.value for key, sample in zip(keys, samples, strict=True)}
