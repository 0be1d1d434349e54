"""Orders of earlier runs whose certificates are not in service yet: which is continued, and when a new one may be made.

What a CA has issued is kept until it serves: a certificate costs money, and CAs limit how many they issue.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import when_due, why_revoked
from sectigo_f5.decision.earlier_orders import Ordered, next_order
from sectigo_f5.decision.renewal import is_due
from sectigo_f5.device_objects import CertificateObject, KeyObject, Observation, Pair
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Generation, Issued, Job
from sectigo_f5.run import Run
from sectigo_f5.state.orders import Order, fingerprint
from sectigo_f5.x509.certificates import must_be_for, read_certificate, read_chain
from sectigo_f5.x509.chains import has_path
from sectigo_f5.x509.remarks import first_end

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One key of an order, as it is on the BIG-IP, and what the CA has issued for it."""

    generation: Generation
    key: KeyObject
    copy: Issued | None
    placed: bool  # the CA has its order

    def pair(self) -> Pair | None:
        """Return key and certificate as they will be on the BIG-IP; None while there is no certificate."""
        return Pair(self.generation, _as_object(self.generation, self.copy), self.key, False) if self.copy else None


@dataclass(frozen=True)
class Unfinished:
    """An order that this run continues."""

    order: Order
    parts: tuple[Part, ...]

    @property
    def is_issued(self) -> bool:
        """True if the CA has issued everything, so that it need not be asked."""
        return all(part.copy for part in self.parts)

    @property
    def is_placed(self) -> bool:
        """True if continuing it makes no new order."""
        return all(part.copy or part.placed for part in self.parts)

    def ordered(self) -> Ordered:
        """Return what the decision needs to know of it."""
        return Ordered(self.order.outcome, self.order.reason, self._progress())

    def _progress(self) -> str:
        serials = [read_certificate(part.copy.certificate).serial for part in self.parts if part.copy]
        since = f"the order of {self.order.since:%Y-%m-%d %H:%M} UTC is continued"
        return f"{since}, for which the CA has issued serial {' and '.join(serials)}" if serials else since


def unfinished_order(run: Run, f5: Unit, seen: Observation) -> Unfinished | None:
    """Return the newest order of earlier runs that can be continued; None if there is none, or with ``--force``."""
    if run.force:
        return None
    complete = {pair.generation for pair in seen.pairs}
    for order in run.state.orders.of(seen.job):
        generations = [order.generation(seen.job, variant) for variant in order.requests]
        if complete.issuperset(generations):
            return None  # everything is on the BIG-IP: step 3 sees it by itself
        parts = tuple(_parts(run, f5, seen.job, order))
        why = _why_given_up(run, seen.job, order, parts)
        if why is None:
            return Unfinished(order, parts)
        logger.info("3 the order of %s is not continued: %s", f"{order.since:%Y-%m-%d %H:%M} UTC", why)
    return None


def _parts(run: Run, f5: Unit, job: Job, order: Order) -> Iterator[Part]:
    """Yield the keys of an order that the BIG-IP still has."""
    for variant in order.requests:
        generation = order.generation(job, variant)
        key = f5.holdings.keys.get(generation.key)
        if key is not None:
            placed = run.state.orders.is_placed(job, order.stamp, variant)
            copy = run.state.certificates.kept(job, generation)
            again = placed and copy is not None and not has_path(copy)  # the CA may have mended its chain
            yield Part(generation, key, None if again else copy, placed)


def _why_given_up(run: Run, job: Job, order: Order, parts: Collection[Part]) -> str | None:
    if len(parts) < len(order.requests):
        return "its key is no longer on the BIG-IP"
    if order.names != job.names or order.keys != job.keys or order.partition != job.partition:
        return "the configuration asks for other names, or another key"
    issued = [(pair, part.copy) for part in parts if (pair := part.pair())]
    pairs, copies = [pair for pair, _ in issued], [copy for _, copy in issued]
    lacking = sorted({name for pair in pairs for name in order.names if name not in (pair.certificate.names or ())})
    if lacking:
        return f"its certificate lacks {', '.join(lacking)}"
    unusable = _why_unusable(order, parts)
    if unusable:
        return f"its certificate can never be used: {unusable}"
    revoked = why_revoked(run, job, pairs, copies)
    if revoked:
        return f"its certificate was revoked: {revoked}"
    due = when_due(run, job, pairs, copies)
    return f"its certificate has to be renewed already: {due[1]}" if due and is_due(due[0], run.clock()) else None


def _why_unusable(order: Order, parts: Collection[Part]) -> str | None:
    """Return why what the CA has issued serves nobody: asked again for this order, it would answer the same."""
    specs = dict(zip(order.requests, order.keys, strict=False))
    try:
        for variant, copy in ((part.generation.variant, part.copy) for part in parts):
            if copy:
                must_be_for(copy, order.requests[variant], order.names, specs[variant])
    except ConnectorError as error:
        return str(error)
    return None


def _as_object(generation: Generation, copy: Issued) -> CertificateObject:
    kept, first = read_certificate(copy.certificate), first_end(read_chain(copy.chain))
    return CertificateObject(
        path=generation.certificate,
        checksum=None,
        names=kept.names,
        common_name=kept.common_name,
        not_after=kept.not_after,
        created_at=None,
        key=kept.key,
        serial=kept.serial,
        issuer=kept.issuer,
        chain_not_after=first.not_after if first else None,
    )


def next_order_at(run: Run, job: Job) -> datetime | None:
    """Return when a new order may be made for a certificate whose last runs failed; None: now."""
    last, attempt = run.state.history.results().get(job.label), run.state.orders.attempt(job)
    if run.force or last is None or attempt is None or attempt.asked != fingerprint(job):
        return None
    return next_order(last.failures, attempt.at, run.beginning)


def may_order(run: Run, job: Job) -> None:
    """Refuse a new order soon after one that came to nothing; raises :class:`ConnectorError` with the remedy."""
    allowed, attempt = next_order_at(run, job), run.state.orders.attempt(job)
    if allowed and attempt:
        raise ConnectorError(
            f"nothing is ordered before {allowed:%Y-%m-%d %H:%M} UTC, because the last runs failed; mend the cause, "
            f"or order at once by `start_acme.py run --force --only {job.label}`. The order of "
            f"{attempt.at:%Y-%m-%d %H:%M} UTC: {attempt.problem or 'it was not finished'}"
        )
