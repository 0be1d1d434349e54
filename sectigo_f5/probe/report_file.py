"""A report as JSON: written, and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sectigo_f5.probe.nouns import Entry, Exchange, Outcome, Release, Report, Text

KIND = "sectigo-f5 probe"
VERSION = 1

Json = dict[str, Any]


def as_json(report: Report) -> Json:
    """Return the object that the file holds."""
    return {
        "report": KIND,
        "version": VERSION,
        "connector": report.connector,
        "partition": report.partition,
        "release": {**asdict(report.release), "modules": list(report.release.modules)},
        "questions": [_entry_as_json(entry) for entry in report.entries],
        "left": list(report.left),
    }


def _entry_as_json(entry: Entry) -> Json:
    return {
        "question": entry.question,
        "outcome": str(entry.outcome),
        "because": entry.because,
        "findings": dict(entry.findings),
        "texts": {kind: asdict(text) for kind, text in entry.texts.items()},
        "exchanges": [asdict(exchange) for exchange in entry.exchanges],
    }


def from_json(content: Mapping[str, Any]) -> Report:
    """Return the report that an object holds."""
    return Report(
        connector=content["connector"],
        partition=content["partition"],
        release=Release(**content["release"]),
        entries=tuple(map(_entry_from_json, content["questions"])),
        left=tuple(content["left"]),
    )


def _entry_from_json(content: Mapping[str, Any]) -> Entry:
    return Entry(
        question=content["question"],
        outcome=Outcome(content["outcome"]),
        because=content["because"],
        findings=content["findings"],
        texts={kind: Text(**text) for kind, text in content["texts"].items()},
        exchanges=tuple(Exchange(**each) for each in content["exchanges"]),
    )
