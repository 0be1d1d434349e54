"""``check``: look at everything that a run needs, without writing anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup import acme_server, host
from sectigo_f5.checkup.certificate import Examination, examine
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import checklist, stdout
from sectigo_f5.report.looks import CERTIFICATE, DEVICE, Group, Level, Look, doubtful, well, worst, wrong
from sectigo_f5.report.results import EXIT_FAILED, as_json, exit_code
from sectigo_f5.run import Run
from sectigo_f5.state.remembered import pending_since, with_history

UNSAVED = "what an earlier run changed is not saved: a restart of the BIG-IP would undo it; the next run saves it"


def check(session: Session) -> int:
    """Check this host, the ACME server, every BIG-IP, and every certificate there; returns the exit code."""
    examined: dict[str, Examination] = {}

    def work(run: Run, f5: Unit, job: Job) -> Result:
        examined[job.label] = examine(run, f5, job)
        return _result(run, f5, job, examined[job.label])

    shared = [
        host.group(session.settings, session.configuration, session.jobs),
        acme_server.group(session.settings.account, session.run.authority, session.run.clock()),
    ]
    outcome = with_history(session.on_every_device(work), session.run.state.history.results())
    shared += _devices(session)
    code = exit_code(outcome, session.configuration.mistakes)
    code = code or (EXIT_FAILED if worst(shared) is Level.FAILED else 0)
    groups = [*shared, *(_certificate(result, examined.get(result.label)) for result in outcome)]
    if session.options.json:
        _print_json(session, outcome, groups, examined, code)
    else:
        style = checklist.style_for(sys.stdout, os.environ)
        options = session.options
        if text := checklist.to_text(groups, style, verbose=options.verbose, quiet=options.quiet):
            stdout.say(text)
    return code


def _result(run: Run, f5: Unit, job: Job, found: Examination) -> Result:
    """Return the result of a certificate; raises :class:`ConnectorError` if a run would fail."""
    if found.problems:
        raise ConnectorError("; ".join(found.problems))
    reason = f"TMOS {f5.release}, {', '.join(found.virtual_servers) or 'no virtual server'}"
    since = pending_since(run.state.orders, job, run.state.history.results().get(job.label))
    pending = (f"the CA has had an order since {since:%Y-%m-%d %H:%M} UTC and has not decided",) if since else ()
    return Result.of(job, Outcome.OK, reason, found.virtual_servers, notes=(*found.notes, *pending))


def _certificate(result: Result, found: Examination | None) -> Group:
    """Return what was looked at for a certificate, and what came of it besides."""
    looks = found.looks if found else ()
    known = [look.text for look in looks]
    more: list[Look] = [doubtful("note", note) for note in result.notes if note not in known]
    if result.error and not (found and found.problems):
        more.append(wrong("result", result.error))
    return Group(CERTIFICATE, result.label, (*looks, *more), result.reason)


def _devices(session: Session) -> list[Group]:
    devices = sorted({job.device.name for job in session.jobs})
    return [Group(DEVICE, name, (_saved(session, name),)) for name in devices]


def _saved(session: Session, name: str) -> Look:
    if session.run.state.unsaved.is_marked(name):
        return wrong("saved configuration", UNSAVED)
    return well("saved configuration", "no change of an earlier run is left to be saved")


def _print_json(
    session: Session, outcome: Iterable[Result], groups: Iterable[Group], examined: dict[str, Examination], code: int
) -> None:
    finished, checks = session.run.clock(), [entry for group in groups for entry in group.as_json()]
    entries = []
    for result in outcome:
        found = examined.get(result.label)
        problems = (found.problems if found else ()) or ([result.error] if result.error else [])
        entries.append({**as_json(result, finished), "problems": list(problems)})
    session.print_json(entries, finished, code, more={"checks": checks})
