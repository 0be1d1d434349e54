"""The inventory of a large BIG-IP: what reading it takes of requests, time and memory, without the network."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timezone

from benchmarks.measuring import BenchmarkError
from benchmarks.options import Options
from benchmarks.table import Figure, Row
from sectigo_f5.inventory.reading import Survey
from tests.support.fake_device import large_device

MEGABYTES = {5000: 16}  # the goal
REQUESTS = {5000: 60}


def inventory(options: Options) -> Iterator[Row]:
    """Yield a row for devices of several sizes, where every certificate is on a virtual server of its own."""
    for size in options.sizes(1000, 5000):
        device, begun = large_device(size), time.process_time()
        _read(size, Survey(device.unit(), datetime.now(timezone.utc)))
        seconds = time.process_time() - begun
        figures = (
            Figure("requests", len(device.asked), "requests", goal=REQUESTS.get(size)),
            Figure("CPU time", seconds, "s"),
            Figure("memory", _peak(size) / 1e6, "MB", goal=MEGABYTES.get(size)),
        )
        yield Row(f"the inventory of {size:,} certificates", figures)


def _peak(size: int) -> int:
    """Return the bytes that are held at most, besides the program."""
    device = large_device(size)
    tracemalloc.start()
    try:
        _read(size, Survey(device.unit(), datetime.now(timezone.utc)))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _read(size: int, survey: Survey) -> None:
    found = sum(1 for _ in survey.items())
    if found != size:
        raise BenchmarkError(f"{found} of {size} certificates were found")
