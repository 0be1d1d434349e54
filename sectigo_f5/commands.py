"""What each command does with the jobs that were selected; returns the exit code."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5 import checking, fleet, log, output, overview, report, reversal, workflow
from sectigo_f5.acme import Authority
from sectigo_f5.bigip import BigIP
from sectigo_f5.challenges import validation_for
from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.fleet import Work
from sectigo_f5.model import Configuration, Job, Result, Settings, Word
from sectigo_f5.workflow import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """Everything a command works with."""

    arguments: argparse.Namespace
    settings: Settings
    configuration: Configuration
    jobs: tuple[Job, ...]
    run: Run
    authority: Authority
    started: datetime

    def on_every_device(self, work: Work) -> list[Result]:
        """Do ``work`` for the selected jobs, as many devices at a time as ``--jobs`` says."""
        return fleet.on_every_device(self.run, self.jobs, work, self.arguments.jobs)


def run(session: Session) -> int:
    """Bring everything up to date."""
    return _finish(session, session.on_every_device(workflow.keep_alive))


def plan(session: Session) -> int:
    """Say what ``run`` would do, and why; reads only."""

    def work(run: Run, f5: BigIP, job: Job) -> Result:
        seen, decided = workflow.look(run, f5, job)
        if decided.word is not Word.KEPT:
            workflow.must_be_possible(f5, job, seen)
        if decided.issues:
            validation_for(f5, job, seen.virtual_servers)
        return workflow.result_of(job, decided, seen)

    results = session.on_every_device(work)
    if not session.arguments.json and not session.arguments.quiet:
        output.say("what a run would do now:")
    _tell(session, results)
    return report.exit_code(results, session.configuration.mistakes)


def check(session: Session) -> int:
    """Try everything that a run needs, without writing."""
    return checking.check(session.configuration, session.jobs, session.run, session.authority, session.arguments)


def status(session: Session) -> int:
    """List every managed certificate, and those beside them that are not ours."""
    return overview.status(session.configuration, session.jobs, session.run, session.arguments, session.started)


def revoke(session: Session) -> int:
    """Revoke the certificates in service at the CA; the next run replaces them."""
    reason, asked = session.arguments.reason or "unspecified", set[tuple[str, str]]()

    def work(run: Run, f5: BigIP, job: Job) -> Result:
        asked.add((job.common_name, job.device.name))
        return reversal.revoke(run, f5, job, reason)

    results = {(result.common_name, result.device): result for result in session.on_every_device(work)}
    for job in session.jobs:
        label = (job.common_name, job.device.name)
        if label not in asked and not session.run.stop.is_set():
            results[label] = _revoke_unasked(session.run, job, reason, results[label])
    return _finish(session, list(results.values()))


def _revoke_unasked(run: Run, job: Job, reason: str, refused: Result) -> Result:
    with log.about(job.label):
        try:
            return reversal.revoke_last_known(run, job, reason, refused.error or refused.reason)
        except ConnectorError as error:
            logger.error("%s", error)
            return fleet.failed(job, error)


def rollback(session: Session) -> int:
    """Put the previous key and certificate back in service."""
    return _finish(session, session.on_every_device(reversal.roll_back))


TABLE: dict[str, Callable[[Session], int]] = {
    "run": run,
    "check": check,
    "plan": plan,
    "status": status,
    "revoke": revoke,
    "rollback": rollback,
}


def ask_first(arguments: argparse.Namespace, jobs: Sequence[Job]) -> None:
    """Ask for a yes where there is no way back; raises :class:`ConfigurationError` without it.

    Before the lock is taken: a question that nobody answers must not keep runs from renewing.
    """
    if arguments.command != "revoke" or arguments.yes:
        return
    what = f"revoke the certificate in service of {', '.join(job.label for job in jobs)}"
    if not sys.stdin.isatty():
        raise ConfigurationError(f"to {what} needs a yes: add --yes")
    sys.stderr.write(f"Really {what}? It cannot be taken back. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ConfigurationError("nothing was revoked")


def _finish(session: Session, results: list[Result]) -> int:
    finished = session.run.clock()
    code = report.exit_code(results, session.configuration.mistakes)
    _write_down(lambda: session.run.state.record(results, finished))
    metrics = session.settings.metrics_file
    if metrics and not session.arguments.only:
        _write_down(lambda: report.write_metrics(metrics, results, finished, code))
    _tell(session, results)
    return code


def _write_down(write: Callable[[], None]) -> None:
    """Keep a file about the run; what was done is done, and is told all the same where it cannot be written."""
    try:
        write()
    except ConnectorError as error:
        logger.warning("%s", error)


def _tell(session: Session, results: list[Result]) -> None:
    if session.arguments.json:
        output.say(report.to_json(session.started, session.run.clock(), results))
    elif not session.arguments.quiet or any(result.error for result in results):
        output.say(report.summary(results))
