"""Programs, and what they cost: seconds, CPU seconds with all that they start, and memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = len(os.sched_getaffinity(0))


class BenchmarkError(Exception):
    """What was measured is not what should have been measured."""


@dataclass(frozen=True)
class Cost:
    """What one program cost, and what it wrote."""

    seconds: float
    cpu: float  # seconds, of itself and of the programs that it started and waited for
    peak: float  # bytes of memory, of the largest single process
    out: str
    errors: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, code: int = 0) -> Cost:
    """Run a program from nothing to its end; raises :class:`BenchmarkError` if it does not end with this exit code."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # Ctrl-C reaches it, too; it clears up what it began
            process.terminate()
            process.wait()
            raise
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    if process.returncode != code:
        shown = "\n".join(text[-3000:] for text in texts)
        raise BenchmarkError(f"{Path(command[1]).name} ended with exit code {process.returncode}:\n{shown}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, *texts)


def together(costs: Sequence[Cost]) -> Cost:
    """Return what programs cost that ran one after the other."""
    seconds, cpu = sum(cost.seconds for cost in costs), sum(cost.cpu for cost in costs)
    return Cost(seconds, cpu, max(cost.peak for cost in costs), "", "")
