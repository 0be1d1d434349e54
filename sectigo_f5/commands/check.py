"""``check``: try everything that a run needs, without writing anything."""

from __future__ import annotations

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.preparation import examine
from sectigo_f5.report import stdout
from sectigo_f5.report.results import EXIT_FAILED, exit_code
from sectigo_f5.run import CertificateAuthority, Run

PROBLEM = "problem"


def check(session: Session) -> int:
    """Check configuration, ACME account, and every certificate on its device; returns the exit code."""
    mistakes = session.configuration.mistakes
    lines = [_line("configuration", True, mistake) for mistake in mistakes]
    acme_problem, account = _account_of(session.run.authority)
    lines.append(_line("ACME server", bool(acme_problem), acme_problem or f"the directory answers; {account}"))
    outcome = session.on_every_device(_check_one)
    lines += [_line(r.label, bool(r.error), "; ".join((r.error or r.reason, *r.notes))) for r in outcome]
    if shown := [line for line in lines if not session.options.quiet or line.startswith(PROBLEM)]:
        stdout.say("\n".join(shown))
    code = exit_code(outcome, mistakes)
    return code or (EXIT_FAILED if acme_problem else 0)


def _account_of(authority: CertificateAuthority) -> tuple[str | None, str]:
    """Return what is wrong with the ACME server or our account there, and what is right."""
    try:
        authority.connect()
        return None, authority.account_status()
    except ConnectorError as error:
        return str(error), ""


def _check_one(run: Run, f5: Unit, job: Job) -> Result:
    found = examine(run, f5, job)
    if found.problems:
        raise ConnectorError("; ".join(found.problems))
    reason = f"TMOS {f5.release}, {', '.join(found.virtual_servers) or 'no virtual server'}"
    return Result.of(job, Outcome.KEPT, reason, found.virtual_servers, notes=found.notes)


def _line(what: str, is_wrong: bool, sentence: str) -> str:
    return f"{PROBLEM if is_wrong else 'ok':<8} {what}: {sentence}"
