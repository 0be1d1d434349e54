"""Every report of this folder is valid and explained, the simulator becomes it, and the connector works on that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import jsonschema
import pytest

from sectigo_f5.model import Outcome
from sectigo_f5.probe.asking import EVERYTHING
from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.probe.explaining.explanation import explanation
from sectigo_f5.simulator import SimulatedBigIP, likeness
from sectigo_f5.simulator.releases import RELEASES
from tests.probe.circle import again
from tests.reports.foreseen import ending
from tests.reports.making import FILES, FOLDER, file_of, made, read
from tests.reports.operations import KEYS, operations
from tests.support.installation import ROOT
from tests.support.probing import probed
from tests.support.spread import spread
from tests.support.world import World

SIMULATED = [file_of(release) for release in RELEASES]
DAYS = 6  # in which each file is probed, and each meets all operations


@contextmanager
def become(file: Path, folder: Path) -> Iterator[tuple[World, str]]:
    """Have the simulator become the BIG-IP of a report; yields its world, and the partition of the probe."""
    alike = likeness.of(json.loads(file.read_text(encoding="utf-8")))
    with SimulatedBigIP(alike.switches) as device:
        world = World(device, folder, pause=lambda seconds: None)
        world.add_virtual_server(f"/{alike.partition}/vs_www")
        yield world, alike.partition


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_report_is_valid_and_explained(file: Path) -> None:
    schema = json.loads((ROOT / "docs" / "probe-report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(file.read_text(encoding="utf-8")))
    told = explanation(read(file))
    assert f"BIG-IP {read(file).release.version}" in told
    assert "What the connector does on this BIG-IP" in told


@pytest.mark.parametrize("file", SIMULATED, ids=lambda file: file.stem)
def test_simulated_report_answers_every_question_of_today(file: Path) -> None:
    entries = read(file).entries
    assert [entry.question for entry in entries] == [*EVERYTHING], "python -m tests.reports makes it again"
    for entry in entries:
        assert set(entry.findings) <= {one.name for one in BY_NAME[entry.question].findings}
        assert bool(entry.because) is (entry.question == "save")


@pytest.mark.parametrize("release", spread(RELEASES, DAYS))
def test_simulated_report_is_what_is_made_today(release: str) -> None:
    same = made(release) == file_of(release).read_text(encoding="utf-8")  # a diff of both would take minutes
    assert same, "python -m tests.reports makes it again; git diff shows what has changed"


@pytest.mark.parametrize("file", spread(FILES, DAYS), ids=lambda file: file.stem)
def test_simulator_becomes_the_bigip_of_a_report(file: Path, tmp_path: Path) -> None:
    """A simulated BIG-IP gives the same report, a real one the same findings: not each property is simulated."""
    report = read(file)
    if file in SIMULATED:
        assert again(report) == []
        return
    with become(file, tmp_path) as (world, partition):
        other = probed(world.device, partition)
    found = {entry.question: (str(entry.outcome), dict(entry.findings)) for entry in report.entries}
    assert {entry.question: (str(entry.outcome), dict(entry.findings)) for entry in other.entries} == found


@pytest.mark.parametrize(
    ("file", "kinds"), spread(product(FILES, KEYS), DAYS), ids=lambda value: getattr(value, "stem", value)
)
def test_connector_works_on_the_bigip_of_a_report_as_explained(file: Path, kinds: str, tmp_path: Path) -> None:
    report, names = read(file), list[str]()
    with become(file, tmp_path) as (world, partition):
        for done in operations(world, KEYS[kinds], partition):
            names.append(done.name)
            result, foreseen = done.result, ending(report, done.keys, goes_back=done.wanted is Outcome.ROLLED_BACK)
            assert not result.bug, result.error
            if result.error is None:
                assert (result.outcome, foreseen.errors == () or foreseen.open) == (done.wanted, True), foreseen
            else:
                assert foreseen.open or any(re.search(error, result.error) for error in foreseen.errors), result.error
                return
    assert len(names) == 5


def test_folder_holds_reports_alone() -> None:
    assert [file for file in FOLDER.iterdir() if file.suffix not in (".py", ".json", ".md") and file.is_file()] == []
    assert set(SIMULATED) <= set(FILES)
