"""``status``: every managed certificate, and the unmanaged ones beside them on the same virtual servers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed, circumstances
from sectigo_f5.commands.session import Session
from sectigo_f5.device_objects import CertificateObject, Observation
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import stdout
from sectigo_f5.report.results import Finding, exit_code
from sectigo_f5.report.status import Row, as_json, iso_or_none, to_text, write_html
from sectigo_f5.run import Run
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.remembered import pending_since
from sectigo_f5.timestamps import days_left, from_iso
from sectigo_f5.unfinished import next_order_at

logger = logging.getLogger(__name__)


def status(session: Session) -> int:
    """Print the table, or JSON, and write the HTML page that was asked for; returns the exit code."""
    run, options = session.run, session.options
    history, rows = run.state.history.results(), list[Row]()

    def work(run: Run, f5: Unit, job: Job) -> Result:
        seen = believed(run, observe(f5, job, run.managed))
        rows.append(_managed(run, seen, history.get(job.label)))
        rows.extend(_unmanaged(seen, run.clock()))
        return Result.of(job, Outcome.KEPT, "read")

    outcome = session.on_every_device(work)
    errors = {result.label: result.error for result in outcome if result.error}
    unread = [job for job in session.jobs if job.label in errors]
    rows += [_unread(run, job, history.get(job.label), errors[job.label]) for job in unread]
    ordered = sorted(_merged(rows), key=lambda row: (not row.managed, row.device, row.common_name))
    told = _told(run, outcome)
    if not options.json:
        below = "\n".join(f"{finding.what}: {finding.sentence}" for finding in told)
        stdout.say(to_text(ordered) + (f"\n\n{below}" if told else ""))
    mistakes = _page(options.html, ordered, run.clock()) if options.html else []
    code = exit_code(outcome, (*session.configuration.mistakes, *mistakes))
    if options.json:
        others = {"unmanaged": as_json(ordered, managed=False), "checks": [finding.as_json() for finding in told]}
        session.print_json(as_json(ordered, managed=True), run.clock(), code, mistakes, others)
    return code


def _told(run: Run, outcome: Iterable[Result]) -> list[Finding]:
    """Return what is wrong with the ACME account, and what is to be said of a whole device."""
    problem = run.authority.account_problem()
    remarks = dict.fromkeys((result.device, note) for result in outcome for note in result.notes)
    of_devices = [Finding(device, None, note) for device, note in remarks]
    return [Finding("ACME account", problem), *of_devices] if problem else of_devices


def _page(file: Path, rows: Sequence[Row], now: datetime) -> list[str]:
    """Write the HTML page; returns the mistake if that is not possible."""
    try:
        write_html(file, rows, now)
    except ConfigurationError as error:
        logger.error("%s", error)
        return [str(error)]
    return []


def _managed(run: Run, seen: Observation, last: LastResult | None) -> Row:
    """Return the row of what our profile serves, whoever put it there; ``plan`` says what will happen to it."""
    job, known = seen.job, circumstances(seen, run)
    entries = seen.profile.entries if seen.profile else ()
    serving = [cert for entry in entries if (cert := seen.certificates.get(entry.certificate or ""))]
    first = min(serving, key=lambda cert: cert.not_after or run.clock(), default=None)
    return Row(
        common_name=job.common_name,
        device=job.device.name,
        names=job.names,
        virtual_servers=seen.server_paths,
        managed=True,
        key=" and ".join(str(cert.key) for cert in serving if cert.key) or None,
        issuer=first.issuer if first else None,
        serial=first.serial if first else None,
        not_after=iso_or_none(first.not_after if first else None),
        days_left=days_left(first.not_after if first else None, run.clock()),
        planned_renewal=iso_or_none(known.due_at),
        revoked=known.revoked,
        **_last(last),
        **_open_matters(run, job, last),
    )


def _open_matters(run: Run, job: Job, last: LastResult | None) -> dict[str, Any]:
    """Return what is not finished: a save, an order."""
    return {
        "unsaved": run.state.unsaved.is_marked(job.device.name),
        "pending_since": iso_or_none(pending_since(run.state.orders, job, last)),
        "next_order": iso_or_none(next_order_at(run, job)),
    }


def _unread(run: Run, job: Job, last: LastResult | None, error: str | None) -> Row:
    """Return the row of a certificate whose device cannot be asked: what the last run knew of it."""
    not_after = last.not_after if last else None
    ends = from_iso(not_after) if not_after else None
    columns = {**_last(last), "error": error, "serial": last.serial if last else None, "not_after": not_after}
    return Row(
        job.common_name,
        job.device.name,
        job.names,
        job.listed_virtual_servers,
        managed=True,
        days_left=days_left(ends, run.clock()),
        **columns,
        **_open_matters(run, job, last),
    )


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
        "last_success": last.last_success,
        "failures": last.failures,
    }


def _unmanaged(seen: Observation, now: datetime) -> list[Row]:
    rows = []
    for server in seen.virtual_servers:
        for path in set(server.client_ssl) - seen.managed - {seen.job.profile}:
            for entry in seen.profiles[path].entries:
                certificate = seen.certificates.get(entry.certificate or "")
                if certificate:
                    rows.append(_foreign(seen.job, server.path, path, certificate, now))
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
        not_after=iso_or_none(certificate.not_after),
        days_left=days_left(certificate.not_after, now),
        reason=f"unmanaged: profile {profile}",
    )
