"""What else on the BIG-IP refers to earlier pairs of a certificate: updated if the YAML says so, and named if it stays.

Failing here never fails a certificate: the next run tries again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sectigo_f5 import recording, stopping
from sectigo_f5.bigip.surroundings import following, notes, references
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Job
from sectigo_f5.recording import What
from sectigo_f5.run import Run

logger = logging.getLogger(__name__)


def update(run: Run, f5: Unit, job: Job) -> None:
    """Point other client and server SSL profiles at the pair in service, with ``update_other_references: true``."""
    if not job.update_other_references or run.stop.is_set():
        return
    try:
        stale = following.stale(f5, job, notes.references_to_ours(f5, job, [references.SERVER_SSL]))
        if stale:
            f5.must_be_active()
            run.state.unsaved.mark(job.device.name)
        for reference in stale:
            _update_one(f5, job, reference)
    except ConnectorError as error:
        logger.warning("other references to pairs of %s are not updated: %s", job.common_name, error)
    except InterruptedRunError as stopped:
        logger.warning("other references to pairs of %s wait for the next run: %s", job.common_name, stopped)


def _update_one(f5: Unit, job: Job, reference: references.Reference) -> None:
    try:
        with stopping.whole(), recording.change(What.REFERENCE, [reference.path], old=reference.certificate) as one:
            one.new = " and ".join(references.serving(job, f5.holdings))
            following.follow(f5, job, reference)
    except ConnectorError as error:
        logger.warning("the %s stays with %s: %s", reference, reference.certificate, error)


def remaining(run: Run, f5: Unit, job: Job, *, changed: bool, after: bool = True) -> tuple[str, ...]:
    """Name what refers to earlier pairs; more is looked into, at a few requests, if the pair has ``changed``.

    Before a change (not ``after`` one) also what refers to the pair in service, and will not follow.
    """
    try:
        collections = notes.of_a_change(f5) if changed and (not after or notes.has_earlier_pairs(f5, job)) else ()
        named = notes.of_references(f5, job, collections, after=after)
        unknown = [path for path in sorted(run.state.orders.in_use(job)) if not _is_explained(path, f5, named)]
    except (ConnectorError, InterruptedRunError) as error:
        logger.warning("what else refers to pairs of %s is not known: %s", job.common_name, error)
        return ()
    what = "cannot be deleted: something else on the BIG-IP uses it; change that there"
    return (*named, *([f"{', '.join(unknown)} {what}"] if unknown else []))


def _is_explained(path: str, f5: Unit, named: Iterable[str]) -> bool:
    """Tell whether a file that the BIG-IP calls in use is gone by now, or named with its user."""
    gone = path not in f5.holdings.certificates and path not in f5.holdings.keys
    certificate = path.replace("_chain.crt", ".crt").replace(".key", ".crt")
    return gone or any(certificate in sentence for sentence in named)
