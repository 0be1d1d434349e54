"""Steps 4 to 10: keys and their CSRs on the BIG-IP, their certificates from the CA, and those on the BIG-IP too.

Nothing in service refers to any of it yet. Once the CA has been asked, key and order are kept until the certificate
serves, whatever happens: a run that ends in between costs no second certificate.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from sectigo_f5 import recording, turns
from sectigo_f5.bigip.certificate_objects import upload_certificate
from sectigo_f5.bigip.created_objects import CreatedObjects
from sectigo_f5.bigip.keys.creation import create_key, create_request, download_request
from sectigo_f5.bigip.keys.order import KeyOrder
from sectigo_f5.bigip.profile_change import new_entry, old_entry
from sectigo_f5.bigip.surroundings import stapling
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import Entry
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import Generation, Issued, Job
from sectigo_f5.preparation import Plan
from sectigo_f5.progress import Step, doing
from sectigo_f5.recording import Change, What
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret, one_time_passphrase
from sectigo_f5.state.orders import Attempt, Order, fingerprint
from sectigo_f5.timestamps import to_stamp
from sectigo_f5.validation import Http01, Validation
from sectigo_f5.x509.certificates import check_issued, read_certificate
from sectigo_f5.x509.chains import in_order
from sectigo_f5.x509.remarks import remarks

logger = logging.getLogger(__name__)

VARIANTS = ("", "_ecdsa")  # object names of the first and the second pair of one certificate


@dataclass(frozen=True)
class NewKey:
    """A key on the BIG-IP that is not in service, and what opens it."""

    generation: Generation
    passphrase: Secret | None  # None: an earlier run made it ...
    ciphertext: str | None  # ... and it opens by the device's own form of the passphrase

    def entry(self, has_chain: bool) -> Json:
        """Return the profile entry that puts it in service with its certificate."""
        names = self.generation
        if self.passphrase:
            return new_entry(names, has_chain, self.passphrase)
        chain = names.chain if has_chain else None
        return old_entry(Entry(names.entry_name, names.certificate, names.key, chain, self.ciphertext))


@dataclass(frozen=True)
class NewPair:
    """A key on the BIG-IP, and the certificate that the CA has issued for it."""

    key: NewKey
    issued: Issued

    @property
    def entry(self) -> Json:
        """The profile entry that puts the pair in service."""
        return self.key.entry(bool(self.issued.chain))


@dataclass(frozen=True)
class Asking:
    """What the CA is asked for, and the keys that are on the BIG-IP for it; ``made`` deletes them if it refuses."""

    order: Order
    keys: tuple[NewKey, ...]
    made: CreatedObjects


def ask_for(run: Run, f5: Unit, plan: Plan, made: CreatedObjects) -> Asking:
    """Steps 4 to 6: make the keys and their CSRs, or take those of the order that is continued."""
    unfinished = plan.unfinished
    if unfinished is None:
        return _new_keys(run, f5, plan, made)
    keys = tuple(NewKey(part.generation, None, part.key.ciphertext) for part in unfinished.parts)
    logger.info("4 to 6 continuing with the key %s of an earlier run", " and ".join(key.generation.key for key in keys))
    return Asking(unfinished.order, keys, made)


def receive(run: Run, f5: Unit, plan: Plan, asking: Asking) -> tuple[NewPair, ...]:
    """Steps 7 to 9: have the certificates issued, or take what the CA has issued already.

    Raises :class:`PendingOrderError` if the CA has not decided, another :class:`ConnectorError` if it refuses. The
    keys are kept unless it has refused everything.
    """
    order, job = asking.order, plan.seen.job
    run.state.orders.begin(job, order)
    if plan.unfinished:
        for key in asking.keys:
            url = object_url("sys/file/ssl-key", key.generation.key)
            asking.made.undo(f"the key {key.generation.key}", f5.client.delete, url)
    try:
        return tuple(NewPair(key, _issued(run, plan, asking, key)) for key in asking.keys)
    except PendingOrderError:
        raise
    except ConnectorError as error:
        run.state.orders.note_problem(job, str(error))
        raise
    finally:
        if any(_is_worth_keeping(run, job, order, key) for key in asking.keys):
            asking.made.keep()
            if plan.unfinished is None:
                f5.note_change()  # a restart of the BIG-IP must not take the key away
        else:
            run.state.orders.forget(job, order.stamp)


def upload(f5: Unit, plan: Plan, pairs: Sequence[NewPair], created: CreatedObjects) -> tuple[str, ...]:
    """Step 10: store the certificates and their chains on the BIG-IP; returns what is not as it was with the former."""
    doing("uploading the certificate", Step.UPLOAD)
    notes = list[str | None]()
    for pair in pairs:
        upload_certificate(f5, pair.issued, pair.key.generation, created)
        spec = plan.seen.job.keys[VARIANTS.index(pair.key.generation.variant)]
        former = stapling.replaced(plan.seen, plan.decided.attachments, spec)
        notes += [stapling.carry(f5, former, pair.key.generation, pair.issued)] if former else []
    return tuple(filter(None, notes))


# -- steps 4 to 6 ------------------------------------------------------------------------------


def _new_keys(run: Run, f5: Unit, plan: Plan, made: CreatedObjects) -> Asking:
    job, decided = plan.seen.job, plan.decided
    stamp, keys, requests = new_stamp(run, f5, job), list[NewKey](), dict[str, str]()
    run.state.orders.start(job, stamp)
    for key_order in key_orders(f5, job, stamp, made):
        doing("the BIG-IP makes the key", Step.KEY)
        key = create_key(key_order)  # 4
        with recording.change(What.REQUEST, new=", ".join(job.names)) as request:
            doing("the BIG-IP makes the CSR", Step.REQUEST)
            key = create_request(key_order, key)  # 5
            request.objects += key.request_names
            doing("downloading the CSR", Step.DOWNLOAD)
            requests[key_order.generation.variant] = download_request(key_order, key)  # 6
        keys.append(NewKey(key_order.generation, key_order.passphrase, None))
    order = Order(stamp, job.partition, job.names, job.keys, requests, decided.outcome, decided.reason, run.clock())
    return Asking(order, tuple(keys), made)


def new_stamp(run: Run, f5: Unit, job: Job) -> str:
    """Return the time of issue as a name, later than every other's even after a clock was put back.

    A key that a killed run left alone counts too: taken for the new one it would not open.
    """
    have = f5.holdings
    ours = [Generation.parse(path, job.base) for path in (*have.keys, *have.certificates)]
    ours += run.state.certificates.copies(job)
    taken = (generation.issued_at + timedelta(seconds=1) for generation in ours if generation)
    return to_stamp(max([run.clock(), *taken]))


def key_orders(f5: Unit, job: Job, stamp: str, made: CreatedObjects) -> Iterator[KeyOrder]:
    """Yield what is to be made, a key at a time; each passphrase is forgotten when ``made`` ends."""
    for spec, variant in zip(job.keys, VARIANTS, strict=False):
        generation = Generation(job.partition, job.base, stamp, variant)
        passphrase = made.always.enter_context(one_time_passphrase())
        yield KeyOrder(f5, job, spec, generation, passphrase, made)


# -- steps 7 to 9 ------------------------------------------------------------------------------


def _issued(run: Run, plan: Plan, asking: Asking, key: NewKey) -> Issued:
    order, of = asking.order, key.generation
    request, spec = order.requests[of.variant], order.keys[VARIANTS.index(of.variant)]
    earlier = {part.generation: part.copy for part in plan.unfinished.parts} if plan.unfinished else {}
    issued = earlier.get(of) or _ask_the_ca(run, plan, asking, key, request)
    certificate = check_issued(issued, request, order.names, spec, run.clock())
    until = f"{certificate.not_after:%Y-%m-%d}"
    how = "of an earlier run" if earlier.get(of) else "received"
    logger.info("9 certificate %s: serial %s, valid until %s", how, certificate.serial, until)
    for remark in remarks(issued, order.names):
        logger.warning("9 %s", remark)
    return issued


def _ask_the_ca(run: Run, plan: Plan, asking: Asking, key: NewKey, request: str) -> Issued:
    job, stamp, variant = plan.seen.job, asking.order.stamp, key.generation.variant
    if plan.validation is None:
        raise ConnectorError(f"the certificate of {asking.order.since} is no longer under STATE_DIR; run again")
    known = (key.passphrase,) if key.passphrase else ()
    file = run.state.orders.file(job, stamp, variant)
    with turns.given_back():  # the CA takes minutes, perhaps
        doing("connecting to the CA", Step.DIRECTORY)
        run.authority.connect()  # 7
        doing("Certbot: registering with the CA", Step.ACCOUNT)
        run.authority.register()  # 8
        is_new = not run.state.orders.is_placed(job, stamp, variant)
        if is_new:
            run.state.orders.note_attempt(job, Attempt(run.beginning, fingerprint(job)))
        doing("asking for the certificate", Step.ISSUE)
        with run.figures.ordering(is_new), challenged(plan.validation), _ordered(job, is_new) as ordered:
            answer = run.authority.issue(request, plan.validation, known, file)  # 9
            with contextlib.suppress(ConnectorError):  # it is judged below
                ordered.concern(read_certificate(answer.certificate))
        issued = in_order(answer, request, run.clock())
    run.state.certificates.keep(job, key.generation, issued)
    return issued


def _ordered(job: Job, is_new: bool) -> AbstractContextManager[Change]:
    old = "" if is_new else "an order of an earlier run"
    return recording.change(What.ORDER, old=old, new=", ".join(job.names), at_once=True)


def challenged(validation: Validation) -> AbstractContextManager[object]:
    """Record on which virtual servers Certbot, a process of its own, puts iRules of its own for a while."""
    if not isinstance(validation, Http01):
        return contextlib.nullcontext()
    return recording.change(
        What.CHALLENGE, (), validation.virtual_servers, units=validation.hosts, new="http-01", at_once=True
    )


def _is_worth_keeping(run: Run, job: Job, order: Order, key: NewKey) -> bool:
    """Tell whether the CA has issued, or may issue, for a key."""
    of = key.generation
    return run.state.orders.is_placed(job, order.stamp, of.variant) or run.state.certificates.kept(job, of) is not None
