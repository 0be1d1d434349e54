"""The rows of one certificate, and of those of others on the same virtual servers: as seen, and as last known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sectigo_f5.circumstances import circumstances
from sectigo_f5.device_objects import CertificateObject, Observation
from sectigo_f5.model import Job
from sectigo_f5.report.status.rows import Row, iso_or_none
from sectigo_f5.run import Run
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.remembered import pending_since
from sectigo_f5.timestamps import days_left, from_iso
from sectigo_f5.unfinished import next_order_at


def managed(run: Run, seen: Observation, last: LastResult | None) -> Row:
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


def unread(run: Run, job: Job, last: LastResult | None, error: str | None) -> Row:
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


def unmanaged(seen: Observation, now: datetime) -> list[Row]:
    """Return the rows of other people's certificates on the virtual servers of ours."""
    rows = []
    for server in seen.virtual_servers:
        for path in set(server.client_ssl) - seen.managed - {seen.job.profile}:
            for entry in seen.profiles[path].entries:
                certificate = seen.certificates.get(entry.certificate or "")
                if certificate:
                    rows.append(foreign(seen.job.device.name, server.path, path, certificate, now))
    return rows


def foreign(device: str, server: str, profile: str, certificate: CertificateObject, now: datetime) -> Row:
    """Return the row of somebody else's certificate on one virtual server."""
    return Row(
        common_name=certificate.common_name or certificate.path,
        device=device,
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


def merged(rows: Iterable[Row]) -> list[Row]:
    """Make one row of those that differ only in the virtual server."""
    servers: dict[Row, dict[str, None]] = {}
    for row in rows:
        servers.setdefault(replace(row, virtual_servers=()), {}).update(dict.fromkeys(row.virtual_servers))
    return [replace(row, virtual_servers=tuple(paths)) for row, paths in servers.items()]


def _open_matters(run: Run, job: Job, last: LastResult | None) -> dict[str, Any]:
    """Return what is not finished: a save, an order."""
    return {
        "unsaved": run.state.unsaved.is_marked(job.device.name),
        "pending_since": iso_or_none(pending_since(run.state.orders, job, last)),
        "next_order": iso_or_none(next_order_at(run, job)),
    }


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
        "history": last.changes,
    }
