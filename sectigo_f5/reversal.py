"""What an operator does when a certificate turns out to be bad: ``revoke`` and ``rollback``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sectigo_f5 import obstacles, workflow
from sectigo_f5.bigip import BigIP
from sectigo_f5.certificates import read_certificate
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.judgement import copy_of, when_due, why_revoked
from sectigo_f5.model import Generation, Issued, Job, Result, Word
from sectigo_f5.observed import Observation, Pair, of_stamp
from sectigo_f5.service_change import ServiceChange
from sectigo_f5.workflow import Run

logger = logging.getLogger(__name__)

MEANWHILE = "it is served until the next run replaces it"


def revoke(run: Run, f5: BigIP, job: Job, reason: str) -> Result:
    """Revoke what is in service at the CA; raises :class:`ConnectorError` for what there is no copy of."""
    seen, pairs = _in_service(run, f5, job)
    copies = {pair.generation: copy_of(job, pair, run.state) for pair in pairs}
    revoked = _revoke(run, job, {of: copy for of, copy in copies.items() if copy}, reason)
    without = [pair for pair in pairs if not copies[pair.generation]]
    if without:
        serials = " and ".join(pair.certificate.serial or pair.generation.certificate for pair in without)
        done = f"; serial {' and '.join(revoked)} is revoked" if revoked else ""
        raise ConnectorError(
            f"there is no copy of serial {serials} under STATE_DIR/certificates, and the BIG-IP gives none: "
            f"revoke it in Sectigo Certificate Manager, then run `start_acme.py run --force --only {job.label}`{done}"
        )
    return _result(job, seen, pairs, Word.REVOKED, f"revoked at the CA ({reason}); {MEANWHILE}")


def revoke_last_known(run: Run, job: Job, reason: str, why: str) -> Result:
    """Revoke what the last run found in service, where the BIG-IP cannot be asked: ``why``."""
    last, copies = run.state.results().get(job.label), run.state.kept_copies(job)
    known = next((of for of, copy in copies.items() if last and _serial(copy) == last.serial), None)
    if last is None or known is None:
        kept = ", ".join(f"{_serial(copy)} of {of.issued_at:%Y-%m-%d}" for of, copy in sorted(copies.items()))
        raise ConnectorError(
            f"{why}; and which certificate is in service there no run has told, so none was revoked: choose its serial "
            f"in Sectigo Certificate Manager (copies here: {kept or 'none'})"
        )
    logger.warning("%s; revoking what the run of %s found in service there: serial %s", why, last.at, last.serial)
    _revoke(run, job, {of: copy for of, copy in copies.items() if of.stamp == known.stamp}, reason)
    told = f"revoked at the CA ({reason}) without asking the BIG-IP: what was in service at {last.at}; {MEANWHILE}"
    servers = () if job.every_virtual_server else job.virtual_servers
    not_after = read_certificate(copies[known].certificate).not_after
    return Result(job.common_name, job.device.name, servers, Word.REVOKED, told, not_after, last.serial)


def _revoke(run: Run, job: Job, copies: dict[Generation, Issued], reason: str) -> list[str]:
    """Revoke by the account's key; returns the serial numbers."""
    if copies:
        run.authority.connect()
        run.authority.register()
    for generation, copy in copies.items():
        run.authority.revoke(copy.certificate, reason)
        run.state.note_revoked(job, generation, reason)
        logger.info("serial %s is revoked (%s); %s", _serial(copy), reason, MEANWHILE)
    return [_serial(copy) for copy in copies.values()]


def roll_back(run: Run, f5: BigIP, job: Job) -> Result:
    """Put the previous key and certificate back in service, and change nothing else of the profile."""
    seen, pairs = _in_service(run, f5, job)
    f5.must_be_active()
    obstacles.profile_must_be_free(f5, seen)
    previous = _previous(job, seen, pairs, run.clock())
    copies = [copy_of(job, pair, run.state) for pair in previous]
    revoked, stamp = why_revoked(job, previous, copies, run.state, run.revocation), previous[0].generation.stamp
    if revoked:
        raise ConnectorError(f"the previous certificate, of {stamp}, was revoked: {revoked}; {_instead(job)}")
    due = when_due(job, previous, copies, run.authority, run.clock())
    run.state.note_roll_back(job, pairs[0].generation.stamp, run.clock())
    change = ServiceChange(job, seen, (), (), pair_only=True)
    try:
        workflow.put_pairs_in_service(run, f5, change, previous)
    except DeviceError as error:
        if not error.is_about_the_pair:
            raise
        told = "the BIG-IP does not take the previous key and certificate back, so nothing was changed"
        raise ConnectorError(f"{told}; {_instead(job)}: {error}") from error
    return _result(job, seen, previous, Word.ROLLED_BACK, _told(stamp, due[0] if due else None, run.clock()))


def _told(stamp: str, due: datetime | None, now: datetime) -> str:
    if due is not None and due <= now:
        return f"the generation {stamp} serves again; its own renewal is due, so the next run gets a new certificate"
    when = f"on {due:%Y-%m-%d}" if due else "before its end"
    return f"the generation {stamp} serves again; runs leave it until its renewal {when}, or run --force"


def _instead(job: Job) -> str:
    return f"`start_acme.py run --force --only {job.label}` gets a new key and certificate instead"


def _in_service(run: Run, f5: BigIP, job: Job) -> tuple[Observation, tuple[Pair, ...]]:
    seen = f5.observe(job, run.managed)
    pairs = seen.in_service()
    if not pairs:
        raise ConnectorError(f"{job.profile} serves no certificate of ours; run `start_acme.py run` first")
    return seen, pairs


def _previous(job: Job, seen: Observation, pairs: Sequence[Pair], now: datetime) -> tuple[Pair, ...]:
    serving = pairs[0].generation.stamp
    older = [pair.generation.stamp for pair in seen.pairs if pair.generation.stamp < serving]
    if not older:
        raise ConnectorError(
            f"there is no generation of {job.common_name} older than {serving} on the BIG-IP to go back to; "
            + _instead(job)
        )
    found = of_stamp(seen.pairs, max(older))
    expired = [p.certificate for p in found if p.certificate.not_after and p.certificate.not_after <= now]
    if expired:
        raise ConnectorError(f"the previous certificate {expired[0].path} expired; {_instead(job)}")
    return found


def _serial(copy: Issued) -> str:
    return read_certificate(copy.certificate).serial


def _result(job: Job, seen: Observation, pairs: Sequence[Pair], word: Word, reason: str) -> Result:
    certificate = min((pair.certificate for pair in pairs), key=lambda found: str(found.not_after))
    names = certificate.names
    lost = sorted(set(job.names) - names) if names is not None else []
    return Result(
        job.common_name,
        job.device.name,
        tuple(server.path for server in seen.virtual_servers),
        word,
        reason,
        not_after=certificate.not_after,
        serial=certificate.serial,
        notes=(f"it does not serve {', '.join(lost)}",) if lost else (),
    )
