"""``status``: every managed certificate, and the unmanaged ones beside them on the same virtual servers."""

from __future__ import annotations

import argparse
import html
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sectigo_f5 import fleet, output, report
from sectigo_f5.bigip import BigIP
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.judgement import circumstances
from sectigo_f5.model import Configuration, Job, Result, Word
from sectigo_f5.observed import CertificateObject, Observation
from sectigo_f5.state import LastResult
from sectigo_f5.workflow import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One certificate in ``status``; times are ISO 8601, UTC; None where it cannot be known."""

    common_name: str
    device: str
    names: tuple[str, ...]
    virtual_servers: tuple[str, ...]
    managed: bool
    key: str | None = None
    issuer: str | None = None
    serial: str | None = None
    not_after: str | None = None
    days_left: int | None = None
    planned_renewal: str | None = None
    revoked: str | None = None  # the reason, and who says so
    result: str | None = None  # the last run's word
    reason: str | None = None
    error: str | None = None
    last_run: str | None = None
    since: str | None = None


HEADINGS = ("CERTIFICATE", "KEY", "DAYS LEFT", "NOT AFTER", "RENEWAL", "LAST RESULT", "SINCE", "VIRTUAL SERVERS")
WIDEST = 80  # characters; a cell that has more, an error as a rule, widens its own line alone


def status(
    configuration: Configuration, jobs: Sequence[Job], run: Run, arguments: argparse.Namespace, started: datetime
) -> int:
    """Print the table, or JSON, and write the HTML page that was asked for; returns the exit code."""
    history, rows = run.state.results(), list[Row]()

    def work(run: Run, f5: BigIP, job: Job) -> Result:
        seen = f5.observe(job, run.managed)
        rows.append(_managed(run, job, seen, history.get(job.label)))
        rows.extend(_unmanaged(job, seen, run.clock()))
        return Result(job.common_name, job.device.name, (), Word.KEPT, "read")

    results = fleet.on_every_device(run, jobs, work, arguments.jobs)
    errors = {f"{result.common_name}@{result.device}": result.error for result in results if result.error}
    unread = [job for job in jobs if job.label in errors]
    rows += [_unread(job, history.get(job.label), errors[job.label], run.clock()) for job in unread]
    ordered = sorted(_merged(rows), key=lambda row: (not row.managed, row.device, row.common_name))
    if arguments.json:
        output.say(_to_json(ordered, started, run.clock()))
    else:
        output.say(_to_text(ordered))
    if arguments.html:
        _write_html(arguments.html, ordered, run.clock())
    return report.exit_code(results, configuration.mistakes)


def _managed(run: Run, job: Job, seen: Observation, last: LastResult | None) -> Row:
    """Return the row of what our profile serves, whoever put it there; ``plan`` says what is to become of it."""
    known = circumstances(job, seen, run.authority, run.state, run.revocation, run.clock())
    entries = seen.profile.entries if seen.profile else ()
    serving = [found for entry in entries if (found := seen.certificates.get(entry.certificate or ""))]
    first = min(serving, key=lambda found: found.not_after or run.clock(), default=None)
    return Row(
        common_name=job.common_name,
        device=job.device.name,
        names=job.names,
        virtual_servers=tuple(server.path for server in seen.virtual_servers),
        managed=True,
        key=" and ".join(str(found.key) for found in serving if found.key) or None,
        issuer=first.issuer if first else None,
        serial=first.serial if first else None,
        not_after=_time(first.not_after if first else None),
        days_left=_days(first.not_after if first else None, run.clock()),
        planned_renewal=_time(known.due_at),
        revoked=known.revoked,
        **_last(last),
    )


def _unread(job: Job, last: LastResult | None, error: str | None, now: datetime) -> Row:
    """Return the row of a certificate whose device cannot be asked: what the last run knew of it."""
    not_after = last.not_after if last else None
    ends = datetime.strptime(not_after, report.TIME).replace(tzinfo=timezone.utc) if not_after else None
    servers = () if job.every_virtual_server else job.virtual_servers
    told = {**_last(last), "error": error, "serial": last.serial if last else None, "not_after": not_after}
    return Row(job.common_name, job.device.name, job.names, servers, managed=True, days_left=_days(ends, now), **told)


def _merged(rows: Iterable[Row]) -> list[Row]:
    """Make one row of those that differ only in the virtual server."""
    servers: dict[Row, dict[str, None]] = {}
    for row in rows:
        servers.setdefault(replace(row, virtual_servers=()), {}).update(dict.fromkeys(row.virtual_servers))
    return [replace(row, virtual_servers=tuple(paths)) for row, paths in servers.items()]


def _last(last: LastResult | None) -> dict[str, Any]:
    if last is None:
        return {"result": None, "reason": "no run yet", "error": None, "last_run": None, "since": None}
    return {
        "result": last.result,
        "reason": last.reason,
        "error": last.error,
        "last_run": last.at,
        "since": last.since,
    }


def _unmanaged(job: Job, seen: Observation, now: datetime) -> list[Row]:
    rows = []
    for server in seen.virtual_servers:
        for path in set(server.client_ssl) - seen.managed - {job.profile}:
            for entry in seen.profiles[path].entries:
                certificate = seen.certificates.get(entry.certificate or "")
                if certificate:
                    rows.append(_foreign(job, server.path, path, certificate, now))
    return rows


def _foreign(job: Job, server: str, profile: str, certificate: CertificateObject, now: datetime) -> Row:
    return Row(
        common_name=certificate.common_name or certificate.path,
        device=job.device.name,
        names=tuple(sorted(certificate.all_names())),
        virtual_servers=(server,),
        managed=False,
        key=str(certificate.key) if certificate.key else None,
        issuer=certificate.issuer,
        serial=certificate.serial,
        not_after=_time(certificate.not_after),
        days_left=_days(certificate.not_after, now),
        reason=f"unmanaged: profile {profile}",
    )


def _time(moment: datetime | None) -> str | None:
    return report.timestamp(moment) if moment else None


def _days(ends: datetime | None, now: datetime) -> int | None:
    return (ends - now).days if ends else None


def _to_json(rows: Sequence[Row], started: datetime, finished: datetime) -> str:
    managed = [asdict(row) for row in rows if row.managed]
    counts: dict[str, int] = {}
    for row in managed:
        word = row["result"] or "never run"
        counts[word] = counts.get(word, 0) + 1
    return json.dumps(
        {
            "version": 1,
            "started": report.timestamp(started),
            "finished": report.timestamp(finished),
            "results": managed,
            "unmanaged": [asdict(row) for row in rows if not row.managed],
            "summary": counts,
        },
        indent=2,
    )


def _cells(row: Row) -> tuple[str, ...]:
    told = (row.result or row.reason or "") if row.managed else "unmanaged"
    told += f", revoked: {row.revoked}" if row.revoked else ""
    return (
        f"{row.common_name}@{row.device}",
        row.key or "-",
        "-" if row.days_left is None else str(row.days_left),
        (row.not_after or "-")[:10],
        (row.planned_renewal or "-")[:10],
        f"{told}: {row.error}" if row.error else told,
        (row.since or "-")[:10],
        " ".join(row.virtual_servers),
    )


def _to_text(rows: Sequence[Row]) -> str:
    table = [HEADINGS, *(_cells(row) for row in rows)]
    lengths = [[len(line[column]) for line in table] for column in range(len(HEADINGS))]
    widths = [max(length for length in column if length <= WIDEST) for column in lengths]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in padded)


def _write_html(file: Path, rows: Sequence[Row], now: datetime) -> None:
    head = "".join(f"<th>{heading.capitalize()}</th>" for heading in HEADINGS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(row)) + "</tr>" for row in rows
    )
    page = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Certificates</title>\n'
        "<style>body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}"
        "td,th{padding:.3em .8em;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}</style>\n"
        f"<h1>Certificates</h1><p>{report.timestamp(now)}</p>\n<table><tr>{head}</tr>\n{body}\n</table></html>\n"
    )
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--html {file}: cannot be written ({error.strerror})") from error
