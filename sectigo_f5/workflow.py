"""The twelve steps: the table of contents of the program, and where each of them is.

 1. read every YAML file in the configuration directory ................ ``configuration/files.py``
 2. connect to the BIG-IP .............................................. ``bigip/ha_group.py``
 3. check whether a certificate for the common name exists, and
    is still what the YAML asks for .................................... ``preparation.py``, ``decision/rules.py``
 4. generate a password-protected key pair on the BIG-IP ............... ``bigip/keys/creation.py``
 5. generate a certificate signing request (CSR) on the BIG-IP ......... ``bigip/keys/creation.py``
 6. download the CSR ................................................... ``bigip/keys/creation.py``
 7. connect to the ACME server ......................................... ``acme/authority.py``
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

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sectigo_f5 import cutover
from sectigo_f5.bigip.certificate_objects import delete_older, upload_certificate
from sectigo_f5.bigip.created_objects import CreatedObjects, created_objects
from sectigo_f5.bigip.keys.creation import create_key, create_request, download_request
from sectigo_f5.bigip.keys.order import KeyOrder
from sectigo_f5.bigip.profile_change import ProfileChange, new_entry
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.pair_alone import names_of
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Generation, Issued, Job, Outcome, Result
from sectigo_f5.preparation import Plan, prepare, prepare_replacement
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret, one_time_passphrase
from sectigo_f5.timestamps import to_stamp
from sectigo_f5.tls.handshake_check import expected_of_issued
from sectigo_f5.validation import Validation
from sectigo_f5.x509.certificates import check_issued, read_certificate
from sectigo_f5.x509.chains import in_order
from sectigo_f5.x509.remarks import remarks

logger = logging.getLogger(__name__)

VARIANTS = ("", "_ecdsa")  # object names of the first and the second pair of one certificate


@dataclass(frozen=True)
class NewPair:
    """A key and its certificate, both on the BIG-IP, and what opens the key."""

    generation: Generation
    issued: Issued
    passphrase: Secret


def keep_alive(run: Run, f5: Unit, job: Job) -> Result:
    """Bring one certificate up to date: steps 3 to 12.

    Raises :class:`ConnectorError`; whatever was created until then is deleted again, and what was in
    service stays in service.
    """
    plan = prepare(run, f5, job)  # 3
    if plan.decided.outcome is Outcome.REPAIRED:
        plan = repair(run, f5, plan)
    if plan.validation is None:
        return _logged(result_of(plan))
    job = plan.seen.job  # perhaps for the names that are in service, see ``preparation``
    stamp, pairs = new_stamp(run, f5, job), list[NewPair]()
    with cutover.complete_if_in_service(run, f5, job), created_objects() as created:
        orders = key_orders(f5, job, stamp, created)
        pairs += [new_pair(run, order, plan.validation) for order in orders]  # 4 to 10
        plan = activate(run, f5, plan, pairs)  # 11, 12
        created.keep()
    logger.info("the password of the new key is forgotten")
    clean_up(run, f5, plan, stamp)
    return _logged(result_of(plan, pairs))


def new_pair(run: Run, order: KeyOrder, validation: Validation) -> NewPair:
    """Steps 4 to 10, for one key: what is new is on the BIG-IP then, and nothing refers to it yet."""
    key = create_key(order)  # 4
    key = create_request(order, key)  # 5
    request = download_request(order, key)  # 6
    run.authority.connect()  # 7
    run.authority.register()  # 8
    issued = run.authority.issue(request, validation, (order.passphrase,))  # 9
    issued = keep_and_check(run, order, request, issued)
    order.f5.must_be_active()  # it may have failed over while the CA took its time
    upload_certificate(order.f5, issued, order.generation, order.created)  # 10
    return NewPair(order.generation, issued, order.passphrase)


def activate(run: Run, f5: Unit, plan: Plan, pairs: Sequence[NewPair]) -> Plan:
    """Steps 11 and 12: put the new pairs in service, on the virtual servers as they are by now.

    Returns the plan that was carried out.
    """
    entries = tuple(new_entry(pair.generation, bool(pair.issued.chain), pair.passphrase) for pair in pairs)
    names = frozenset[str]().union(*(read_certificate(pair.issued.certificate).names for pair in pairs))
    plan, change = cutover.change_by_now(run, f5, plan, entries, names)
    expected = [expected_of_issued(pair.issued) for pair in pairs]
    return cutover.despite(f5, plan, change, lambda change: cutover.put_in_service(run, f5, change, expected), names)


def repair(run: Run, f5: Unit, plan: Plan) -> Plan:
    """Fix what drifted without a new certificate: the device opens the key by its own ciphertext.

    Returns the plan that was carried out; or, if the device refuses the pair, the plan of its replacement.
    """
    decided = plan.decided
    change = ProfileChange(plan.seen, (), decided.attachments, pair_only=bool(decided.obstacles))
    names = names_of(decided.pairs) if decided.pairs != plan.seen.in_service() else None
    try:
        return cutover.despite(
            f5, plan, change, lambda change: cutover.put_back_in_service(run, f5, change, decided.pairs), names
        )
    except DeviceError as refusal:
        if not refusal.is_about_the_pair:
            raise
        return prepare_replacement(run, f5, plan, refusal)


# -- steps 4 to 10 -----------------------------------------------------------------------------


def new_stamp(run: Run, f5: Unit, job: Job) -> str:
    """Return the time of issue as a name, later than every other's even after a clock was put back.

    A key that a killed run left alone counts too: taken for the new one it would not open.
    """
    have = f5.inventory
    ours = (Generation.parse(path, job.base) for path in (*have.keys, *have.certificates))
    taken = (generation.issued_at + timedelta(seconds=1) for generation in ours if generation)
    return to_stamp(max([run.clock(), *taken]))


def key_orders(f5: Unit, job: Job, stamp: str, created: CreatedObjects) -> Iterator[KeyOrder]:
    """Yield what is to be made, a key at a time; each passphrase is forgotten when ``created`` ends."""
    for spec, variant in zip(job.keys, VARIANTS, strict=False):
        generation = Generation(job.partition, job.base, stamp, variant)
        passphrase = created.always.enter_context(one_time_passphrase())
        yield KeyOrder(f5, job, spec, generation, passphrase, created)


def keep_and_check(run: Run, order: KeyOrder, request: str, issued: Issued) -> Issued:
    """Keep what the CA issued, put in order, then refuse it unless it is what the CSR and the YAML ask for."""
    issued = in_order(issued, request, run.clock())
    run.state.certificates.keep(order.job, order.generation, issued)
    certificate = check_issued(issued, request, order.job.names, order.spec, run.clock())
    until = f"{certificate.not_after:%Y-%m-%d}"
    logger.info("9 certificate received: serial %s, valid until %s", certificate.serial, until)
    for remark in remarks(issued, order.job.names):
        logger.warning("9 %s", remark)
    return issued


def clean_up(run: Run, f5: Unit, plan: Plan, stamp: str) -> None:
    """Delete generations older than the previous one; failing here does not fail the certificate."""
    if run.stop.is_set():
        return
    previous = [pair.generation.stamp for pair in plan.seen.in_service() or plan.seen.newest()]
    try:
        delete_older(f5, plan.seen.job, keep=(stamp, *previous[:1]))
    except ConnectorError as error:
        logger.warning("older generations could not be deleted; the next renewal tries again: %s", error)
    except InterruptedRunError as stopped:
        run.stop.set()
        logger.warning("older generations are left to the next renewal: %s", stopped)


# -- the result --------------------------------------------------------------------------------


def _logged(result: Result) -> Result:
    """Log what is in the way of everything but the pair."""
    if result.error:
        logger.error("%s, but nothing else was changed: %s", result.outcome, result.error)
    return result


def result_of(plan: Plan, pairs: Sequence[NewPair] = ()) -> Result:
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
        notes=(*plan.notes, *odd),
    )
