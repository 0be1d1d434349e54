"""``check``: look at everything that a run needs, without writing anything."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence

from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup import acme_server, device, host
from sectigo_f5.checkup.certificate import Examination, examine
from sectigo_f5.checkup.repetitions import RESULT, Told
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import checklist, stdout
from sectigo_f5.report.looks import CERTIFICATE, Group, Level, doubtful, worst, wrong
from sectigo_f5.report.results import EXIT_FAILED, as_json, exit_code
from sectigo_f5.run import Run
from sectigo_f5.state.remembered import pending_since, with_history
from sectigo_f5.visits.visit import failed

logger = logging.getLogger(__name__)

Examined = Mapping[str, Examination]  # by certificate


def check(session: Session) -> int:
    """Check this host, the ACME server, every BIG-IP, and every certificate there; returns the exit code."""
    run, examined = session.run, dict[str, Examination]()
    devices = dict[str, list[Group]]()  # by the first certificate of a login

    def met(run: Run, jobs: Sequence[Job], found: HaGroup | Exception) -> None:
        devices[jobs[0].label] = device.groups(run, jobs, found)

    def work(run: Run, f5: Unit, job: Job) -> Result:
        examined[job.label] = examine(run, f5, job)
        return _result(run, f5, job, examined[job.label])

    groups = [
        host.group(session.settings, session.configuration, session.jobs, run.authority),
        acme_server.group(session.settings.account, run.authority, run.clock()),
    ]
    outcome = with_history(session.on_every_device(work, met), run.state.history.results())
    groups += [group for job in session.jobs for group in devices.get(job.label, ())]
    code = exit_code(outcome, session.configuration.mistakes)
    code = code or (EXIT_FAILED if worst(groups) is Level.FAILED else 0)
    told = Told(groups)
    groups += [told.once(_certificate(result, examined.get(result.label)), result.device) for result in outcome]
    _print(session, outcome, groups, examined, code)
    return code


def _result(run: Run, f5: Unit, job: Job, found: Examination) -> Result:
    """Return the result of a certificate; raises :class:`ConnectorError` if the BIG-IP could not be read.

    Whatever else is wrong, what was read of it still counts for the next certificate.
    """
    if found.problems:
        error = ConnectorError("; ".join(found.problems))
        if not found.is_complete:
            raise error
        logger.error("%s", error)
        return failed(job, error)
    reason = f"TMOS {f5.release}, {', '.join(found.virtual_servers) or 'no virtual server'}"
    since = pending_since(run.state.orders, job, run.state.history.results().get(job.label))
    pending = (f"the CA has had an order since {since:%Y-%m-%d %H:%M} UTC and has not decided",) if since else ()
    return Result.of(job, Outcome.OK, reason, found.virtual_servers, notes=(*found.notes, *pending))


def _certificate(result: Result, found: Examination | None) -> Group:
    """Return what was looked at for a certificate, and what came of it besides."""
    looks = found.looks if found else ()
    known = {look.text for look in looks}
    more = [doubtful("note", note) for note in result.notes if note not in known]
    if result.error and not (found and found.problems):
        more.append(wrong(RESULT, result.error))
    return Group(CERTIFICATE, result.label, (*looks, *more), result.reason)


def _print(session: Session, outcome: Sequence[Result], groups: Sequence[Group], examined: Examined, code: int) -> None:
    options = session.options
    if options.json:
        finished, checks = session.run.clock(), [entry for group in groups for entry in group.as_json()]
        entries = [{**as_json(r, finished), "problems": _problems(r, examined.get(r.label))} for r in outcome]
        session.print_json(entries, finished, code, more={"checks": checks})
        return
    style = checklist.style_for(sys.stdout, os.environ)
    if text := checklist.to_text(groups, style, verbose=options.verbose, quiet=options.quiet):
        stdout.say(text)


def _problems(result: Result, found: Examination | None) -> list[str]:
    known = list(found.problems) if found else []
    return known or ([result.error] if result.error else [])
