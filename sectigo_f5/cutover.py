"""Steps 11 and 12, the cutover: make the change, look at it as a client does, take back what must not be seen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sectigo_f5 import stopping
from sectigo_f5.bigip import activation
from sectigo_f5.bigip.certificate_objects import upload_chain
from sectigo_f5.bigip.created_objects import created_objects
from sectigo_f5.bigip.made_change import recorded
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.obstacles import Outlook, outlook, outlook_of_pair, restricted_to_attached
from sectigo_f5.bigip.profile_change import ProfileChange, old_entry
from sectigo_f5.bigip.surroundings import stapling
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed, copy_of
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.pair_alone import names_of
from sectigo_f5.device_objects import Pair
from sectigo_f5.errors import ConnectorError, NotTakenBackError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.preparation import Plan
from sectigo_f5.progress import Step, doing
from sectigo_f5.recording import Ending
from sectigo_f5.run import Run
from sectigo_f5.tls.baseline import check_of, look_before
from sectigo_f5.tls.client import Expected
from sectigo_f5.tls.handshake_check import confirm, expected_pair

logger = logging.getLogger(__name__)


def change_by_now(
    run: Run, f5: Unit, plan: Plan, entries: tuple[Json, ...], names: frozenset[str]
) -> tuple[Plan, ProfileChange]:
    """Plan the one change, to pairs with ``names``, on the virtual servers as they are by now: minutes have passed.

    If somebody has put something in the way meanwhile, it is a change of the pair alone. Raises
    :class:`ConnectorError` if there is no pair of ours to change, or the CA added a name that must not come.
    """
    decided, foreseen_names = plan.decided, plan.seen.names_to_come
    plan = replace(plan, seen=replace(plan.seen, issued_names=names))
    if names != foreseen_names and decided.obstacles:
        refused = outlook_of_pair(f5, plan.seen, names).obstacles
        if refused:
            raise ConnectorError("; ".join(refused.values()))
    as_foreseen = names == foreseen_names and not any(attachment.changes for attachment in decided.attachments)
    if decided.obstacles or as_foreseen:
        return plan, ProfileChange(plan.seen, entries, decided.attachments, pair_only=bool(decided.obstacles))
    f5.forget_if_old(run.clock())
    seen = replace(believed(run, observe(f5, plan.seen.job, run.managed)), issued_names=names)
    foreseen = outlook(f5, seen)
    obstructed = foreseen.obstacles
    if not obstructed:
        return plan, ProfileChange(replace(seen, touched=foreseen.touched), entries, plan_attachments(seen))
    alone = outlook_of_pair(f5, seen, names) if seen.in_service() else Outlook(obstructed)
    if alone.obstacles:
        raise ConnectorError("; ".join(dict.fromkeys((*obstructed.values(), *alone.obstacles.values()))))
    plan = replace(plan, seen=restricted_to_attached(seen, obstructed)).despite(obstructed.values(), alone)
    return plan, ProfileChange(plan.seen, entries, (), pair_only=True)


def despite(
    f5: Unit,
    plan: Plan,
    change: ProfileChange,
    put: Callable[[ProfileChange], None],
    names: Collection[str] | None,
) -> Plan:
    """Rule 1: what is refused together is tried once more as a change of the pair alone, to one with ``names``.

    ``names`` None means that the pair does not change. Returns the plan that was carried out. Raises
    :class:`ConnectorError` if the pair is the reason, or must not come alone, or if it is not certain that the
    virtual servers have again what they had.
    """
    try:
        put(change)
    except (UnreachableError, OutcomeUnknownError, NotTakenBackError):
        raise
    except ConnectorError as refusal:
        about_the_pair = isinstance(refusal, DeviceError) and refusal.is_about_the_pair
        more = change.is_more_than_the_pair and bool(change.seen.in_service())
        if about_the_pair or names is None or not more:
            raise
        alone = outlook_of_pair(f5, change.seen, names)
        if alone.obstacles:
            raise
        logger.warning("%s; changing nothing but the pair", refusal)
        put(change.pair_alone())
        return plan.despite([str(refusal)], alone)
    return plan


def put_in_service(
    run: Run, f5: Unit, change: ProfileChange, expected: Sequence[Expected], names: Collection[str] | None = None
) -> None:
    """Make the change, then look at it as a client does; what a client must not see is taken back. No signal comes in.

    ``names`` are those of the pairs; the certificate's unless given.
    """
    job, plans = change.seen.job, None if change.pair_only else change.attachments
    check = check_of(change.seen, plans, filter(f5.holds, change.servers()), names)
    doing("putting it in service", Step.SERVE)
    before = look_before(check, run.silent)
    f5.must_be_active()
    run.state.unsaved.mark(job.device.name)
    with stopping.whole(), recorded(change) as served:
        served.serial = ", ".join(each.serial for each in expected if each.serial)
        served.sha256 = ", ".join(each.fingerprint for each in expected if each.fingerprint)
        activation.apply(f5, change)
        try:
            activation.must_ask_as_foreseen(f5, change)
            activation.log_in_service(change)
            doing("looking at it as a client does", Step.CONFIRM)
            confirm(check, before, expected, f5.client.pause)
        except ConnectorError as error:
            _take_back(f5, change, error)
            served.ending = Ending.TAKEN_BACK
            raise


def put_back_in_service(run: Run, f5: Unit, change: ProfileChange, pairs: Sequence[Pair]) -> None:
    """Put pairs that the device holds in service by ``change``; a chain that was deleted there is stored again."""
    expected, entries = [], []
    with created_objects() as created:
        for pair in pairs:
            copy = copy_of(run, change.seen.job, pair)
            lost = bool(copy and copy.chain) and not pair.has_chain
            if copy and lost:
                f5.must_be_active()
                upload_chain(f5, copy, pair.generation, created)
            former = stapling.replaced(change.seen, change.attachments, pair.spec or change.seen.job.keys[0])
            if copy and former and not pair.certificate.validation:
                stapling.carry(f5, former, pair.generation, copy)
            expected.append(expected_pair(pair, copy))
            entries.append(old_entry(replace(pair, has_chain=pair.has_chain or lost).entry))
        put_in_service(run, f5, replace(change, entries=tuple(entries)), expected, names_of(pairs) or None)
        created.keep()


def _take_back(f5: Unit, change: ProfileChange, why: BaseException) -> None:
    try:
        activation.restore(f5, change)
    except ConnectorError as error:
        by_hand = activation.manual_recovery(f5, change)
        raise NotTakenBackError(f"{why}; and what was in service could not be put back: {error}; {by_hand}") from why
    logger.warning("11 and 12 are taken back: the virtual servers have again what they had before this run")
