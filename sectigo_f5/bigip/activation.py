"""Steps 11 and 12: the one change that traffic sees, read back; and what takes it back."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.profile_change import (
    Files,
    ProfileChange,
    attached_profile,
    default_flag,
    files,
    former,
    new_profile,
    profile_change,
)
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.decision.takeover import losses
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, UnreachableError
from sectigo_f5.icontrol.read_back import send_and_confirm
from sectigo_f5.icontrol.transactions import Transaction, all_or_nothing

logger = logging.getLogger(__name__)

CLIENT_SSL_URL = "/mgmt/tm/ltm/profile/client-ssl"
BAD_PASSPHRASE = "01070313"  # noqa: S105  # the number of a refusal


def put_in_service(f5: Unit, change: ProfileChange) -> None:
    """Steps 11 and 12: one atomic change of profile and virtual servers, then read it back.

    A renewal is one PATCH of the profile; where a virtual server changes too, or the profile is
    new, it is one transaction. Virtual servers are changed through their ``profiles``
    sub-collection, so nothing else of them can be overwritten.
    A change whose answer was lost is looked for, and sent once more if it is not there.
    Raises :class:`DeviceError` when the device refuses, :class:`ConnectorError` when the change
    is not there afterwards; in both cases what served before still serves.
    """

    def look() -> None:
        f5.changed = True  # what is looked for was not refused
        f5.forget()
        try:
            _must_be_in_service(f5, change)
        except (DeviceError, UnreachableError) as error:
            told = f"the change of {change.job.profile} was sent, and whether it was made cannot be read"
            raise UnreachableError(
                f"{told}; either way something whole serves, and the next run goes on: {error}"
            ) from error

    send_and_confirm(f5.client, lambda: _send(f5, change, _apply, change.reopens), look)
    for lost in () if change.pair_only else losses(change.job, change.seen):
        logger.warning("%s", lost)


def _send(f5: Unit, change: ProfileChange, call: Callable[[Unit, ProfileChange, bool], None], reopens: bool) -> None:
    """Send a change, or what takes it back; where the device refuses its own ciphertext, once more without.

    ``reopens`` tells whether there is any in it. The key object holds the passphrase as well, and a
    refused change has changed nothing.
    """
    try:
        call(f5, change, True)
    except DeviceError as error:
        if error.code != BAD_PASSPHRASE or not reopens:
            raise
        logger.info("%s; leaving the passphrase to the key object", error)
        call(f5, change, False)


def _apply(f5: Unit, change: ProfileChange, ciphertext: bool) -> None:
    def queue(transaction: Transaction) -> None:
        _queue_profile(transaction, change, ciphertext)
        for plan in change.plans:
            _queue_attachment(transaction, change, plan)

    if change.seen.profile is not None and not change.plans:
        f5.client.patch(_profile_url(change), profile_change(change, ciphertext))
    else:
        all_or_nothing(f5.client, queue)


def _queue_profile(transaction: Transaction, change: ProfileChange, ciphertext: bool) -> None:
    if change.seen.profile is not None:
        body = profile_change(change, ciphertext)
        if body:
            transaction.patch(_profile_url(change), body)
        return
    transaction.post(CLIENT_SSL_URL, new_profile(change, ciphertext))


def _queue_attachment(transaction: Transaction, change: ProfileChange, plan: Attachment) -> None:
    profiles = object_url("ltm/virtual", plan.virtual_server) + "/profiles"
    _queue_flags(transaction, change, plan.make_default, plan.drop_default)
    for path in plan.remove:
        transaction.delete(f"{profiles}/{object_url('', path).rpartition('/')[2]}")
    if plan.add:
        transaction.post(profiles, attached_profile(change.job.profile))


def _queue_flags(
    transaction: Transaction, change: ProfileChange, default: tuple[str, ...], no_default: tuple[str, ...]
) -> None:
    for path in (*default, *no_default):
        transaction.patch(object_url("ltm/profile/client-ssl", path), default_flag(change, path, path in default))


def _must_be_in_service(f5: Unit, change: ProfileChange) -> None:
    if _held(f5, change) != change.files:
        raise ConnectorError(
            f"the BIG-IP did not put the new pair into {change.job.profile}; what served before serves on"
        )
    for plan in change.attachments:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if change.job.profile not in attached or set(plan.remove) & set(attached):
            raise ConnectorError(
                f"{plan.virtual_server} does not have {change.job.profile} after the change; run again"
            )


def _held(f5: Unit, change: ProfileChange) -> Files | None:
    """Return the files that our profile names now; None where there is no such profile."""
    found = f5.client.find(_profile_url(change))
    return files(readers.client_ssl_profile(found).entries) if found else None


def restore(f5: Unit, change: ProfileChange) -> None:
    """Put back what served before ``put_in_service``, in one change; the old pair is opened by its ciphertext.

    Raises :class:`ConnectorError` when the device refuses, or shows something else afterwards.
    """
    f5.forget()
    send_and_confirm(f5.client, lambda: _send(f5, change, _undo, reopens=True), lambda: _must_be_as_before(f5, change))


def _undo(f5: Unit, change: ProfileChange, ciphertext: bool) -> None:
    before, url = change.seen.profile, _profile_url(change)
    body = former(change, before, f5.inventory.keys, ciphertext) if before else None

    def queue(transaction: Transaction) -> None:
        for plan in change.plans:
            _queue_detachment(transaction, change, plan)
        if body is None:
            transaction.delete(url)
        elif body:
            transaction.patch(url, body)

    if body is not None and not change.plans:
        f5.client.patch(url, body)
    else:
        all_or_nothing(f5.client, queue)


def _must_be_as_before(f5: Unit, change: ProfileChange) -> None:
    f5.forget()
    before = change.seen.profile
    if _held(f5, change) != (files(before.entries) if before else None):
        raise ConnectorError(f"the BIG-IP did not give {change.job.profile} back what it had")
    for plan in change.plans:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if (plan.add and change.job.profile in attached) or not set(plan.remove) <= set(attached):
            raise ConnectorError(f"the BIG-IP did not give {plan.virtual_server} back the profiles that it had")


def manual_recovery(f5: Unit, change: ProfileChange) -> str:
    """Say what is in service, and how to go back by hand: for when ``restore`` has failed."""
    job, before = change.job, change.seen.profile
    try:
        held = _held(f5, change)
        now = _told(held) if held else "nothing: it does not exist"
    except ConnectorError:
        now = "what cannot be read now"
    steps = [f"take {job.profile} off {plan.virtual_server}" for plan in change.plans if plan.add]
    steps += [f"put {' and '.join(plan.remove)} on {plan.virtual_server}" for plan in change.plans if plan.remove]
    steps += [f"give {job.profile} back {_told(files(before.entries))}"] if before else []
    return f"{job.profile} holds {now}; to go back by hand, {', '.join(steps)}"


def _told(held: Files) -> str:
    return " and ".join(", ".join(path for path in entry if path) for entry in sorted(held, key=str))


def _queue_detachment(transaction: Transaction, change: ProfileChange, plan: Attachment) -> None:
    profiles = object_url("ltm/virtual", plan.virtual_server) + "/profiles"
    if plan.add:
        transaction.delete(f"{profiles}/{object_url('', change.job.profile).rpartition('/')[2]}")
    for path in plan.remove:
        transaction.post(profiles, attached_profile(path))
    _queue_flags(transaction, change, plan.drop_default, plan.make_default)


def _profile_url(change: ProfileChange) -> str:
    return object_url("ltm/profile/client-ssl", change.job.profile)
