"""``check``: try everything that a run needs, without writing anything."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from sectigo_f5 import fleet, report
from sectigo_f5.acme import Authority
from sectigo_f5.bigip import BigIP
from sectigo_f5.challenges import doubts, validation_for
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration, Job, Result, Word
from sectigo_f5.neighbours import losses
from sectigo_f5.obstacles import obstacles, profile_must_be_free
from sectigo_f5.permissions import missing_permissions
from sectigo_f5.workflow import Run

logger = logging.getLogger(__name__)


def check(configuration: Configuration, jobs: Sequence[Job], run: Run, authority: Authority, parallel: int) -> int:
    """Check configuration, ACME directory, and every certificate on its device; returns the exit code."""
    said = [f"problem  configuration: {mistake}" for mistake in configuration.mistakes]
    acme_problem = _directory_problem(authority)
    said.append(
        f"problem  ACME server: {acme_problem}" if acme_problem else "ok       ACME server: the directory answers"
    )

    def work(_: Run, f5: BigIP, job: Job) -> Result:
        return _check_one(f5, job, run, authority)

    results = fleet.on_every_device(run, jobs, work, parallel)
    said += [_line(result) for result in results]
    sys.stdout.write("\n".join(said) + "\n")
    code = report.exit_code(results, configuration.mistakes)
    return code or (report.EXIT_FAILED if acme_problem else 0)


def _directory_problem(authority: Authority) -> str | None:
    try:
        authority.connect()
    except ConnectorError as error:
        return str(error)
    return None


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
    told = f"TMOS {f5.release}, {len(servers)} virtual servers"
    return Result(job.common_name, job.device.name, servers, Word.KEPT, told, notes=tuple(notes))


def _line(result: Result) -> str:
    notes = "".join(f"; {note}" for note in result.notes)
    word = "problem" if result.error else "ok"
    return f"{word:<8} {result.common_name}@{result.device}: {result.error or result.reason}{notes}"
