"""``check``: try everything that a run needs, without writing anything."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sectigo_f5 import fleet, output, report
from sectigo_f5.acme import Authority
from sectigo_f5.bigip import BigIP
from sectigo_f5.challenges import doubts, validation_for
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration, Job, Result, Word
from sectigo_f5.neighbours import losses
from sectigo_f5.obstacles import obstacles, profile_must_be_free
from sectigo_f5.permissions import missing_permissions
from sectigo_f5.workflow import Run

PROBLEM = "problem"


def check(
    configuration: Configuration, jobs: Sequence[Job], run: Run, authority: Authority, arguments: argparse.Namespace
) -> int:
    """Check configuration, ACME account, and every certificate on its device; returns the exit code."""
    said = [_line("configuration", mistake, "") for mistake in configuration.mistakes]
    acme_problem, account = _account_of(authority)
    said.append(_line("ACME server", acme_problem, f"the directory answers; {account}"))

    def work(_: Run, f5: BigIP, job: Job) -> Result:
        return _check_one(f5, job, run, authority)

    results = fleet.on_every_device(run, jobs, work, arguments.jobs)
    said += [_line(f"{r.common_name}@{r.device}", r.error, "; ".join((r.reason, *r.notes))) for r in results]
    if shown := [line for line in said if not arguments.quiet or line.startswith(PROBLEM)]:
        output.say("\n".join(shown))
    code = report.exit_code(results, configuration.mistakes)
    return code or (report.EXIT_FAILED if acme_problem else 0)


def _account_of(authority: Authority) -> tuple[str | None, str]:
    """Return what is wrong with the ACME server or our account there, and what is right."""
    try:
        authority.connect()
        return None, authority.account_status()
    except ConnectorError as error:
        return str(error), ""


def _check_one(f5: BigIP, job: Job, run: Run, authority: Authority) -> Result:
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
        plugin = authority.plugin_problem(validation)
        problems += [plugin] if plugin else []
    except ConnectorError as error:
        problems.append(str(error))
    if problems:
        raise ConnectorError("; ".join(problems))
    told = f"TMOS {f5.release}, {', '.join(servers) or 'no virtual server'}"
    return Result(job.common_name, job.device.name, servers, Word.KEPT, told, notes=tuple(notes))


def _line(what: str, problem: str | None, told: str) -> str:
    return f"{PROBLEM if problem else 'ok':<8} {what}: {problem or told}"
