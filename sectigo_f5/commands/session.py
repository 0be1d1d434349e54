"""What every command works with, and how a command that acts ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sectigo_f5 import fleet
from sectigo_f5.commands.options import Options
from sectigo_f5.configuration.shards import Shard, in_shard
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration, Job, Result, Settings
from sectigo_f5.report import live, results, stdout
from sectigo_f5.report.answer import Answer, Json
from sectigo_f5.report.metrics import Known, write_metrics
from sectigo_f5.run import Run
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.remembered import from_history, with_history
from sectigo_f5.visits.visit import Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """Everything a command works with."""

    options: Options
    settings: Settings
    configuration: Configuration
    jobs: tuple[Job, ...]
    run: Run
    started: datetime

    def on_every_device(self, work: Work) -> list[Result]:
        """Do ``work`` for the selected jobs, as many at a time as ``--jobs`` says."""
        with live.shown(self.options.quiet) as progress:
            return fleet.on_every_device(replace(self.run, progress=progress), self.jobs, work, self.options.jobs)

    def finish(self, outcome: list[Result]) -> int:
        """Record and print the results of a command that acts; returns the exit code."""
        finished = self.run.clock()
        code = results.exit_code(outcome, self.configuration.mistakes)
        history = self.run.state.history.record(outcome, finished, of_run=self.options.command == "run")
        outcome = with_history(outcome, history)
        ended = (finished, code) if self.options.is_complete_run else None
        note_in_metrics(self.settings.metrics_file, outcome, history, self.configuration, ended, self.options.shard)
        self.print_results(outcome, finished)
        return code

    def print_results(self, outcome: list[Result], finished: datetime) -> None:
        """Print the summary or the JSON object."""
        if self.options.json:
            code = results.exit_code(outcome, self.configuration.mistakes)
            self.print_json([results.as_json(result, finished) for result in outcome], finished, code)
        elif not self.options.quiet or any(result.error for result in outcome):
            stdout.say(results.summary(outcome))

    def print_json(
        self,
        entries: Sequence[Json],
        finished: datetime,
        code: int,
        errors: Sequence[str] = (),
        more: Json | None = None,
    ) -> None:
        """Print the one object of ``--json``; ``more`` is what only this command says."""
        errors = (*self.configuration.mistakes, *errors)
        more = {**self.options.shard_field, **(more or {})}
        stdout.say(Answer(self.options.command, self.started, finished, code, entries, errors, more).to_json())


def note_in_metrics(
    file: Path | None,
    outcome: Sequence[Result],
    history: Mapping[str, LastResult],
    configuration: Configuration | None,
    ended: tuple[datetime, int] | None,
    shard: Shard | None,
) -> None:
    """Write the file, if there is to be one; if that fails, it is a warning: monitoring never costs a certificate.

    ``configuration`` is None if it could not be read; ``ended`` is the end of a complete run, and its exit code.
    A certificate that now belongs to another shard is left out.
    """
    if file is None:
        return
    jobs = configuration.jobs if configuration else ()
    configured = frozenset(job.label for job in in_shard(shard, jobs, jobs))
    elsewhere = frozenset(job.label for job in jobs) - configured
    complete = configuration is not None and not configuration.mistakes
    known = Known(outcome, from_history(history), configured, complete, elsewhere)
    try:
        write_metrics(file, known, ended, str(shard.index) if shard else "")
    except ConnectorError as error:
        logger.warning("METRICS_FILE: %s", error)
