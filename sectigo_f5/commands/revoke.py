"""``revoke``: revoke the certificate in service at the CA, with or without the BIG-IP."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sectigo_f5 import log, recording, turns
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import copy_of
from sectigo_f5.commands.confirmation import Confirmation
from sectigo_f5.commands.in_service import pairs_in_service, result_of_pairs
from sectigo_f5.commands.options import Options
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Generation, Issued, Job, Outcome, Result
from sectigo_f5.recording import What
from sectigo_f5.run import Run
from sectigo_f5.visits.visit import failed
from sectigo_f5.x509.certificates import read_certificate

logger = logging.getLogger(__name__)

MEANWHILE = "it is served until the next run replaces it"


def confirmation(options: Options, jobs: Sequence[Job]) -> Confirmation:  # noqa: ARG001  # every command's is called so
    """Return what is asked before anything is revoked."""
    what = f"revoke the certificate in service of {', '.join(job.label for job in jobs)}"
    return Confirmation(what, f"Really {what}? This cannot be undone.", "nothing was revoked")


def revoke(session: Session) -> int:
    """Revoke the certificates in service at the CA; the next run replaces them. Returns the exit code."""
    reason, asked = session.options.reason or "unspecified", set[str]()

    def work(run: Run, f5: Unit, job: Job) -> Result:
        asked.add(job.label)
        return revoke_in_service(run, f5, job, reason)

    outcome = {result.label: result for result in session.on_every_device(work)}
    for job in session.jobs:
        refused = outcome[job.label]
        if job.label not in asked and not session.run.stop.is_set() and not refused.misconfigured:
            outcome[job.label] = _revoke_unasked(session.run, job, reason, refused)
    return session.finish(list(outcome.values()))


def _revoke_unasked(run: Run, job: Job, reason: str, refused: Result) -> Result:
    with log.about(job.label):
        try:
            return _revoke_last_known(run, job, reason, refused.error or refused.reason)
        except ConnectorError as error:
            logger.error("%s", error)
            return failed(job, error)


def revoke_in_service(run: Run, f5: Unit, job: Job, reason: str) -> Result:
    """Revoke what is in service at the CA; raises :class:`ConnectorError` if there is no copy of a certificate."""
    seen, pairs = pairs_in_service(run, f5, job)
    copies = {pair.generation: copy_of(run, job, pair) for pair in pairs}
    revoked = _revoke_copies(run, job, {of: copy for of, copy in copies.items() if copy}, reason)
    without = [pair for pair in pairs if not copies[pair.generation]]
    if without:
        serials = " and ".join(pair.certificate.serial or pair.generation.certificate for pair in without)
        done = f"; serial {' and '.join(revoked)} is revoked" if revoked else ""
        raise ConnectorError(
            f"there is no copy of serial {serials} under STATE_DIR/certificates, and the BIG-IP does not provide one: "
            f"revoke it in Sectigo Certificate Manager, then run `start_acme.py run --force --only {job.label}`{done}"
        )
    return result_of_pairs(seen, pairs, Outcome.REVOKED, f"revoked at the CA ({reason}); {MEANWHILE}")


def _revoke_last_known(run: Run, job: Job, reason: str, why: str) -> Result:
    """Revoke what the last run found in service, if the BIG-IP cannot be asked: ``why``."""
    last, copies = run.state.history.results().get(job.label), run.state.certificates.copies(job)
    known = next((of for of, copy in copies.items() if last and _serial(copy) == last.serial), None)
    if last is None or known is None:
        kept = ", ".join(f"{_serial(copy)} of {of.issued_at:%Y-%m-%d}" for of, copy in sorted(copies.items()))
        raise ConnectorError(
            f"{why}; and no run has recorded which certificate is in service there, so none was revoked: choose "
            f"its serial in Sectigo Certificate Manager (copies here: {kept or 'none'})"
        )
    logger.warning("%s; revoking what the run of %s found in service there: serial %s", why, last.at, last.serial)
    _revoke_copies(run, job, {of: copy for of, copy in copies.items() if of.stamp == known.stamp}, reason)
    sentence = f"revoked at the CA ({reason}) without asking the BIG-IP: what was in service at {last.at}; {MEANWHILE}"
    not_after = read_certificate(copies[known].certificate).not_after
    return Result.of(job, Outcome.REVOKED, sentence, not_after=not_after, serial=last.serial)


def _revoke_copies(run: Run, job: Job, copies: dict[Generation, Issued], reason: str) -> list[str]:
    """Revoke by the account's key; returns the serial numbers."""
    if copies:
        run.authority.connect()
    for generation, copy in copies.items():
        with turns.given_back(), recording.change(What.REVOKED, [generation.certificate], at_once=True) as revoked:
            revoked.concern(read_certificate(copy.certificate))
            revoked.new = reason
            run.authority.revoke(copy.certificate, reason)
        run.state.certificates.note_revoked(job, generation, reason)
        logger.info("serial %s is revoked (%s); %s", _serial(copy), reason, MEANWHILE)
    return [_serial(copy) for copy in copies.values()]


def _serial(copy: Issued) -> str:
    return read_certificate(copy.certificate).serial
