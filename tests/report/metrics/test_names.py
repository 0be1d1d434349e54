"""The table of metrics, and the one in the documents."""

from __future__ import annotations

import re

from sectigo_f5.report.metrics.names import METRICS, PREFIX
from tests.support.installation import ROOT

ROWS = re.findall(r"^\| `(sectigo_f5_\w+)` \|(.*)\|$", (ROOT / "docs" / "monitoring.md").read_text(), re.MULTILINE)


def test_the_documents_have_a_row_for_every_metric_and_no_other() -> None:
    assert [name for name, _ in ROWS] == [metric.full_name for metric in METRICS]


def test_labels_beside_those_of_a_certificate_are_in_the_documents() -> None:
    told = dict(ROWS)
    usual = {"common_name", "device", "host"}
    missing = [(m.name, label) for m in METRICS for label in m.labels if f"`{label}`" not in told[m.full_name]]
    assert [each for each in missing if each[1] not in usual] == []


def test_names_of_metrics_end_in_a_unit_or_say_what_they_are() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.full_name.startswith(PREFIX)
        assert metric.counts == metric.name.endswith("_total")
        assert ("Unix time" in metric.text) == ("timestamp" in metric.name or "not_after" in metric.name)
        assert "Unix time" not in metric.text or metric.name.endswith("_seconds")
