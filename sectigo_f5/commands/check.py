"""``check``: try everything that a run needs, without writing anything."""

from __future__ import annotations

from sectigo_f5.bigip.challenges import doubts, validation_for
from sectigo_f5.bigip.obstacles import obstacles, profile_must_be_free
from sectigo_f5.bigip.permissions import missing_permissions
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.session import Session
from sectigo_f5.decision.takeover import losses
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import stdout
from sectigo_f5.report.results import EXIT_FAILED, exit_code
from sectigo_f5.run import CertificateAuthority, Run

PROBLEM = "problem"


def check(session: Session) -> int:
    """Check configuration, ACME account, and every certificate on its device; returns the exit code."""
    mistakes = session.configuration.mistakes
    lines = [_line("configuration", mistake, "") for mistake in mistakes]
    acme_problem, account = _account_of(session.run.authority)
    lines.append(_line("ACME server", acme_problem, f"the directory answers; {account}"))
    outcome = session.on_every_device(_check_one)
    lines += [_line(f"{r.common_name}@{r.device}", r.error, "; ".join((r.reason, *r.notes))) for r in outcome]
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
    problems, notes = missing_permissions(f5, job)
    servers: tuple[str, ...] = ()
    try:
        f5.must_be_active()
        seen = f5.observe(job, run.managed)
        servers = tuple(server.path for server in seen.virtual_servers)
        found = obstacles(f5, job, seen)
        problems += found.values()
        notes += losses(job, seen)
        profile_must_be_free(f5, seen)
        validation = validation_for(f5, job, seen.virtual_servers)
        notes += doubts(validation)
        plugin = run.authority.plugin_problem(validation)
        problems += [plugin] if plugin else []
    except ConnectorError as error:
        problems.append(str(error))
    if problems:
        raise ConnectorError("; ".join(problems))
    told = f"TMOS {f5.release}, {', '.join(servers) or 'no virtual server'}"
    return Result(job.common_name, job.device.name, servers, Outcome.KEPT, told, notes=tuple(notes))


def _line(what: str, problem: str | None, told: str) -> str:
    return f"{PROBLEM if problem else 'ok':<8} {what}: {problem or told}"
