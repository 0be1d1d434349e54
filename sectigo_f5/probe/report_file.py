"""A report as JSON: written for people and programs, and read although a stranger may have written it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.probe.filing.report_form import KIND, REPORT, VERSION
from sectigo_f5.probe.nouns import Entry, Exchange, Outcome, Release, Report, Text
from sectigo_f5.untrusted import reading

LARGEST = 8 << 20  # bytes of a file
MOST_FAULTS = 5  # that are told
NEWER = "this connector reads version {ours}: explain it with the connector that wrote it, or with a newer one"

Json = dict[str, Any]


class NotAReportError(ConnectorError):
    """What should be a report is none, or is damaged; the text says where."""


# -- writing ---------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """Return the content of the file; the same report gives the same text."""
    return json.dumps(as_json(report), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


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


def comparable(content: Mapping[str, Any]) -> Json:
    """Return a report's object without what differs between two probes of one device: the time, and the connector."""
    questions = [{**entry, "exchanges": list(map(_timeless, entry["exchanges"]))} for entry in content["questions"]]
    kept = {name: value for name, value in content.items() if name != "connector"}
    return {**kept, "questions": questions}


def _timeless(exchange: Mapping[str, Any]) -> Json:
    return {name: value for name, value in exchange.items() if name != "seconds"}


# -- reading ---------------------------------------------------------------------------------------


def read_report(path: Path) -> Report:
    """Read a report from a file; raises :class:`ConnectorError` with the file and every place that is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise NotAReportError(f"{path} cannot be read ({error.strerror})") from error
    if len(content) > LARGEST:
        raise NotAReportError(f"{path} is larger than {LARGEST >> 20} MiB: it is not a report")
    with reading(f"{path} is not JSON, as a report is"):
        parsed = json.loads(content.decode("utf-8-sig"))
    try:
        return from_json(parsed)
    except NotAReportError as error:
        raise NotAReportError(f"{path}: {error}") from error


def from_json(content: object) -> Report:
    """Return the report that an object holds; raises :class:`NotAReportError` with the places that are wrong.

    Questions, findings and texts of a newer connector are kept as they are.
    """
    if not isinstance(content, dict) or content.get("report") != KIND:
        raise NotAReportError("it is not a report that `probe` has written")
    if content.get("version") != VERSION or isinstance(content["version"], bool):
        raise NotAReportError(f"its form has another version; {NEWER.format(ours=VERSION)}")
    faults = list(islice(REPORT.faults(content, ""), MOST_FAULTS + 1))
    if faults:
        more = "; and more" if len(faults) > MOST_FAULTS else ""
        raise NotAReportError("; ".join(faults[:MOST_FAULTS]) + more)
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
