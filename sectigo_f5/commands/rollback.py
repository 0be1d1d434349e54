"""``rollback``: put the previous key and certificate back in service."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sectigo_f5 import cutover, other_references
from sectigo_f5.bigip import obstacles
from sectigo_f5.bigip.profile_change import ProfileChange
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import copy_of, when_due, why_revoked
from sectigo_f5.commands.in_service import pairs_in_service, result_of_pairs
from sectigo_f5.commands.session import Session
from sectigo_f5.device_objects import Observation, Pair, pairs_issued_at
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Issued, Job, Outcome, Result
from sectigo_f5.run import Run
from sectigo_f5.x509.certificates import read_certificate

logger = logging.getLogger(__name__)


def rollback(session: Session) -> int:
    """Put the previous key and certificate back in service; returns the exit code."""
    return session.finish(session.on_every_device(roll_back))


def roll_back(run: Run, f5: Unit, job: Job) -> Result:
    """Put the previous key and certificate back in service, and change nothing else of the profile."""
    seen, pairs = pairs_in_service(run, f5, job)
    f5.must_be_active()
    obstacles.profile_must_be_free(f5, seen)
    previous = _previous(seen, pairs, run.clock())
    copies = [copy_of(run, job, pair) for pair in previous]
    revoked, stamp = why_revoked(run, job, previous, copies), previous[0].generation.stamp
    if revoked:
        raise ConnectorError(f"the previous certificate, of {stamp}, was revoked: {revoked}; {_instead(job)}")
    _must_lose_no_name(f5, seen, previous, copies)
    due = when_due(run, job, previous, copies)
    run.state.history.note_rollback(job, pairs[0].generation.stamp, run.clock())
    try:
        cutover.put_back_in_service(run, f5, ProfileChange(seen, (), (), pair_only=True), previous)
    except DeviceError as error:
        if not error.is_about_the_pair:
            raise
        refusal = "the BIG-IP does not take the previous key and certificate back, so nothing was changed"
        raise ConnectorError(f"{refusal}; {_instead(job)}: {error}") from error
    sentence = _describe(stamp, due[0] if due else None, run.clock())
    other_references.update(run, f5, seen.job)
    remaining = other_references.remaining(run, f5, seen.job, changed=True)
    return replace(result_of_pairs(seen, previous, Outcome.ROLLED_BACK, sentence), notes=remaining)


def _must_lose_no_name(f5: Unit, seen: Observation, previous: Sequence[Pair], copies: Sequence[Issued | None]) -> None:
    """Rule 3: refuse to go back to a certificate without a name that is served and in the YAML.

    And rule 2: to one with a name that another profile answers now, and asks more for.
    """
    names = [_names(pair, copy) for pair, copy in zip(previous, copies, strict=True)]
    less = obstacles.less_with_pair(f5, seen, frozenset[str].union(*names))
    if less:
        raise ConnectorError(f"the previous certificate cannot serve again: {'; '.join(less)}")
    lost = obstacles.lost_with_pair(f5, seen, frozenset[str].intersection(*names)) if all(names) else ()
    if lost:
        raise ConnectorError(
            f"the previous certificate, of {previous[0].generation.stamp}, does not serve {', '.join(lost)}, which is "
            f"served now; take it out of the YAML of {seen.job.common_name} first if it may go; {_instead(seen.job)}"
        )


def _names(pair: Pair, copy: Issued | None) -> frozenset[str]:
    return read_certificate(copy.certificate).names if copy else pair.certificate.served_names()


def _describe(stamp: str, due: datetime | None, now: datetime) -> str:
    if due is not None and due <= now:
        return f"the generation {stamp} serves again; its own renewal is due, so the next run gets a new certificate"
    when = f"on {due:%Y-%m-%d}" if due else "before its end"
    return f"the generation {stamp} serves again; runs leave it until its renewal {when}, or run --force"


def _instead(job: Job) -> str:
    return f"`start_acme.py run --force --only {job.label}` gets a new key and certificate instead"


def _previous(seen: Observation, pairs: Sequence[Pair], now: datetime) -> tuple[Pair, ...]:
    job, serving = seen.job, pairs[0].generation.stamp
    older = [pair.generation.stamp for pair in seen.pairs if pair.generation.stamp < serving]
    if not older:
        raise ConnectorError(
            f"there is no generation of {job.common_name} older than {serving} on the BIG-IP to go back to; "
            + _instead(job)
        )
    previous = pairs_issued_at(seen.pairs, max(older))
    expired = [p.certificate for p in previous if p.certificate.ends and p.certificate.ends <= now]
    if expired:
        raise ConnectorError(f"the previous certificate {expired[0].path}, or its issuer's, expired; {_instead(job)}")
    return previous
