"""The twelve steps: the table of contents of the program, and where each of them is.

 1. read every YAML file in the configuration directory ................ ``configuration/files.py``
 2. connect to the BIG-IP .............................................. ``bigip/ha_group.py``
 3. check whether a certificate for the common name exists, and
    is still what the YAML asks for .................................... ``preparation.py``, ``decision/rules.py``
 4. generate a password-protected key pair on the BIG-IP ............... ``issuance.py``, ``bigip/keys/creation.py``
 5. generate a certificate signing request (CSR) on the BIG-IP ......... ``bigip/keys/creation.py``
 6. download the CSR ................................................... ``bigip/keys/creation.py``
 7. connect to the ACME server ......................................... ``issuance.py``, ``acme/authority.py``
 8. register the connector there (external account binding) ............ ``acme/authority.py``
 9. submit the CSR and receive the certificate ......................... ``acme/authority.py``
10. upload the CA chain and the server certificate to the BIG-IP ....... ``bigip/certificate_objects.py``
11. create (or re-point) the custom client SSL profile with
    certificate, key and password ...................................... ``cutover.py``, ``bigip/activation.py``
12. enable SSL on the virtual servers with that profile; then
    forget the password ................................................ ``bigip/activation.py``

Steps 1 and 2 are done before this page: once for all files, and once for all certificates of a BIG-IP.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sectigo_f5 import cutover, issuance, other_references, recording
from sectigo_f5.bigip.created_objects import created_objects
from sectigo_f5.bigip.profile_change import ProfileChange
from sectigo_f5.bigip.rehearsal.change import rehearse
from sectigo_f5.bigip.rehearsal.upload import rehearse_upload
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.pair_alone import names_of
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.issuance import Asking, NewPair
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.preparation import Plan, prepare, prepare_replacement
from sectigo_f5.progress import Step, doing
from sectigo_f5.recording import Ending, What
from sectigo_f5.run import Run
from sectigo_f5.tidying import tidy_after, tidy_before
from sectigo_f5.tls.handshake_check import expected_of_issued
from sectigo_f5.x509.certificates import read_certificate
from sectigo_f5.x509.remarks import remarks

logger = logging.getLogger(__name__)


def keep_alive(run: Run, f5: Unit, job: Job) -> Result:
    """Bring one certificate up to date: steps 3 to 12.

    Raises :class:`ConnectorError`; whatever was created until then is deleted again, except what the CA has issued
    or may issue for, and what was in service stays in service.
    """
    plan = prepare(run, f5, job)  # 3
    tidy_before(run, f5, plan)
    if plan.decided.outcome is Outcome.REPAIRED:
        plan = repair(run, f5, job, plan)
    if not plan.decided.issues:
        other_references.update(run, f5, plan.seen.job)
        if newer := _newer_pair(plan):
            tidy_after(run, f5, plan, newer)
        return _logged(with_references(run, f5, plan, result_of(plan)))
    try:
        return _logged(with_references(run, f5, plan, put_new_in_service(run, f5, plan)))
    except PendingOrderError as pending:
        logger.warning("9 %s", pending)
        return _logged(result_of_pending(plan, pending))


def put_new_in_service(run: Run, f5: Unit, plan: Plan) -> Result:
    """Steps 4 to 12, for all keys of one certificate."""
    job = plan.seen.job  # perhaps for the names that are in service, see ``preparation``
    with created_objects() as made, created_objects() as created:
        asking = issuance.ask_for(run, f5, plan, made)  # 4 to 6
        plan = try_beforehand(f5, plan, asking)
        pairs = issuance.receive(run, f5, plan, asking)  # 7 to 9
        with _kept_if_it_fails():
            notes = issuance.upload(f5, plan, pairs, created)  # 10
            plan = activate(run, f5, plan, pairs)  # 11, 12
        created.keep()
    if not plan.unfinished:
        logger.info("the password of the new key is forgotten")
    run.state.orders.succeeded(job)
    other_references.update(run, f5, job)
    tidy_after(run, f5, plan, asking.order.stamp)
    return result_of(plan, pairs, notes)


@contextlib.contextmanager
def _kept_if_it_fails() -> Iterator[None]:
    try:
        yield
    except ConnectorError:
        logger.warning("what the CA has issued is kept; the next run continues with it, and orders nothing")
        raise


def try_beforehand(f5: Unit, plan: Plan, asking: Asking) -> Plan:
    """Rehearse steps 10 to 12: what the BIG-IP refuses is refused before it costs a certificate.

    Returns the plan that it would take. Raises :class:`ConnectorError` if it takes none.
    """
    doing("rehearsing the change", Step.REHEARSE)
    change = ProfileChange(plan.seen, (), plan.decided.attachments, pair_only=bool(plan.decided.obstacles))
    with recording.change(What.REHEARSAL, [change.profile], change.changed_servers):
        recording.amend(Ending.NOTHING)
        rehearse_upload(f5, asking.keys[0].generation)
        return cutover.despite(f5, plan, change, lambda change: rehearse(f5, change), plan.seen.names_to_come)


def activate(run: Run, f5: Unit, plan: Plan, pairs: Sequence[NewPair]) -> Plan:
    """Steps 11 and 12: put the new pairs in service, on the virtual servers as they are by now.

    Returns the plan that was carried out.
    """
    names = frozenset[str]().union(*(read_certificate(pair.issued.certificate).names for pair in pairs))
    entries, expected = tuple(pair.entry for pair in pairs), [expected_of_issued(pair.issued) for pair in pairs]

    def put(change: ProfileChange) -> None:
        cutover.put_in_service(run, f5, change, expected)

    while True:
        by_now, change = cutover.change_by_now(run, f5, plan, entries, names)
        with run.authority.alone_on(f5.answering, change.changed_servers) as waited:
            if not waited:
                return cutover.despite(f5, by_now, change, put, names)


def repair(run: Run, f5: Unit, job: Job, plan: Plan) -> Plan:
    """Fix what drifted without a new certificate: the device opens the key by its own ciphertext.

    Returns the plan that was carried out; or, if the device refuses the pair, the plan of its replacement.
    """
    decided = plan.decided
    change = ProfileChange(plan.seen, (), decided.attachments, pair_only=bool(decided.obstacles))
    names = names_of(decided.pairs) if decided.pairs != plan.seen.in_service() else None

    def put(change: ProfileChange) -> None:
        cutover.put_back_in_service(run, f5, change, decided.pairs)

    with run.authority.alone_on(f5.answering, change.changed_servers) as waited:
        if not waited:
            try:
                return cutover.despite(f5, plan, change, put, names)
            except DeviceError as refusal:
                if not refusal.is_about_the_pair:
                    raise
                return prepare_replacement(run, f5, plan, refusal)
    f5.forget()
    plan = prepare(run, f5, job)
    return repair(run, f5, job, plan) if plan.decided.outcome is Outcome.REPAIRED else plan


def _newer_pair(plan: Plan) -> str | None:
    """Return the stamp of the pair with which a repair has completed a renewal that died before its change."""
    before, after = (
        [pair.generation.stamp for pair in pairs] for pairs in (plan.seen.in_service(), plan.decided.pairs)
    )
    repaired = plan.decided.outcome is Outcome.REPAIRED
    return max(after) if repaired and before and after and max(before) < max(after) else None


# -- the result --------------------------------------------------------------------------------


def _logged(result: Result) -> Result:
    """Log what is in the way of everything but the pair."""
    if result.error:
        logger.error("%s, but nothing else was changed: %s", result.outcome, result.error)
    return result


def result_of(plan: Plan, pairs: Sequence[NewPair] = (), notes: Iterable[str] = ()) -> Result:
    """Return the result of a plan that was carried out; ``pairs`` are the new ones, of which the first end counts."""
    decided, current = plan.decided, next((pair.certificate for pair in plan.decided.pairs), None)
    new = min((read_certificate(pair.issued.certificate) for pair in pairs), key=lambda c: c.not_after, default=None)
    certificate = new or current
    odd = dict.fromkeys(remark for pair in pairs for remark in remarks(pair.issued, plan.seen.job.names))
    return Result.of(
        plan.seen.job,
        decided.outcome,
        decided.reason,
        plan.seen.server_paths,
        not_after=certificate.not_after if certificate else None,
        serial=certificate.serial if certificate else None,
        error="; ".join(decided.obstacles) or None,
        notes=(*plan.notes, *plan.remarks, *odd, *notes),
    )


def with_references(run: Run, f5: Unit, plan: Plan, result: Result, *, after: bool = True) -> Result:
    """Add what else refers to pairs that are not in service, or will not be."""
    changed = plan.decided.outcome is not Outcome.KEPT
    remaining = other_references.remaining(run, f5, plan.seen.job, changed=changed, after=after)
    return replace(result, notes=(*result.notes, *remaining))


def result_of_pending(plan: Plan, pending: PendingOrderError) -> Result:
    """Return the result of a plan for which the CA has not decided; what serves until then is what served before."""
    reason = f"{plan.decided.reason}; {pending}"
    return replace(result_of(plan), outcome=Outcome.PENDING, reason=reason, notes=())  # clients notice nothing yet
