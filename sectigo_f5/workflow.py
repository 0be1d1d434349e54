"""The twelve steps: the table of contents of the program.

 1. read every YAML file in the configuration directory          (``cli``, before any device is touched)
 2. connect to the BIG-IP
 3. check whether a certificate for the common name exists, and is still what the YAML asks for
 4. generate a password-protected key pair on the BIG-IP
 5. generate a certificate signing request (CSR) on the BIG-IP
 6. download the CSR
 7. connect to the ACME server
 8. register the connector there (external account binding)
 9. submit the CSR and receive the certificate
10. upload the CA chain and the server certificate to the BIG-IP
11. create (or re-point) the custom client SSL profile with certificate, key and password
12. enable SSL on the virtual servers with that profile; then forget the password
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sectigo_f5.bigip import activation, certificate_objects, keys, obstacles
from sectigo_f5.bigip.challenges import doubts, validation_for
from sectigo_f5.bigip.profile_change import ProfileChange, new_entry, old_entry
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import circumstances, copy_of
from sectigo_f5.decision import rules
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.rules import Decision
from sectigo_f5.decision.takeover import told_apart
from sectigo_f5.device_objects import Observation, Pair
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Generation, Issued, Job, KeySpec, Outcome, Result
from sectigo_f5.run import Run
from sectigo_f5.secret import one_time_passphrase
from sectigo_f5.timestamps import to_stamp
from sectigo_f5.tls import handshake_check
from sectigo_f5.tls.client import Expected
from sectigo_f5.x509 import certificates

logger = logging.getLogger(__name__)

VARIANTS = ("", "_ecdsa")  # object names of the first and the second pair of one certificate


def keep_alive(run: Run, f5: Unit, job: Job) -> Result:
    """Bring one certificate up to date: steps 3 to 12.

    Raises :class:`ConnectorError`; whatever was made until then is deleted again, and what
    served before still serves.
    """
    seen, decided = look(run, f5, job)  # 3
    if decided.outcome is Outcome.KEPT:
        return result_of(job, decided, seen)
    must_be_possible(f5, job, seen)
    if not decided.issues:
        try:
            return repair(run, f5, job, seen, decided)
        except DeviceError as error:
            if not error.is_about_the_pair:
                raise
            decided = rules.replaced_after_refusal(decided, error)
            logger.warning("3 to be %s: %s", decided.outcome, decided.reason)
    validation = validation_for(f5, job, seen.virtual_servers)
    for doubt in doubts(validation):
        logger.warning("%s", doubt)
    stamp = _fresh_stamp(run, f5, job)
    with contextlib.ExitStack() as undo, contextlib.ExitStack() as leftovers:
        entries, installed = [], []
        for spec, variant in zip(job.keys, VARIANTS, strict=False):
            generation = Generation(job.partition, job.base, stamp, variant)
            passphrase = leftovers.enter_context(one_time_passphrase())
            order = keys.KeyOrder(f5, job, spec, generation, passphrase, undo, leftovers)
            made = keys.create_key(order)  # 4
            logger.info("4 %s key %s generated on the BIG-IP (%s route)", spec, generation.key, made.route)
            made = keys.create_request(order, made)  # 5
            logger.info("5 CSR for %s generated on the BIG-IP", ", ".join(job.names))
            request = keys.download_request(order, made)  # 6
            certificates.check_request(request, job.names, spec)
            logger.info("6 CSR downloaded; its signature, names and key are right")
            run.authority.connect()  # 7
            run.authority.register()  # 8
            issued = run.authority.issue(request, validation, (passphrase,))  # 9
            installed.append(_check(run, job, spec, generation, request, issued))
            f5.must_be_active()  # it may have failed over while the CA took its time
            certificate_objects.upload_certificate(f5, issued, generation, undo, leftovers)  # 10
            logger.info("10 CA chain and certificate uploaded: %s", generation.certificate)
            entries.append(new_entry(generation, bool(issued.chain), passphrase))
        change = _change_by_now(run, f5, job, seen, decided, entries)
        put_in_service(run, f5, change, [handshake_check.expected_of_issued(issued) for issued in installed])  # 11, 12
        undo.pop_all()
    logger.info("the password of the new key is forgotten")
    _clean_up(f5, job, seen, stamp)
    newest = min((certificates.read_certificate(issued.certificate) for issued in installed), key=lambda c: c.not_after)
    return replace(result_of(job, decided, seen), not_after=newest.not_after, serial=newest.serial)


def look(run: Run, f5: Unit, job: Job) -> tuple[Observation, Decision]:
    """Step 3: read, and decide; writes nothing."""
    seen = f5.observe(job, run.managed)
    found = obstacles.obstacles(f5, job, seen)
    seen = obstacles.restricted_to_attached(job, seen, found)
    known = circumstances(job, seen, run.authority, run.state, run.revocation, run.clock())
    decided = rules.decide(job, seen, replace(known, force=run.force), tuple(found.values()))
    kept = decided.outcome is Outcome.KEPT
    odd = kept and known.rolled_back  # an operator's doing, that should not be forgotten
    level = logging.WARNING if odd else logging.INFO
    logger.log(level, "3 %s%s: %s", "" if kept else "to be ", decided.outcome, decided.reason)
    return seen, decided


def _change_by_now(
    run: Run, f5: Unit, job: Job, seen: Observation, decided: Decision, entries: Sequence[Json]
) -> ProfileChange:
    """Plan the one change on the virtual servers as they are by now: since step 3 minutes have passed.

    Raises :class:`ConnectorError` where somebody has put something in the way meanwhile.
    """
    for obstacle in decided.obstacles:
        logger.warning("only the certificate in service is renewed: %s", obstacle)
    if decided.obstacles or not any(plan.changes for plan in decided.attachments):
        return ProfileChange(job, seen, tuple(entries), decided.attachments, pair_only=bool(decided.obstacles))
    f5.forget()
    seen = f5.observe(job, run.managed)
    found = obstacles.obstacles(f5, job, seen)
    if found:
        raise ConnectorError("; ".join(found.values()))
    return ProfileChange(job, seen, tuple(entries), plan_attachments(job, seen))


def must_be_possible(f5: Unit, job: Job, seen: Observation) -> None:
    """Refuse, before anything is written, what could not be brought to its end."""
    f5.must_be_active()
    obstacles.profile_must_be_free(f5, seen)
    if job.verify_handshake == "required":
        handshake_check.look_before(told_apart(job, seen), seen.virtual_servers, seen)


def put_in_service(run: Run, f5: Unit, change: ProfileChange, expected: Sequence[Expected]) -> None:
    """Steps 11 and 12, then look at it as a client does; what a client must not see is taken back."""
    job, touched = told_apart(change.job, change.seen), {plan.virtual_server for plan in change.attachments}
    servers = [s for s in change.seen.virtual_servers if s.path in touched or job.profile in s.client_ssl]
    if job.verify_handshake != change.job.verify_handshake:
        logger.info("what is served is not looked at: other profiles have every name of the certificate too")
    before = handshake_check.look_before(job, servers, change.seen)
    f5.must_be_active()
    run.state.unsaved.mark(job.device.name)
    activation.put_in_service(f5, change)
    try:
        logger.info("11 client SSL profile %s holds %s", job.profile, ", ".join(str(e["cert"]) for e in change.entries))
        logger.info("12 SSL enabled on %s", ", ".join(s.path for s in change.seen.virtual_servers) or "nothing")
        handshake_check.confirm(job, servers, expected, before, f5.pause)
    except (ConnectorError, InterruptedRunError) as error:
        _take_back(f5, change, error)
        raise


def _take_back(f5: Unit, change: ProfileChange, why: BaseException) -> None:
    try:
        activation.restore(f5, change)
    except ConnectorError as error:
        raise ConnectorError(
            f"{why}; and what served before could not be put back: {error}; {activation.manual_recovery(f5, change)}"
        ) from why
    logger.warning("11 and 12 are taken back: the virtual servers have again what they had before this run")


def repair(run: Run, f5: Unit, job: Job, seen: Observation, decided: Decision) -> Result:
    """Put right what drifted without a new certificate: the device opens the key by its own ciphertext."""
    put_pairs_in_service(run, f5, ProfileChange(job, seen, (), decided.attachments), decided.pairs)
    return result_of(job, decided, seen)


def put_pairs_in_service(run: Run, f5: Unit, change: ProfileChange, pairs: Sequence[Pair]) -> None:
    """Put pairs that the device holds in service by ``change``; a chain that was deleted there is stored again."""
    expected, entries = [], []
    with contextlib.ExitStack() as undo, contextlib.ExitStack() as leftovers:
        for pair in pairs:
            copy = copy_of(change.job, pair, run.state)
            lost = bool(copy and copy.chain) and not pair.has_chain
            if copy and lost:
                f5.must_be_active()
                certificate_objects.upload_chain(f5, copy, pair.generation, undo, leftovers)
            expected.append(handshake_check.expected_pair(pair, copy))
            entries.append(old_entry(replace(pair, has_chain=pair.has_chain or lost).entry))
        put_in_service(run, f5, replace(change, entries=tuple(entries)), expected)
        undo.pop_all()


def _check(run: Run, job: Job, spec: KeySpec, generation: Generation, request: str, issued: Issued) -> Issued:
    """Keep what the CA issued, then refuse it unless it is what the CSR and the YAML ask for."""
    run.state.certificates.keep(job, generation, issued)
    certificate = certificates.check_issued(issued, request, job.names, spec, run.clock())
    logger.info(
        "9 certificate received: serial %s, valid until %s", certificate.serial, f"{certificate.not_after:%Y-%m-%d}"
    )
    return issued


def _fresh_stamp(run: Run, f5: Unit, job: Job) -> str:
    """Return the time of issue as a name, later than every other's even after a clock was put back.

    A key that a killed run left alone counts too: taken for the new one it would not open.
    """
    have = f5.inventory
    ours = (Generation.parse(path, job.base) for path in (*have.keys, *have.certificates))
    there = (found.issued_at + timedelta(seconds=1) for found in ours if found)
    return to_stamp(max([run.clock(), *there]))


def _clean_up(f5: Unit, job: Job, seen: Observation, stamp: str) -> None:
    """Delete generations older than the previous one; a failure here is no failure of the certificate."""
    previous = [pair.generation.stamp for pair in seen.in_service() or seen.newest()]
    try:
        certificate_objects.delete_older(f5, job, keep=(stamp, *previous[:1]))
    except ConnectorError as error:
        logger.warning("older generations could not be deleted; the next renewal tries again: %s", error)


def result_of(job: Job, decided: Decision, seen: Observation) -> Result:
    """Turn a decision into the result of its certificate."""
    first = next(iter(decided.pairs), None)
    return Result(
        common_name=job.common_name,
        device=job.device.name,
        virtual_servers=tuple(server.path for server in seen.virtual_servers),
        outcome=decided.outcome,
        reason=decided.reason,
        not_after=first.certificate.not_after if first else None,
        serial=first.certificate.serial if first else None,
        notes=decided.obstacles,
    )
