"""``inventory``: every certificate and key on the devices, as a table, as JSON, as a CSV file or as a page."""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.inventory import spool
from sectigo_f5.commands.inventory.looking import Looking
from sectigo_f5.commands.inventory.rows import last_change
from sectigo_f5.commands.inventory.spool import Spool
from sectigo_f5.commands.session import Session
from sectigo_f5.commands.status import rows as status_rows
from sectigo_f5.configuration.selection import whole_devices
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_as_named
from sectigo_f5.model import Job, Result
from sectigo_f5.printable import one_line
from sectigo_f5.report import live, stdout
from sectigo_f5.report.inventory import attention, plain, sheet
from sectigo_f5.report.inventory.rows import Row, as_json
from sectigo_f5.report.results import exit_code
from sectigo_f5.report.status import rows as shown_rows
from sectigo_f5.run import Run
from sectigo_f5.trail.reading import last_changes

logger = logging.getLogger(__name__)


def inventory(session: Session) -> int:
    """Read the devices, and print or write what they hold; returns the exit code, which no finding changes."""
    with spool.opened() as items:
        looking = Looking(
            session.run,
            items,
            whole_devices(session.jobs, session.options.only),
            frozenset(job.label for job in session.jobs),
        )
        outcome = _look(session, looking)
        changes = last_changes(session.settings.state_dir)

        def finished(row: Row) -> Row:
            planned = looking.planned.get((row.device, row.certificate or ""))
            return replace(row, planned_renewal=planned, last_change=last_change(changes.get(row.configured_as or "")))

        items.finish(finished)
        return _tell(session, looking, outcome)


def _look(session: Session, looking: Looking) -> list[Result]:
    history = session.run.state.history.results()

    def work(run: Run, f5: Unit, job: Job) -> Result:
        return looking.work(run, f5, job, history.get(job.label))

    outcome = session.on_every_device(work, looking.met)
    errors = {result.label: result.error for result in outcome if result.error}
    for job in session.jobs:
        if job.label in errors:
            row = status_rows.unread(session.run, job, history.get(job.label), errors[job.label])
            looking.certificates.append(row)
    return outcome


def _tell(session: Session, looking: Looking, outcome: Sequence[Result]) -> int:
    """Print or write the inventory, in the form that was asked for; returns the exit code."""
    options, told = session.options, Told.of(looking, outcome)
    mistakes: list[str] = []
    if options.csv:
        mistakes = _written("--csv", options.csv, sheet.lines(looking.spool))
    elif options.html:
        mistakes = _written("--html", options.html, _page(session, looking, told))
    code = exit_code(outcome, (*session.configuration.mistakes, *mistakes))
    if options.json:
        _print_json(session, looking, code)
    elif not (options.csv or options.html):
        _print(looking.spool, told, options.quiet)
    return code


@dataclass(frozen=True)
class Told:
    """What is said of no single item."""

    problems: tuple[str, ...]  # what could not be read
    remarks: tuple[str, ...]

    @classmethod
    def of(cls, looking: Looking, outcome: Iterable[Result]) -> Told:
        """Return what the looks at the devices have come to."""
        problems = dict.fromkeys(f"{result.device}: {result.error}" for result in outcome if result.error)
        first = [name for name, look in sorted(looking.looks.items()) if look.before is None and not look.error]
        text = f"{', '.join(first)}: this is the first inventory, so nothing counts as new"
        notes = (f"{name}: {note}" for name, look in sorted(looking.looks.items()) for note in look.notes)
        return cls(tuple(problems), (*notes, *((text,) if first else ())))


def _print(items: Spool, told: Told, quiet: bool) -> None:
    """Print the table and what is to be said of all; with ``quiet`` only what is wrong."""
    shown = items.grave() if quiet else items
    below = told.problems if quiet else (*told.problems, *told.remarks)
    if quiet and not len(shown) and not below:
        return
    if live.is_for(sys.stdout, os.environ):
        from sectigo_f5.report.inventory.terminal import to_terminal  # noqa: PLC0415  # rich takes 50 ms

        colours = not os.environ.get("NO_COLOR")  # https://no-color.org
        width = shutil.get_terminal_size().columns
        table: Iterable[str] = (to_terminal(shown, attention.counts(shown), width, colours),)
    else:
        table = plain.lines(shown)
    stdout.say_all(itertools.chain(table, ("",) if below else (), map(one_line, below)))


def _print_json(session: Session, looking: Looking, code: int) -> None:
    looks = sorted(looking.looks.values(), key=lambda look: look.device)
    entries = shown_rows.as_json(looking.certificates, managed=True)
    answer = session.answer(entries, session.run.clock(), code, more={"devices": [look.as_json() for look in looks]})
    stdout.say_all(answer.with_list("items", map(as_json, looking.spool)))


def _page(session: Session, looking: Looking, told: Told) -> Iterable[str]:
    from sectigo_f5.report.inventory.page import About, render  # noqa: PLC0415  # Jinja2 takes as long as rich

    options = session.options
    about = About(
        made=session.run.clock(),
        configuration=options.config_dir,
        devices=sorted(name for name, look in looking.looks.items() if not look.error),
        selection=(*options.only, *((f"shard {options.shard}",) if options.shard else ())),
        problems=(*session.configuration.mistakes, *told.problems),
        remarks=told.remarks,
    )
    return render(looking.spool, attention.counts(looking.spool), about)


def _written(option: str, file: Path, pieces: Iterable[str]) -> list[str]:
    """Write a file; returns the mistake if that is not possible."""
    try:
        write_as_named(file, pieces)
    except OSError as error:
        problem = f"{option} {file}: cannot be written ({error.strerror})"
    except ConnectorError as error:
        problem = f"{option} {file}: {error}"
    else:
        logger.info("the inventory is in %s", file)
        return []
    logger.error("%s", problem)
    return [problem]
