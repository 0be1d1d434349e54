"""``status``: every managed certificate, and the unmanaged ones beside them on the same virtual servers."""

from __future__ import annotations

import argparse
import html
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5 import fleet, output, report
from sectigo_f5.bigip import BigIP
from sectigo_f5.decision import current_pairs
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
    result: str | None = None  # the last run's word
    reason: str | None = None
    error: str | None = None
    last_run: str | None = None
    since: str | None = None


HEADINGS = ("CERTIFICATE", "KEY", "DAYS LEFT", "NOT AFTER", "RENEWAL", "LAST RESULT", "SINCE", "VIRTUAL SERVERS")


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
    rows += [_unread(result, history) for result in results if result.error]
    ordered = sorted(dict.fromkeys(rows), key=lambda row: (not row.managed, row.device, row.common_name))
    if arguments.json:
        output.say(_to_json(ordered, started, run.clock()))
    else:
        output.say(_to_text(ordered))
    if arguments.html:
        _write_html(arguments.html, ordered, run.clock())
    return report.exit_code(results, configuration.mistakes)


def _managed(run: Run, job: Job, seen: Observation, last: LastResult | None) -> Row:
    known = circumstances(job, seen, run.authority, run.state, run.revocation, run.clock())
    pairs = current_pairs(job, seen, known.rolled_back)
    first = min((p.certificate for p in pairs), key=lambda c: c.not_after or run.clock(), default=None)
    return Row(
        common_name=job.common_name,
        device=job.device.name,
        names=job.names,
        virtual_servers=tuple(server.path for server in seen.virtual_servers),
        managed=True,
        key=" and ".join(str(pair.spec) for pair in pairs) or None,
        issuer=first.issuer if first else None,
        serial=first.serial if first else None,
        not_after=_time(first.not_after if first else None),
        days_left=_days(first, run.clock()),
        planned_renewal=_time(known.due_at),
        **_last(last),
    )


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
        days_left=_days(certificate, now),
        reason=f"unmanaged: profile {profile}",
    )


def _unread(result: Result, history: dict[str, LastResult]) -> Row:
    last = history.get(f"{result.common_name}@{result.device}")
    row = Row(result.common_name, result.device, (), result.virtual_servers, managed=True)
    return replace(row, **_last(last) | {"error": result.error})


def _time(moment: datetime | None) -> str | None:
    return report.timestamp(moment) if moment else None


def _days(certificate: CertificateObject | None, now: datetime) -> int | None:
    return (certificate.not_after - now).days if certificate and certificate.not_after else None


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
    last = (row.result or row.reason or "") if row.managed else "unmanaged"
    return (
        f"{row.common_name}@{row.device}",
        row.key or "-",
        "-" if row.days_left is None else str(row.days_left),
        (row.not_after or "-")[:10],
        (row.planned_renewal or "-")[:10],
        f"{last}: {row.error}" if row.error else last,
        (row.since or "-")[:10],
        " ".join(row.virtual_servers),
    )


def _to_text(rows: Sequence[Row]) -> str:
    table = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
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
