"""A probe of a simulated BIG-IP, in this process and without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.probe.asking import EVERYTHING, probe
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.nouns import Entry, Report
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.state.disk import CSRS, SCRATCH
from tests.support import builders


def probed(device: SimulatedBigIP, partition: str = "Common", **options: Any) -> Report:
    """Return the report of a probe; no pause lasts."""
    with _unit(device) as unit:
        return probe(unit, partition, **options)


def asked(device: SimulatedBigIP, *questions: str, partition: str = "Common", **options: Any) -> Report:
    """Return the report of a probe that asks these alone, in the catalogue's order, after what they need.

    Whatever the device holds afterwards and did not hold before is in the report.
    """
    needed = {"certificate"} if any(map(_needs_pairs, questions)) else set[str]()
    chosen = [name for name in EVERYTHING if name in needed.union(questions)]
    assert len(chosen) >= len(questions), questions
    before = holdings(device)
    report = probed(device, partition, questions=chosen, **options)
    assert bool(report.left) == bool(holdings(device) ^ before), (report.left, holdings(device) ^ before)
    return report


def _needs_pairs(question: str) -> bool:
    return question.startswith("profile") or question in ("digit-first-names", "virtual-server", "sni", "in-use")


def holdings(device: SimulatedBigIP) -> set[str]:
    """Return whatever a device holds: objects, CSRs, files, tokens."""
    objects = {f"{kind} {path}" for kind, path in device.engine.configuration.items}
    disk = device.engine.world.disk
    return objects | {*device.uploads, *device.csrs, *device.tokens, *disk.names(CSRS), *disk.names(SCRATCH)}


@contextmanager
def at_bench(device: SimulatedBigIP, question: str, partition: str = "Common") -> Iterator[Bench]:
    """Yield what a question has at hand, for tests that look at the device before everything is deleted again."""
    with _unit(device) as unit:
        scratch = Scratch(unit.client, partition)
        bench = Bench(unit, scratch, Recorder(Redactor(scratch.stem, partition)), question=question)
        with scratch.swept():
            yield bench


@contextmanager
def _unit(device: SimulatedBigIP) -> Iterator[Unit]:
    connection = builders.device(
        name="bigip-sim",
        hosts=(device.address,),
        port=device.port,
        username=device.username,
        password=Secret(device.password),
        verify_tls=device.ca_file,
    )
    with ha_group.connected(connection, lambda _: None) as group:
        yield group.answering[0]


def found_by(question: str, partition: str = "Common", **switches: Any) -> dict[str, str | int]:
    """Return what one question finds on a device of those switches; nothing stays there."""
    with SimulatedBigIP(Switches(partitions=_others(partition), **switches)) as device:
        return dict(entry(asked(device, question, partition=partition), question).findings)


def _others(partition: str) -> tuple[str, ...]:
    return () if partition == "Common" else (partition,)


def entry(report: Report, question: str) -> Entry:
    found = report.entry(question)
    assert found is not None
    return found
