"""What every command works with, and how a command that acts ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sectigo_f5 import fleet, log, monitoring
from sectigo_f5.commands.options import Options
from sectigo_f5.figures import Timed
from sectigo_f5.model import Configuration, Job, Outcome, Result, Settings
from sectigo_f5.notifications.news import Ended
from sectigo_f5.report import live, results, stdout
from sectigo_f5.report.answer import Answer, Json
from sectigo_f5.report.metrics.known import End
from sectigo_f5.report.metrics.known import Work as Done
from sectigo_f5.report.summary import headline, summary
from sectigo_f5.run import Run
from sectigo_f5.state.remembered import with_history
from sectigo_f5.visits.saving import UNTOUCHED
from sectigo_f5.visits.visit import Met, Work


@dataclass(frozen=True)
class Session:
    """Everything a command works with."""

    options: Options
    settings: Settings
    configuration: Configuration
    jobs: tuple[Job, ...]
    run: Run
    started: datetime
    ended: list[Ended] = field(default_factory=list)  # who is told of it is told when the lock is free

    def on_every_device(self, work: Work, met: Met | None = None) -> list[Result]:
        """Do ``work`` for the selected jobs, as many at a time as ``--jobs`` says; ``met`` is told of each login."""
        with live.shown(self.options.quiet) as progress:
            timed = Timed(progress, self.run.figures, self.run.clock)
            run = replace(self.run, progress=timed)
            return fleet.on_every_device(run, self.jobs, work, self.options.jobs, met)

    def finish(self, outcome: list[Result]) -> int:
        """Record and print the results of a command that acts; returns the exit code."""
        finished = self.run.clock()
        outcome = _with_problem(outcome, self.run.recorder.problem)
        code = results.exit_code(outcome, self.configuration.mistakes)
        history = self.run.state.history.record(outcome, finished, of_run=self.options.command == "run")
        outcome = with_history(outcome, history)
        done = Done(finished - self.started, outcome, self.run.figures.durations)
        end = End(finished, code, done) if self.options.is_complete_run else None
        command = monitoring.Command(self.configuration, self.run.state, self.options.shard, outcome, self.run)
        monitoring.note_in_metrics(self.settings.metrics_file, command, history, end)
        self.print_results(outcome, finished)
        self.ended.append(self._ended(outcome, finished, code))
        return code

    def _ended(self, outcome: list[Result], finished: datetime, code: int) -> Ended:
        read = self.configuration
        labels = None if read.mistakes else frozenset(job.label for job in read.jobs)
        of_run, complete = self.options.command == "run", self.options.is_complete_run
        return Ended(code, finished, outcome, read.mistakes, labels, of_run, complete)

    def print_results(self, outcome: list[Result], finished: datetime) -> None:
        """Print the summary or the JSON object."""
        if self.options.json:
            code = results.exit_code(outcome, self.configuration.mistakes)
            self.print_json([results.as_json(result, finished) for result in outcome], finished, code)
        elif not self.options.quiet or self.configuration.mistakes or any(result.error for result in outcome):
            stdout.say(summary(outcome, finished, self.configuration.mistakes, self.options.quiet))
        elif log.are_held():  # cron mails them; they follow
            stdout.say(f"{headline(outcome)}, with warnings")

    def print_json(
        self,
        entries: Sequence[Json],
        finished: datetime,
        code: int,
        errors: Sequence[str] = (),
        more: Json | None = None,
    ) -> None:
        """Print the one object of ``--json``; ``more`` is what only this command says."""
        stdout.say(self.answer(entries, finished, code, errors, more).to_json())

    def answer(
        self,
        entries: Sequence[Json],
        finished: datetime,
        code: int,
        errors: Sequence[str] = (),
        more: Json | None = None,
    ) -> Answer:
        """Return the object of ``--json``."""
        errors = (*self.configuration.mistakes, *errors)
        more = {**self.options.shard_field, **(more or {})}
        return Answer(self.options.command, self.started, finished, code, entries, errors, more)


def _with_problem(outcome: list[Result], problem: str | None) -> list[Result]:
    """Have each certificate fail whose change the trail may not tell of: all of them, if none was changed itself."""
    if problem is None:
        return outcome
    every = all(each.outcome in UNTOUCHED for each in outcome)
    return [_untold(each, problem) if every or each.outcome not in UNTOUCHED else each for each in outcome]


def _untold(result: Result, problem: str) -> Result:
    if result.outcome in (Outcome.FAILED, Outcome.SKIPPED):
        return result
    return replace(
        result, outcome=Outcome.FAILED, error=f"{result.outcome}, but perhaps the trail has no line of it: {problem}"
    )
