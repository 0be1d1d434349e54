"""A probe of a simulated BIG-IP, in this process and without waiting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.probe import asking
from sectigo_f5.probe.asking import EVERYTHING, probe
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.nouns import Entry, Report
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.probe.report_file import as_text, from_json
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.state.disk import CSRS, SCRATCH
from tests.support import builders

CLIENT_SSL = "ltm/profile/client-ssl"


class MovableClock:
    """The clock of a device, which the pauses of its probe move: none of them lasts."""

    def __init__(self) -> None:
        self.moved = 0.0  # seconds

    def __call__(self) -> float:
        return time.time() + self.moved

    def pause(self, seconds: float) -> None:
        self.moved += seconds


def probed(device: SimulatedBigIP, partition: str = "Common", **options: Any) -> Report:
    """Return the report of a probe, as who reads its file has it.

    No pause lasts, and each moves the device's clock if that is movable.
    """
    with logged_in(device) as unit:
        return from_json(json.loads(as_text(probe(unit, partition, **options))))


def asked(device: SimulatedBigIP, *questions: str, partition: str = "Common", **options: Any) -> Report:
    """Return the report of a probe that asks these alone, in the catalogue's order, after what they need.

    Whatever the device holds afterwards and did not hold before is in the report.
    """
    needed = {"certificate"} if any(map(_needs_pairs, questions)) else set[str]()
    chosen = [name for name in EVERYTHING if name in needed.union(questions)]
    assert len(chosen) >= len(questions), questions
    before = holdings(device)
    report = probed(device, partition, questions=chosen, **options)
    assert report.left or holdings(device) == before, holdings(device) ^ before
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
    with logged_in(device) as unit:
        scratch = Scratch(unit.client, partition)
        bench = Bench(unit, scratch, Recorder(Redactor(scratch.stem, partition)), question=question)
        with scratch.swept():
            yield bench


@contextmanager
def logged_in(device: SimulatedBigIP) -> Iterator[Unit]:
    """Log in for a probe; no pause lasts."""
    connection = builders.device(
        name="bigip-sim",
        hosts=(device.address,),
        port=device.port,
        username=device.username,
        password=Secret(device.password),
        verify_tls=device.ca_file,
    )
    clock = device.engine.world.clock
    pause = clock.pause if isinstance(clock, MovableClock) else lambda _: None
    with ha_group.connected(connection, pause) as group:
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


def asking_only(patch: pytest.MonkeyPatch, **questions: Callable[[Bench], None]) -> None:
    """Have these questions asked by functions of a test, and no other; ``_`` stands for a dash in their names."""
    patch.setattr(asking, "ASKED", {name.replace("_", "-"): ask for name, ask in questions.items()})


def make_profile(bench: Bench, suffix: str = "p", *, lasting: bool = False) -> str:
    """Make a client SSL profile under a scratch name; returns its URL."""
    scratch = bench.scratch
    url = scratch.object(CLIENT_SSL, scratch.path(suffix), lasting=lasting)
    bench.client.post(f"/mgmt/tm/{CLIENT_SSL}", {"name": scratch.name(suffix), "partition": scratch.partition})
    return url


def make_upload(bench: Bench, suffix: str = "f") -> str:
    """Upload a file under a scratch name, or have that refused; returns its name."""
    name = bench.scratch.upload(suffix)
    headers = {"Content-Type": "application/octet-stream", "Content-Range": "0-1/2"}
    bench.ask("POST", f"/mgmt/shared/file-transfer/uploads/{name}", raw=b"ok", headers=headers)
    return name
