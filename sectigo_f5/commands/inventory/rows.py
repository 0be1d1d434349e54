"""The row of an item of a device: what was read of it, as plain values (pure)."""

from __future__ import annotations

from datetime import datetime

from sectigo_f5.inventory.findings import in_order, new
from sectigo_f5.inventory.nouns import Item, Listener, Use
from sectigo_f5.model import Job
from sectigo_f5.report.inventory.rows import Found, LastChange, Row, Server
from sectigo_f5.report.inventory.rows import Use as ShownUse
from sectigo_f5.report.status.rows import iso_or_none
from sectigo_f5.state.inventory import LastInventory
from sectigo_f5.timestamps import days_left
from sectigo_f5.trail import nouns as trail


def identity(item: Item) -> str:
    """Return by what an item is known again: a certificate by its fingerprint, so that another one at its path is new.

    What has none is known by its path.
    """
    return item.fingerprint or f"{item.holds} {item.object_path}"


def row_of(item: Item, job: Job | None, before: LastInventory | None, now: datetime) -> Row:
    """Return the row of an item; it is new if it was not on the last inventory, if there was one.

    ``job`` is the certificate of the YAML that it belongs to.
    """
    is_new = before is not None and not before.has(identity(item))
    findings = in_order(*item.findings, new(item)) if is_new else item.findings
    return Row(
        device=item.device,
        unit=item.unit,
        holds=str(item.holds),
        certificate=item.certificate,
        key=item.key,
        common_name=item.common_name,
        names=item.names,
        names_cut=item.names_cut,
        issuer=item.issuer,
        serial=item.serial,
        fingerprint=item.fingerprint,
        not_before=iso_or_none(item.not_before),
        not_after=iso_or_none(item.not_after),
        days_left=days_left(item.not_after, now),
        chain_not_after=iso_or_none(item.chain_not_after),
        self_signed=item.self_signed,
        key_type=item.key_type,
        key_size=item.key_size,
        curve=item.curve,
        signature=item.signature,
        security_type=item.custody.security_type,
        protected=item.custody.protected,
        exportable=item.custody.exportable,
        built_in=item.is_the_devices_own,
        ours=item.is_ours,
        configured_as=item.configured_as,
        owner=job.owner if job else None,
        purpose=job.purpose if job else None,
        uses=tuple(map(_use, item.uses)),
        findings=tuple(Found(str(each.word), str(each.severity), each.sentence) for each in findings),
    )


def last_change(change: trail.LastChange | None) -> LastChange | None:
    """Return the last change of the trail as it is shown."""
    if change is None:
        return None
    return LastChange(change.time, change.what, change.result, change.number, change.ticket or None)


def _use(use: Use) -> ShownUse:
    tls = use.tls
    return ShownUse(
        path=use.path,
        kind=str(use.kind),
        role=str(use.role),
        virtual_servers=tuple(map(_server, use.servers)),
        protocols=tls.protocols if tls else None,
        ciphers=tls.ciphers if tls else None,
        cipher_group=tls.cipher_group if tls else None,
        allowed=tls.allowed if tls else (),
        options=tls.options if tls else None,
    )


def _server(listener: Listener) -> Server:
    return Server(listener.path, listener.addresses, listener.ports, listener.enabled)
