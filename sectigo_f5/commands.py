"""What each command does with the jobs that were selected; returns the exit code."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5 import checking, fleet, output, overview, report, workflow
from sectigo_f5.acme import Authority
from sectigo_f5.bigip import BigIP
from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.fleet import Work
from sectigo_f5.installation import ServiceChange, old_entry
from sectigo_f5.model import Configuration, Job, Result, Settings, Word
from sectigo_f5.observed import Observation, Pair, of_stamp
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
    reason = session.arguments.reason or "unspecified"
    _confirm(session, f"revoke the certificate in service of {', '.join(job.label for job in session.jobs)}")

    def work(run: Run, f5: BigIP, job: Job) -> Result:
        _, pairs = _in_service(run, f5, job)
        copies = [(pair, run.state.kept_certificate(job, pair.generation)) for pair in pairs]
        without = [pair.generation.certificate for pair, copy in copies if copy is None]
        if without:
            raise ConnectorError(
                f"there is no copy of {', '.join(without)} under STATE_DIR/certificates, and the BIG-IP gives none; "
                "revoke it in Sectigo Certificate Manager by its serial number "
                f"{pairs[0].certificate.serial}"
            )
        run.authority.connect()
        run.authority.register()
        for pair, copy in copies:
            if copy is not None:
                run.authority.revoke(copy.certificate, reason)
                run.state.note_revoked(job, pair.generation, reason)
        logger.info("revoked (%s); it is served until the next run replaces it", reason)
        told = f"revoked at the CA ({reason}); it is served until the next run replaces it"
        return _result(job, f5, pairs, Word.REVOKED, told)

    return _finish(session, session.on_every_device(work))


def rollback(session: Session) -> int:
    """Put the previous key and certificate back in service."""

    def work(run: Run, f5: BigIP, job: Job) -> Result:
        seen, pairs = _in_service(run, f5, job)
        f5.must_be_active()
        previous = _previous(job, seen, pairs, run.clock())
        stamp = previous[0].generation.stamp
        copies = [run.state.kept_certificate(job, pair.generation) for pair in previous]
        change = ServiceChange(job, seen, tuple(old_entry(pair.entry) for pair in previous), ())
        run.state.note_roll_back(job, stamp)
        workflow.put_in_service(run, f5, change, [copy for copy in copies if copy])
        told = f"the generation {stamp} serves again; runs leave it until its renewal is due, or run --force"
        return _result(job, f5, previous, Word.ROLLED_BACK, told)

    return _finish(session, session.on_every_device(work))


TABLE: dict[str, Callable[[Session], int]] = {
    "run": run,
    "check": check,
    "plan": plan,
    "status": status,
    "revoke": revoke,
    "rollback": rollback,
}


def _in_service(run: Run, f5: BigIP, job: Job) -> tuple[Observation, tuple[Pair, ...]]:
    seen = f5.observe(job, run.managed)
    pairs = seen.in_service()
    if not pairs:
        raise ConnectorError(f"{job.profile} serves no certificate of ours; run `start_acme.py run` first")
    return seen, pairs


def _previous(job: Job, seen: Observation, pairs: tuple[Pair, ...], now: datetime) -> tuple[Pair, ...]:
    older = sorted({p.generation.stamp for p in seen.pairs if p.generation.stamp < pairs[0].generation.stamp})
    if not older:
        raise ConnectorError(f"there is no previous generation of {job.common_name} on the BIG-IP to go back to")
    found = of_stamp(seen.pairs, older[-1])
    expired = [p.certificate for p in found if p.certificate.not_after and p.certificate.not_after <= now]
    if expired:
        raise ConnectorError(
            f"the previous certificate {expired[0].path} expired; run `start_acme.py run --force` instead"
        )
    return found


def _result(job: Job, f5: BigIP, pairs: Sequence[Pair], word: Word, reason: str) -> Result:
    certificate = pairs[0].certificate
    servers = tuple(server.path for server in f5.virtual_servers(job))
    return Result(
        job.common_name,
        job.device.name,
        servers,
        word,
        reason,
        not_after=certificate.not_after,
        serial=certificate.serial,
    )


def _confirm(session: Session, what: str) -> None:
    if session.arguments.yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(f"to {what} needs a yes: add --yes")
    sys.stderr.write(f"Really {what}? It cannot be taken back. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ConfigurationError("nothing was revoked")


def _finish(session: Session, results: list[Result]) -> int:
    finished = session.run.clock()
    code = report.exit_code(results, session.configuration.mistakes)
    try:
        session.run.state.record(results, finished)
        if session.settings.metrics_file and not session.arguments.only:
            report.write_metrics(session.settings.metrics_file, results, finished, code)
    except ConnectorError as error:  # what was done is done, and is told all the same
        logger.warning("%s", error)
    _tell(session, results)
    return code


def _tell(session: Session, results: list[Result]) -> None:
    if session.arguments.json:
        output.say(report.to_json(session.started, session.run.clock(), results))
    elif not session.arguments.quiet or any(result.error for result in results):
        output.say(report.summary(results))
