"""Runs with nothing to do, on devices of several sizes."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import BenchmarkError, Cost
from benchmarks.options import Options
from benchmarks.scene.connector import Connector, in_service
from benchmarks.scene.contents import Contents
from benchmarks.scene.devices import Device, Traffic, running
from benchmarks.start_up import start_up
from benchmarks.table import Figure, Row
from tests.support.acme_directory import acme_directory

TIMES = 3  # the median of so many runs
NO_GROWTH = 1.1  # bytes that are not more than this times as many have not grown: numbers get longer


@dataclass(frozen=True)
class Idle:
    """What one run with nothing to do cost, and what it asked of each device."""

    cost: Cost
    traffic: Sequence[Traffic]

    @property
    def size(self) -> int:
        """The bytes of all answers."""
        return sum(one.size for one in self.traffic)

    def floor(self, options: Options) -> float:
        """Return the seconds that even the best client needs: its start, and each device's answers."""
        slowest = max(one.requests * options.latency + one.cpu for one in self.traffic)
        return start_up() + slowest


def idle(options: Options, contents: Sequence[Contents], times: int = TIMES) -> Idle:
    """Run over devices where everything is in order, and count the run that took the median time."""
    with tempfile.TemporaryDirectory() as folder, acme_directory() as url, contextlib.ExitStack() as stack:
        connector, total = Connector.install(Path(folder) / "connector", None, url), 0
        devices = stack.enter_context(running(options.latency, contents, connector.state))
        for device, content in zip(devices, contents, strict=True):
            connector.manage(device, in_service(content.ours, device.label))
            total += content.ours
        connector.run({"kept": total})  # once before, so that its history is there
        _traffic(devices)  # of the first run, which looks for what earlier ones have left, by the shell
        runs = [Idle(connector.run({"kept": total}), _traffic(devices)) for _ in range(times)]
        for run in runs:
            _must_not_write(run.traffic)
    median = statistics.median_low(run.cost.seconds for run in runs)
    return next(run for run in runs if run.cost.seconds == median)


def _traffic(devices: Sequence[Device]) -> list[Traffic]:
    return [device.since_last() for device in devices]


def _must_not_write(traffic: Sequence[Traffic]) -> None:
    writes = [f"{call.method} {call.path}" for one in traffic for call in one.calls if call.is_write]
    if writes:
        raise BenchmarkError(f"a run with nothing to do wrote {writes}")


def _row(work: str, options: Options, found: Idle, most: float | None = None, most_kb: float | None = None) -> Row:
    """Return the row of one device; ``most`` requests and ``most_kb`` kilobytes are its goals."""
    (traffic,) = found.traffic
    figures = (
        Figure("requests", traffic.requests, "requests", goal=most),
        Figure("answers", traffic.size / 1000, "kB", goal=most_kb),
        Figure("time", found.cost.seconds, "s", floor=found.floor(options)),
    )
    return Row(work, figures)


def one_device(options: Options) -> Iterator[Row]:
    """Yield rows for 1 to 200 certificates on one device."""
    for count in options.sizes(1, 10, 200):
        yield _row(f"nothing to do, {count} on one device", options, idle(options, [Contents(count)]), 8)


def large_device(options: Options) -> Iterator[Row]:
    """Yield the row of a device that is mostly other people's."""
    certificates, servers = options.sizes((200, 100), (1990, 990))[-1]
    found = idle(options, [Contents(10, certificates, servers)])
    work = f"nothing to do, 10 of {certificates + 10:,} certificates and {servers + 10:,} virtual servers"
    yield _row(work, options, found, 12, 1000)


def fleet(options: Options) -> Iterator[Row]:
    """Yield the row of several devices."""
    count, machines = options.sizes((4, 2), (200, 10))[-1]
    found = idle(options, [Contents(count // machines)] * machines)
    requests = sum(one.requests for one in found.traffic)
    figures = (
        Figure("requests", requests, "requests"),
        Figure("time", found.cost.seconds, "s", found.floor(options), 3),
        Figure("CPU time", found.cost.cpu, "s"),
        Figure("memory", found.cost.peak / 1e6, "MB", goal=100),
    )
    yield Row(f"nothing to do, {count} on {machines} devices", figures)


def growth(options: Options) -> Iterator[Row]:
    """Yield rows for more and more certificates of ours, and more and more objects of others."""
    for count in options.sizes(10, 100, 1000):
        yield _row(f"growth: {count:,} of ours", options, idle(options, [Contents(count)]))
    first: Traffic | None = None
    for count in options.sizes(100, 1000, 5000):
        found = idle(options, [Contents(10, count, count // 2)])
        limits = (first.requests, first.size / 1000 * NO_GROWTH) if first else (None, None)
        first = first or found.traffic[0]
        yield _row(f"growth: 10 of ours, {count:,} foreign", options, found, *limits)
