"""``status``: every managed certificate, and the unmanaged ones beside them, or on the whole device."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed
from sectigo_f5.commands.session import Session
from sectigo_f5.commands.status import rows as row_of
from sectigo_f5.commands.status.whole_device import in_use
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import live, stdout
from sectigo_f5.report.results import Finding, exit_code
from sectigo_f5.report.status import attention, plain
from sectigo_f5.report.status.rows import Row, as_json
from sectigo_f5.run import Run

logger = logging.getLogger(__name__)


def status(session: Session) -> int:
    """Print the table, or JSON, and write the HTML page that was asked for; returns the exit code."""
    run, options = session.run, session.options
    rows, outcome = _seen(session)
    ordered, told = attention.ordered(rows, run.clock()), _told(run, outcome)
    if not options.json:
        _print(ordered, told, run.clock(), options.quiet)
    mistakes = _page(session, options.html, ordered, told) if options.html else []
    code = exit_code(outcome, (*session.configuration.mistakes, *mistakes))
    if options.json:
        others = {"unmanaged": as_json(ordered, managed=False), "checks": [finding.as_json() for finding in told]}
        session.print_json(as_json(ordered, managed=True), run.clock(), code, mistakes, others)
    return code


def _seen(session: Session) -> tuple[list[Row], list[Result]]:
    """Look at every device; returns the rows, and how the looks went."""
    history, rows, whole = session.run.state.history.results(), list[Row](), set[str]()

    def work(run: Run, f5: Unit, job: Job) -> Result:
        if session.options.all and job.device.name not in whole:
            rows.extend(in_use(f5, job.device.name, _ours(run, job), run.clock()))
            whole.add(job.device.name)
        seen = believed(run, observe(f5, job, run.managed))
        rows.append(row_of.managed(run, seen, history.get(job.label)))
        rows.extend(row_of.unmanaged(seen, run.clock()))
        return Result.of(job, Outcome.KEPT, "read")

    outcome = session.on_every_device(work)
    errors = {result.label: result.error for result in outcome if result.error}
    unread = [job for job in session.jobs if job.label in errors]
    rows += [row_of.unread(session.run, job, history.get(job.label), errors[job.label]) for job in unread]
    return row_of.merged(rows), outcome


def _ours(run: Run, job: Job) -> Iterable[str]:
    """Return the profiles of all that is configured for a BIG-IP, selected or not."""
    return (path for each in run.configured if each.device.name == job.device.name for path in each.profiles)


def _print(rows: Sequence[Row], told: Sequence[Finding], now: datetime, quiet: bool) -> None:
    """Print the table and what is to be said of all; with ``quiet`` only what is wrong with what is ours."""
    if quiet:
        rows = [row for row in rows if row.managed and attention.level(row, now) in attention.WRONG]
    below = "\n".join(f"{finding.what}: {finding.sentence}" for finding in told)
    if not quiet or rows or any(finding.problem for finding in told):
        stdout.say(_table(rows, now) + (f"\n\n{below}" if told else ""))


def _table(rows: Sequence[Row], now: datetime) -> str:
    if not live.is_for(sys.stdout, os.environ):
        return plain.to_text(rows)
    from sectigo_f5.report.status.terminal import to_terminal  # noqa: PLC0415  # rich takes 50 ms, which no pipe pays

    colours = not os.environ.get("NO_COLOR")  # https://no-color.org
    return to_terminal(rows, now, shutil.get_terminal_size().columns, colours)


def _told(run: Run, outcome: Iterable[Result]) -> list[Finding]:
    """Return what is wrong with the ACME account, and what is to be said of a whole device."""
    problem = run.authority.account_problem()
    remarks = dict.fromkeys((result.device, note) for result in outcome for note in result.notes)
    of_devices = [Finding(device, None, note) for device, note in remarks]
    return [Finding("ACME account", problem), *of_devices] if problem else of_devices


def _page(session: Session, file: Path, rows: Sequence[Row], told: Sequence[Finding]) -> list[str]:
    """Write the HTML page; returns the mistake if that is not possible."""
    from sectigo_f5.report.page.rendering import About, render  # noqa: PLC0415  # Jinja2 takes as long as rich
    from sectigo_f5.report.page.writing import write_page  # noqa: PLC0415

    options = session.options
    about = About(
        made=session.run.clock(),
        configuration=options.config_dir,
        whole_devices=options.all,
        selection=(*options.only, *((f"shard {options.shard}",) if options.shard else ())),
        remarks=(*session.configuration.mistakes, *(f"{finding.what}: {finding.sentence}" for finding in told)),
    )
    try:
        write_page(file, render(rows, about))
    except ConfigurationError as error:
        logger.error("%s", error)
        return [str(error)]
    return []
