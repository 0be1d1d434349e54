"""What the connector costs before it asks anybody: its start, and reading its configuration."""

from __future__ import annotations

import functools
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import BenchmarkError, run
from benchmarks.options import Options
from benchmarks.scene.connector import START, Connector, certificate
from benchmarks.table import Figure, Row

TIMES = 5
NOBODY = "nobody.example.net"


@functools.cache
def _python() -> float:
    """Return the CPU seconds of a Python that does nothing."""
    return _median("-c", "pass")


@functools.cache
def start_up() -> float:
    """Return the CPU seconds of ``start_acme.py --version``: the least that a run needs before it asks anybody."""
    return _median(str(START), "--version")


def _median(*arguments: str) -> float:
    return statistics.median(run([sys.executable, *arguments]).cpu for _ in range(TIMES))


def start(options: Options) -> Iterator[Row]:
    """Yield the rows of ``--version`` and ``--help``, and of many YAML files."""
    yield Row("--version", (Figure("CPU time", start_up(), "s", _python(), 0.15),))
    yield Row("--help", (Figure("CPU time", _median(str(START), "--help"), "s", _python(), 0.15),))
    (*_, count) = options.sizes(10, 1000)
    with tempfile.TemporaryDirectory() as folder:
        connector = Connector.install(Path(folder) / "connector", None, "http://127.0.0.1:1/directory")
        for number in range(count):
            connector.write(f"site{number}", _file(number))
        cost = connector.call("plan", "--only", NOBODY, code=2)  # it ends as soon as everything is read and checked
    if "matches no certificate" not in cost.errors:
        raise BenchmarkError(f"the files were not read: {cost.errors[-2000:]}")
    figures = (Figure("time", cost.seconds, "s", start_up(), 2), Figure("memory", cost.peak / 1e6, "MB", goal=150))
    yield Row(f"{count:,} certificates in as many YAML files read", figures)


def _file(number: int) -> dict[str, object]:
    """Return a file with one certificate on one of a hundred devices."""
    device = {
        "name": f"bigip{number % 100}",
        "host": f"192.0.2.{number % 100}",
        "username": "admin",
        "password": "not-this-one",
    }
    wanted = certificate(f"www{number}.example.com", f"vs_{number}")
    return {"name": f"site{number}", "version": "v1", "devices": [{**device, **wanted}]}
