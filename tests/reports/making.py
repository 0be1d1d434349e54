"""The reports of simulated BIG-IPs, one per release, as they are committed here; the same each time they are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sectigo_f5.probe.nouns import Report
from sectigo_f5.probe.report_file import as_json, comparable, read_report
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.releases import RELEASES
from tests.support.probing import MovableClock, probed

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.json"))
CONNECTOR, SECONDS = "0", 0.0  # of a report that is made here: neither is of interest


def file_of(release: str) -> Path:
    """Return the file for a simulated release."""
    return FOLDER / f"simulated-{release}.json"


def made(release: str) -> str:
    """Return the content of that file."""
    with SimulatedBigIP(Switches(tmos=release), clock=MovableClock()) as device:
        return written(as_json(probed(device)))


def written(report: Mapping[str, Any]) -> str:
    """Return a report as a file, with a line for each exchange, that two of them can be compared."""
    report = comparable(report)
    questions = [_question(each) for each in report.pop("questions")]
    head = json.dumps({**report, "connector": CONNECTOR}, sort_keys=True).removesuffix("}")
    return head + ', "questions": [\n' + ",\n".join(questions) + "\n]}\n"


def _question(entry: Mapping[str, Any]) -> str:
    exchanges = [json.dumps({**each, "seconds": SECONDS}, sort_keys=True) for each in entry["exchanges"]]
    head = json.dumps({**entry, "exchanges": []}, sort_keys=True)
    lines = ",\n".join(exchanges)
    return head.replace('"exchanges": []', f'"exchanges": [\n{lines}\n]') if exchanges else head


def read(file: Path) -> Report:
    """Return the report of a file; raises :class:`ConnectorError` if it is none."""
    return read_report(file)


def write_all() -> None:
    """Write the file of each simulated release."""
    for release in RELEASES:
        file_of(release).write_text(made(release), encoding="utf-8")
