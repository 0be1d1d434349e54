"""What step 3 knows besides the device: renewal information, revocation, rollbacks."""

from __future__ import annotations

import logging
from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.clocks import agree, compare_clocks
from sectigo_f5.decision.renewal import due_at, not_too_soon
from sectigo_f5.decision.rules import Circumstances, current_pairs
from sectigo_f5.device_objects import CertificateObject, Observation, Pair
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, Job
from sectigo_f5.run import Run
from sectigo_f5.x509.certificates import read_certificate, read_chain
from sectigo_f5.x509.remarks import first_end

logger = logging.getLogger(__name__)

CHAIN = "a certificate of the CA that is sent with it"


def believed(run: Run, seen: Observation) -> Observation:
    """Return what was seen, with the names of our certificates, and the end of their chains, as our copies have them.

    A BIG-IP cuts a long list of names off (F5 Bug ID 891565), and some releases do not show it. A copy is
    believed if it has the serial number that the device shows; if there is none, the device is.
    """
    known = {pair.certificate.path: _as_kept(run, seen, pair) for pair in seen.pairs}
    replaced = (replace(pair, certificate=known.get(pair.certificate.path, pair.certificate)) for pair in seen.pairs)
    return replace(
        seen,
        pairs=tuple(replaced),
        certificates=ChainMap(known, cast("dict[str, CertificateObject]", seen.certificates)),
    )


def _as_kept(run: Run, seen: Observation, pair: Pair) -> CertificateObject:
    copy = run.state.certificates.kept(seen.job, pair.generation)
    kept = read_certificate(copy.certificate) if copy else None
    if copy is None or kept is None or kept.serial != pair.certificate.serial:
        chain = seen.certificates.get(pair.generation.chain)
        return replace(pair.certificate, chain_not_after=chain.not_after if chain else None)
    first, asked = first_end(read_chain(copy.chain)), run.state.certificates.asked(seen.job, pair.generation)
    known = replace(pair.certificate, names=kept.names, common_name=kept.common_name, cut=False, asked=asked)
    return replace(known, chain_not_after=first.not_after if first else None)


def ask_ahead(run: Run, job: Job) -> None:
    """Ask the CA about the newest certificate of ours, which is in service as a rule, before the BIG-IP is looked at.

    It remembers what it has answered. Asked after the look, minutes perhaps, it would leave others less time there.
    """
    for copy in run.state.certificates.newest(job):
        if job.renew_before_days is None:
            run.authority.renewal_information(copy.certificate, run.clock())
        _revoked_by_the_ca(run, job, (copy,))


def circumstances(seen: Observation, run: Run) -> Circumstances:
    """Gather what bears on the certificate in service, or the one that could be; a missing answer is not an error."""
    now, job, serving = run.clock(), seen.job, seen.in_service()
    taken_out = run.state.history.rolled_back_from(job)
    rolled_back = bool(taken_out and serving) and all(pair.generation.stamp < str(taken_out) for pair in serving)
    pairs = current_pairs(seen, rolled_back)
    copies = [copy_of(run, job, pair) for pair in pairs]
    due = when_due(run, job, pairs, copies)
    return Circumstances(
        now=now,
        due_at=due[0] if due else None,
        due_reason=due[1] if due else "",
        revoked=why_revoked(run, job, pairs, copies),
        rolled_back=rolled_back,
        chained=frozenset(p.generation.certificate for p, c in zip(pairs, copies, strict=True) if c and c.chain),
        force=run.force,
    )


def clocks_must_agree(run: Run, f5: Unit, ordering: bool = True) -> None:
    """Refuse to say what is due by a clock that is wrong; raises :class:`ConnectorError` with the remedy.

    Unless a certificate is to be ordered, the CA is asked only if the clock of the BIG-IP, which every answer
    tells, differs from ours.
    """
    now, told = run.clock(), f5.client.date
    ahead = told - now if told else None
    if not ordering and agree(ahead):
        return
    verdict = compare_clocks(now, run.authority.clock_ahead(), ahead, f5.client.host)
    if verdict.refusal:
        raise ConnectorError(verdict.refusal)
    if verdict.doubt:
        logger.warning("%s", verdict.doubt)


def copy_of(run: Run, job: Job, pair: Pair) -> Issued | None:
    """Return our copy of the certificate, if it is the one that the device holds."""
    copy, serial = run.state.certificates.kept(job, pair.generation), pair.certificate.serial
    if copy is not None and serial in (None, read_certificate(copy.certificate).serial):
        return copy
    logger.warning(
        "%s %s under STATE_DIR/certificates: neither its revocation nor the CA's renewal information can be "
        "asked for; expiry is still watched",
        pair.generation.certificate,
        "is not the certificate that was kept" if copy else "has no copy",
    )
    return None


def when_due(run: Run, job: Job, pairs: Sequence[Pair], copies: Sequence[Issued | None]) -> tuple[datetime, str] | None:
    """Return the planned renewal of the first of the pairs, and the rule behind it; None if no end is known."""
    due = (_due(run, job, pair, copy) for pair, copy in zip(pairs, copies, strict=True))
    return min((planned for planned in due if planned), default=None)


def _due(run: Run, job: Job, pair: Pair, copy: Issued | None) -> tuple[datetime, str] | None:
    held = pair.certificate
    if held.not_after is None or held.ends is None:
        return None
    begins, information, seed = pair.generation.issued_at, None, pair.generation.certificate
    if copy is not None:
        certificate = read_certificate(copy.certificate)
        begins, seed = certificate.not_before, certificate.fingerprint
        if job.renew_before_days is None:
            information = run.authority.renewal_information(copy.certificate, run.clock())
    what = "it" if held.ends == held.not_after else CHAIN
    planned, reason = due_at(begins, held.ends, job.renew_before_days, information, seed, what)
    return not_too_soon(planned, pair.generation.issued_at, held.not_after), reason


def why_revoked(run: Run, job: Job, pairs: Sequence[Pair], copies: Sequence[Issued | None]) -> str | None:
    """Return the reason, and who gives it, if one of the certificates is revoked; None if none is."""
    by_us = (run.state.certificates.revoked(job, pair.generation) for pair in pairs)
    reason = next((f"{reason} (start_acme.py revoke)" for reason in by_us if reason), None)
    return reason or _revoked_by_the_ca(run, job, copies)


def _revoked_by_the_ca(run: Run, job: Job, copies: Sequence[Issued | None]) -> str | None:
    if not job.revocation_check:
        return None
    for copy in copies:
        chain = read_chain(copy.chain) if copy else ()
        if copy is None or not chain:
            continue
        answer = run.revocation.status(copy.certificate, chain[0].pem)
        if answer.status == "revoked":
            return f"{answer.reason or 'no reason given'} ({answer.source.upper()})"
    return None
