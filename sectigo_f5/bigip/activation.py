"""Steps 11 and 12: the one change that traffic sees is sent and read back; and what takes it back."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sectigo_f5.bigip.made_change import MadeChange, in_words
from sectigo_f5.bigip.profile_change import Files, ProfileChange, backward, files, forward, without_ciphertext
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.protection import less
from sectigo_f5.decision.takeover import gets_another_parent, settings_after
from sectigo_f5.device_objects import ClientSslProfile
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError, UnreachableError
from sectigo_f5.icontrol.read_back import send_and_confirm, wait_until_shown
from sectigo_f5.icontrol.transactions import Operation, send_operations

logger = logging.getLogger(__name__)

BAD_PASSPHRASE = "01070313"  # noqa: S105  # the number of a refusal


def apply(f5: Unit, change: ProfileChange) -> None:
    """Steps 11 and 12: one atomic change of profile and virtual servers, then read it back.

    A renewal is one PATCH of the profile; if a virtual server changes too, it is one transaction.
    A change whose answer was lost is looked for, and sent once more if it is not there.
    Raises :class:`DeviceError` if the device refuses, :class:`ConnectorError` if the change
    is not there afterwards; in both cases what was in service stays in service.
    """
    operations = forward(change)
    f5.note_made(MadeChange.of(change))
    try:
        send_and_confirm(f5.client, lambda: send(f5, operations), lambda: _confirm_in_service(f5, change))
    except ConnectorError:
        f5.memory.made.pop(change.profile)
        raise


def log_in_service(change: ProfileChange) -> None:
    """Log steps 11 and 12, which are true by now."""
    certificates = ", ".join(str(entry["cert"]) for entry in change.entries)
    logger.info("11 client SSL profile %s holds %s", change.profile, certificates)
    logger.info("12 SSL enabled on %s", ", ".join(change.seen.server_paths) or "nothing")


def restore(f5: Unit, change: ProfileChange) -> None:
    """Put back what was in service before :func:`apply`, in one change; the former pair opens by its ciphertext.

    Raises :class:`ConnectorError` if the device refuses, or shows something else afterwards.
    """
    try:
        f5.forget()
        operations = backward(change, f5.holdings.keys)
        send_and_confirm(f5.client, lambda: send(f5, operations), lambda: _confirm_as_before(f5, change))
    finally:
        f5.memory.made.pop(change.profile, None)


def is_in_service(f5: Unit, profile: str) -> bool:
    """Tell whether the device holds what the last change of our profile, since the login, was to put there.

    After the save: a restart in between brings the former configuration back.
    Raises :class:`ConnectorError` if that cannot be read.
    """
    made = f5.memory.made.get(profile)
    if made is None:
        return False
    f5.forget_what_was_before_the_save()
    try:
        wait_until_shown(f5.client, lambda: _must_be_held(f5, made))
    except (DeviceError, UnreachableError):
        raise
    except ConnectorError:
        return False
    return True


def _must_be_held(f5: Unit, made: MadeChange) -> None:
    try:
        _must_be_known_to_be_held(f5, made)
    except ConnectorError:
        f5.forget()  # read again at the next look
        raise


def _must_be_known_to_be_held(f5: Unit, made: MadeChange) -> None:
    if not made.is_held_by(f5.holdings.profiles):
        raise ConnectorError(f"the BIG-IP does not show the change of {made.profile}")
    servers = f5.servers_at([plan.virtual_server for plan in made.attachments])
    for plan in made.attachments:
        server = servers[plan.virtual_server]
        if server is None or made.profile not in server.client_ssl or set(plan.remove) & set(server.client_ssl):
            raise ConnectorError(f"{plan.virtual_server} does not show {made.profile}")


def manual_recovery(f5: Unit, change: ProfileChange) -> str:
    """Say what is in service, and how to go back by hand: for when ``restore`` has failed."""
    profile, before = change.profile, change.seen.profile
    try:
        held = _held(f5, change)
        now = in_words(held) if held else "nothing: it does not exist"
    except ConnectorError:
        now = "what cannot be read now"
    steps = [f"take {profile} off {plan.virtual_server}" for plan in change.plans if plan.add]
    steps += [f"put {' and '.join(plan.remove)} on {plan.virtual_server}" for plan in change.plans if plan.remove]
    steps += [f"give {profile} back {in_words(files(before.entries))}"] if before else []
    return f"{profile} holds {now}; to go back by hand, {', '.join(steps)}"


def send(f5: Unit, operations: Sequence[Operation]) -> None:
    """Send a change; if the device refuses its own ciphertext, once more without it.

    The key object holds the passphrase as well, and a refused change has changed nothing.
    """
    try:
        send_operations(f5.client, operations)
    except DeviceError as error:
        plain = without_ciphertext(operations)
        if error.code != BAD_PASSPHRASE or plain == tuple(operations):
            raise
        logger.info("%s; leaving the passphrase to the key object", error)
        send_operations(f5.client, plain)


def _confirm_in_service(f5: Unit, change: ProfileChange) -> None:
    f5.note_change()  # it was not refused
    if _concerns_others(f5, change):
        f5.forget()
    try:
        _must_be_in_service(f5, change)
    except (DeviceError, UnreachableError) as error:
        raise UnreachableError(
            f"the change of {change.profile} was sent, and whether it was made cannot be read; either pair is "
            f"complete, and the next run continues: {error}"
        ) from error


def _must_be_in_service(f5: Unit, change: ProfileChange) -> None:
    profile = _profile(f5, change)
    if profile is None or files(profile.entries) != change.files:
        raise ConnectorError(
            f"the BIG-IP did not put the new pair into {change.profile}; what was in service stays in service"
        )
    for plan in change.attachments:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if change.profile not in attached or set(plan.remove) & set(attached):
            raise ConnectorError(f"{plan.virtual_server} does not have {change.profile} after the change; run again")
    f5.note_made(MadeChange.of(change).as_read(profile))


def _concerns_others(f5: Unit, change: ProfileChange) -> bool:
    """Tell whether other profiles change too: SNI defaults, and what inherits from ours."""
    flags = any(plan.make_default or plan.drop_default for plan in change.plans)
    return flags or any(each.parent == change.profile for each in f5.holdings.profiles.at_hand.values())


def _confirm_as_before(f5: Unit, change: ProfileChange) -> None:
    f5.forget()
    before = change.seen.profile
    if _held(f5, change) != (files(before.entries) if before else None):
        raise ConnectorError(f"the BIG-IP did not give {change.profile} back what it had")
    for plan in change.plans:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if (plan.add and change.profile in attached) or not set(plan.remove) <= set(attached):
            raise ConnectorError(f"the BIG-IP did not give {plan.virtual_server} back the profiles that it had")


def must_ask_as_foreseen(f5: Unit, change: ProfileChange) -> None:
    """Read back what our profile asks of clients after it got a parent: what it inherits then, the device decides.

    Raises :class:`ConnectorError` if it is less than was foreseen.
    """
    parent = change.seen.job.parent_profile
    if change.pair_only or not gets_another_parent(change.seen):
        return
    after = f5.holdings.profiles.get(change.profile)  # as it was read back
    lost = [less(foreseen, after.client_settings) for foreseen in settings_after(change.seen)] if after else []
    if lost and all(lost):
        raise ConnectorError(f"{change.profile} asks less of clients than {parent} does: {', '.join(lost[0])}")


def _profile(f5: Unit, change: ProfileChange) -> ClientSslProfile | None:
    profile = f5.client.find(change.profile_url)
    return f5.holdings.profiles.put(profile) if profile else None


def _held(f5: Unit, change: ProfileChange) -> Files | None:
    """Return the files that our profile names now; None if there is no such profile."""
    profile = _profile(f5, change)
    return files(profile.entries) if profile else None
