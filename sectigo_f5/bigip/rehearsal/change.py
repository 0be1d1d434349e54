"""The rehearsal of steps 11 and 12: the BIG-IP judges the change with a pair that it has, and makes nothing.

What it would refuse after the CA has issued it refuses here, where that costs no certificate.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sectigo_f5 import recording, stopping
from sectigo_f5.bigip import activation
from sectigo_f5.bigip.profile_change import ProfileChange, forward, without_ciphertext
from sectigo_f5.bigip.readers import full_path
from sectigo_f5.bigip.rehearsal.stand_ins import stand_ins
from sectigo_f5.bigip.rehearsal.validation import makes_nothing, validate
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, NotTakenBackError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.transactions import Operation
from sectigo_f5.recording import Ending

logger = logging.getLogger(__name__)

FILE_MISSING = "01070277"  # somebody has deleted the stand-in meanwhile


def rehearse(f5: Unit, change: ProfileChange) -> None:
    """Have the BIG-IP judge a change; pairs that it has already stand in for the ``entries`` of the change.

    Raises :class:`DeviceError` if it refuses. Where it cannot judge beforehand, that is logged once in a login.
    """
    every, plain = (stand_ins(change.seen, f5.holdings.keys, unprotected=one) for one in (False, True))
    if not every:
        logger.info("the change is not rehearsed: the BIG-IP has no pair that could stand in for the new one")
    elif makes_nothing(f5, change):
        _rehearse(f5, [replace(change, entries=entries) for entries in (every, plain) if entries])


def _rehearse(f5: Unit, tries: Sequence[ProfileChange]) -> None:
    problem: ConnectorError | None = None
    try:
        problem = _judge(f5, _variants(tries))
    except BaseException:
        f5.memory.watched = False  # it is looked at, whatever was seen before
        raise
    finally:
        if problem or not f5.memory.watched:
            with stopping.whole():
                _take_back_if_made(f5, tries[0])
            f5.memory.watched = _shows(tries[0])
    if problem:
        logger.warning("the change of %s could not be rehearsed: %s", tries[0].profile, problem)
    else:
        logger.info("the BIG-IP would take the change of %s (rehearsed)", tries[0].profile)


def _judge(f5: Unit, variants: Iterable[tuple[Operation, ...]]) -> DeviceError | None:
    """Have the device judge; returns why it cannot, raises :class:`DeviceError` if it refuses."""
    problem = None
    for operations in variants:
        try:
            validate(f5.client, operations)
        except OutcomeUnknownError as error:
            return error
        except DeviceError as error:
            if error.code != FILE_MISSING and not error.is_about_the_pair:
                raise
            problem = error
        else:
            return None
    return problem


def _variants(tries: Sequence[ProfileChange]) -> Iterator[tuple[Operation, ...]]:
    """Yield the operations with each stand-in, and without ciphertexts for a device that takes none back."""
    done = list[tuple[Operation, ...]]()
    for change in tries:
        operations = _operations(change)
        for variant in (operations, without_ciphertext(operations)):
            if variant not in done:
                done.append(variant)
                yield variant


def _operations(change: ProfileChange) -> tuple[Operation, ...]:
    """Return the change with its pair, also if that is the one in service: a renewal sends nothing else."""
    seen = change.seen
    without_pair = replace(seen.profile, entries=()) if seen.profile else None
    return forward(replace(change, seen=replace(seen, profile=without_pair)))


def _take_back_if_made(f5: Unit, change: ProfileChange) -> None:
    """Put back what was in service if the device made the change after all, stand-in included."""
    if not _is_made(f5, change):
        return
    f5.memory.validates_only = False
    f5.note_change()
    what = "the BIG-IP made a change that it was asked only to validate"
    try:
        activation.restore(f5, change)
    except ConnectorError as error:
        by_hand = activation.manual_recovery(f5, change)
        raise NotTakenBackError(f"{what}, and it could not be taken back: {error}; {by_hand}") from error
    recording.amend(Ending.TAKEN_BACK, what)
    logger.warning("%s; it is taken back, and changes are not rehearsed", what)


def _shows(change: ProfileChange) -> bool:
    """Tell whether a look would show that a change was made: a pair alone that stands in for itself does not."""
    return change.seen.profile is None or any(plan.add for plan in change.plans)


def _is_made(f5: Unit, change: ProfileChange) -> bool:
    """Tell it by the first thing that only the change can have brought: our profile, or where it is attached."""
    if change.seen.profile is None:
        return f5.client.find(change.profile_url) is not None
    attached = next((plan.virtual_server for plan in change.plans if plan.add), None)
    items = f5.client.items(object_url("ltm/virtual", attached) + "/profiles") if attached else ()
    return change.profile in map(full_path, items)
