"""``check``: try everything that a run needs, without writing anything."""

from __future__ import annotations

from collections.abc import Sequence

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.preparation import examine
from sectigo_f5.printable import one_line
from sectigo_f5.report import stdout
from sectigo_f5.report.results import EXIT_FAILED, Finding, as_json, exit_code
from sectigo_f5.run import CertificateAuthority, Run
from sectigo_f5.state.remembered import pending_since, with_history
from sectigo_f5.state.writable import problems_of_files

PROBLEM = "problem"
UNSAVED = "what an earlier run changed is not saved: a restart of the BIG-IP would undo it; the next run saves it"


def check(session: Session) -> int:
    """Check configuration, this machine, ACME account, and every certificate on its device; returns the exit code."""
    problems: dict[str, tuple[str, ...]] = {}

    def work(run: Run, f5: Unit, job: Job) -> Result:
        return _check_one(run, f5, job, problems)

    shared = [_authority(session.run.authority), *_machine(session), *_unsaved(session)]
    outcome = with_history(session.on_every_device(work), session.run.state.history.results())
    code = exit_code(outcome, session.configuration.mistakes)
    code = code or (EXIT_FAILED if any(finding.problem for finding in shared) else 0)
    if session.options.json:
        finished, more = session.run.clock(), {"checks": [finding.as_json() for finding in shared]}
        entries = [
            {**as_json(r, finished), "problems": problems.get(r.label) or ([r.error] if r.error else [])}
            for r in outcome
        ]
        session.print_json(entries, finished, code, more=more)
    else:
        _print(session, shared, outcome)
    return code


def _check_one(run: Run, f5: Unit, job: Job, problems: dict[str, tuple[str, ...]]) -> Result:
    found = examine(run, f5, job)
    problems[job.label] = found.problems
    if found.problems:
        raise ConnectorError("; ".join(found.problems))
    reason = f"TMOS {f5.release}, {', '.join(found.virtual_servers) or 'no virtual server'}"
    since = pending_since(run.state.orders, job, run.state.history.results().get(job.label))
    pending = (f"the CA has had an order since {since:%Y-%m-%d %H:%M} UTC and has not decided",) if since else ()
    return Result.of(job, Outcome.OK, reason, found.virtual_servers, notes=(*found.notes, *pending))


def _authority(authority: CertificateAuthority) -> Finding:
    """Say whether the ACME server answers, and what our account is there."""
    try:
        authority.connect()
        text = f"the directory answers; {authority.account_status()}"
    except ConnectorError as error:
        return Finding("ACME server", str(error))
    return Finding("ACME server", authority.account_problem(), text)


def _machine(session: Session) -> list[Finding]:
    return [Finding(name, problem) for name, problem in problems_of_files(session.settings).items()]


def _unsaved(session: Session) -> list[Finding]:
    devices = sorted({job.device.name for job in session.jobs})
    return [Finding(name, UNSAVED) for name in devices if session.run.state.unsaved.is_marked(name)]


def _print(session: Session, shared: Sequence[Finding], outcome: Sequence[Result]) -> None:
    """Print a line for each mistake and certificate, the ACME server, and what else is wrong."""
    told = [finding for finding in shared if finding.problem or finding.what == "ACME server"]
    lines = [_line("configuration", True, mistake) for mistake in session.configuration.mistakes]
    lines += [_line(finding.what, bool(finding.problem), finding.sentence) for finding in told]
    lines += [_line(r.label, bool(r.error), "; ".join((r.error or r.reason, *r.notes))) for r in outcome]
    if shown := [line for line in lines if not session.options.quiet or line.startswith(PROBLEM)]:
        stdout.say("\n".join(shown))


def _line(what: str, is_wrong: bool, sentence: str) -> str:
    return f"{PROBLEM if is_wrong else 'ok':<8} " + one_line(f"{what}: {sentence}")
