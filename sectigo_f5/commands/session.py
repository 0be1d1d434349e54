"""What every command works with, and how a command that acts ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5 import fleet
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration, Job, Result, Settings
from sectigo_f5.report import metrics, results, stdout
from sectigo_f5.run import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """The command line, parsed; the help text in docs/operations.md explains each."""

    command: str = "run"
    config_dir: Path = Path("/etc/sectigo")
    env_file: Path | None = None
    only: tuple[str, ...] = ()
    jobs: int = 4
    log_level: str | None = None
    quiet: bool = False
    json: bool = False
    force: bool = False
    html: Path | None = None
    reason: str | None = None
    yes: bool = False


@dataclass(frozen=True)
class Session:
    """Everything a command works with."""

    options: Options
    settings: Settings
    configuration: Configuration
    jobs: tuple[Job, ...]
    run: Run
    started: datetime

    def on_every_device(self, work: fleet.Work) -> list[Result]:
        """Do ``work`` for the selected jobs, on as many devices at a time as ``--jobs`` says."""
        return fleet.on_every_device(self.run, self.jobs, work, self.options.jobs)

    def finish(self, outcome: list[Result]) -> int:
        """Record and print the results of a command that acts; returns the exit code."""
        self.run.stop.set()  # nothing is left to stop, and a signal would only lose the results
        finished = self.run.clock()
        code = results.exit_code(outcome, self.configuration.mistakes)
        _write_down(lambda: self.run.state.history.record(outcome, finished))
        file = self.settings.metrics_file
        if file and not self.options.only:
            _write_down(lambda: metrics.write_metrics(file, outcome, finished, code))
        self.print_results(outcome)
        return code

    def print_results(self, outcome: list[Result]) -> None:
        """Print the summary or the JSON object."""
        if self.options.json:
            stdout.say(results.to_json(self.started, self.run.clock(), outcome))
        elif not self.options.quiet or any(result.error for result in outcome):
            stdout.say(results.summary(outcome))


def _write_down(write: Callable[[], None]) -> None:
    """Write a file about the run; if it cannot be written, the results are printed all the same."""
    try:
        write()
    except ConnectorError as error:
        logger.warning("%s", error)
