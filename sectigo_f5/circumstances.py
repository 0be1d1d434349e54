"""What step 3 knows beside the device: renewal information, revocation, roll backs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sectigo_f5.decision.renewal import due_at
from sectigo_f5.decision.rules import Circumstances, current_pairs
from sectigo_f5.device_objects import Observation, Pair
from sectigo_f5.model import Issued, Job
from sectigo_f5.run import CertificateAuthority, RevocationSource
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)


def circumstances(
    job: Job,
    seen: Observation,
    authority: CertificateAuthority,
    state: StateDirectory,
    revocation: RevocationSource,
    now: datetime,
) -> Circumstances:
    """Gather what bears on the certificate that serves, or could; never fails for want of an answer."""
    bad, serving = state.history.rolled_back_from(job), seen.in_service()
    rolled_back = bool(bad and serving) and all(pair.generation.stamp < str(bad) for pair in serving)
    pairs = current_pairs(job, seen, rolled_back)
    copies = [copy_of(job, pair, state) for pair in pairs]
    due = when_due(job, pairs, copies, authority, now)
    return Circumstances(
        now=now,
        due_at=due[0] if due else None,
        due_reason=due[1] if due else "",
        revoked=why_revoked(job, pairs, copies, state, revocation),
        rolled_back=rolled_back,
        chained=frozenset(p.generation.certificate for p, c in zip(pairs, copies, strict=True) if c and c.chain),
    )


def copy_of(job: Job, pair: Pair, state: StateDirectory) -> Issued | None:
    """Return our copy of the certificate, if it is the one that the device holds."""
    copy, serial = state.certificates.kept(job, pair.generation), pair.certificate.serial
    if copy is not None and serial in (None, read_certificate(copy.certificate).serial):
        return copy
    logger.warning(
        "%s %s under STATE_DIR/certificates: neither its revocation nor the CA's renewal information can be "
        "asked for; expiry is still watched",
        pair.generation.certificate,
        "is not the certificate that was kept" if copy else "has no copy",
    )
    return None


def when_due(
    job: Job,
    pairs: Sequence[Pair],
    copies: Sequence[Issued | None],
    authority: CertificateAuthority,
    now: datetime,
) -> tuple[datetime, str] | None:
    """Return the planned renewal of the first of the pairs, and the rule behind it; None where no end is known."""
    due = (_due(job, pair, copy, authority, now) for pair, copy in zip(pairs, copies, strict=True))
    return min((found for found in due if found), default=None)


def _due(
    job: Job, pair: Pair, copy: Issued | None, authority: CertificateAuthority, now: datetime
) -> tuple[datetime, str] | None:
    if pair.certificate.not_after is None:
        return None
    begins, information, seed = pair.generation.issued_at, None, pair.generation.certificate
    if copy is not None:
        certificate = read_certificate(copy.certificate)
        begins, seed = certificate.not_before, certificate.fingerprint
        if job.renew_before_days is None:
            information = authority.renewal_information(copy.certificate, now)
    return due_at(begins, pair.certificate.not_after, job.renew_before_days, information, seed)


def why_revoked(
    job: Job,
    pairs: Sequence[Pair],
    copies: Sequence[Issued | None],
    state: StateDirectory,
    revocation: RevocationSource,
) -> str | None:
    """Return the reason, and who gives it, why one of the certificates is revoked; None where none is."""
    by_us = (state.certificates.revoked(job, pair.generation) for pair in pairs)
    told = next((f"{reason} (start_acme.py revoke)" for reason in by_us if reason), None)
    return told or _revoked(job, copies, revocation)


def _revoked(job: Job, copies: Sequence[Issued | None], revocation: RevocationSource) -> str | None:
    if not job.revocation_check:
        return None
    for copy in copies:
        chain = read_chain(copy.chain) if copy else ()
        if copy is None or not chain:
            continue
        found = revocation.status(copy.certificate, chain[0].pem)
        if found.status == "revoked":
            return f"{found.reason or 'no reason given'} ({found.source.upper()})"
    return None
