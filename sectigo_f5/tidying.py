"""What earlier runs have left on the BIG-IP is deleted: litter of runs that died, and pairs that nobody goes back to.

Failing here never fails a certificate: the next run tries again.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterable, Iterator

from sectigo_f5 import turns
from sectigo_f5.bigip.leftovers.challenge_rules import delete_challenge_rules
from sectigo_f5.bigip.leftovers.objects import Keep, delete_objects, delete_requests, not_needed
from sectigo_f5.bigip.leftovers.survey import is_anything_left
from sectigo_f5.bigip.leftovers.uploads import delete_uploads
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import copy_of, why_revoked
from sectigo_f5.device_objects import Pair, pairs_issued_at
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Job
from sectigo_f5.preparation import Plan
from sectigo_f5.progress import Step, doing
from sectigo_f5.run import Run

logger = logging.getLogger(__name__)


def tidy_before(run: Run, f5: Unit, plan: Plan) -> None:
    """Delete what is left of earlier runs, whatever this one is to do; most runs find nothing, at no request."""
    job, seen, orders = plan.seen.job, plan.seen, run.state.orders
    serving = max((pair.generation.stamp for pair in seen.in_service()), default="")
    live, begun, in_use = _live_orders(run, plan), orders.begun(job), orders.in_use(job)
    previous = _previous(run, job, (pair for pair in seen.pairs if pair.generation.stamp < serving))
    keep = Keep({*previous, *live}, serving, in_use)
    with _only_warned_of():
        left = begun or (bool(seen.pairs) and not orders.knows(job) and is_anything_left(f5, job))
        if left:
            f5.holdings.keys.read_names()
        if left or any(not_needed(f5, job, keep)):
            f5.must_be_active()
            delete_uploads(f5, job, begun)
            gone = delete_challenge_rules(f5, job, orders.tokens(job), run.authority.alone_on)
            gone += delete_requests(f5, job)
            deleted = delete_objects(f5, job, keep)
            _log([*gone, *deleted.gone])
            orders.note_in_use(job, in_use | deleted.in_use)
        orders.forget_all_but(job, live)
        _end(run, f5, job)


def tidy_after(run: Run, f5: Unit, plan: Plan, stamp: str) -> None:
    """Delete what is older than the generation that served before the one of ``stamp``."""
    if run.stop.is_set():
        return
    job = plan.seen.job
    doing("asking whether the former one was revoked", Step.TIDY)
    before = plan.seen.in_service() or plan.seen.newest()
    with _only_warned_of():
        with turns.given_back():  # whether it was revoked
            previous = _previous(run, job, before, ask=True)
        doing("tidying up", Step.TIDY)
        deleted = delete_objects(f5, job, Keep({stamp, *previous}, stamp))
        _log(deleted.gone)
        run.state.orders.note_in_use(job, deleted.in_use)
        _end(run, f5, job)


def _end(run: Run, f5: Unit, job: Job) -> None:
    """Forget that runs have begun, unless files of theirs are still there: then that is for the end of the login."""
    if f5.memory.uploads or f5.memory.requests or f5.client.files_left:
        f5.memory.tidied.append(job)
    else:
        run.state.orders.end(job)


def _live_orders(run: Run, plan: Plan) -> frozenset[str]:
    """Return the stamps of orders whose keys are still needed.

    While something is in the way the names may be those in service, and with ``--force`` no order is continued: then
    all are, until something else serves.
    """
    orders = run.state.orders.of(plan.seen.job)
    if run.force or plan.decided.obstacles:
        return frozenset(order.stamp for order in orders)
    return frozenset({plan.unfinished.order.stamp} if plan.unfinished else ())


def _previous(run: Run, job: Job, candidates: Iterable[Pair], ask: bool = False) -> Collection[str]:
    """Return the stamp of the newest of older pairs, if somebody may roll back to it: not expired, not revoked."""
    older = tuple(candidates)
    stamp = max((pair.generation.stamp for pair in older), default="")
    pairs = pairs_issued_at(older, stamp)
    ends = [pair.certificate.ends for pair in pairs if pair.certificate.ends]
    if any(end <= run.clock() for end in ends):
        return ()
    if any(run.state.certificates.revoked(job, pair.generation) for pair in pairs):
        return ()
    if ask and why_revoked(run, job, pairs, [copy_of(run, job, pair) for pair in pairs]):
        return ()
    return (stamp,) if pairs else ()


def _log(deleted: Collection[str]) -> None:
    if deleted:
        logger.info("deleted what is not needed any more: %s", ", ".join(deleted))


@contextlib.contextmanager
def _only_warned_of() -> Iterator[None]:
    try:
        yield
    except ConnectorError as error:
        logger.warning("what earlier runs have left could not be deleted; the next run tries again: %s", error)
    except InterruptedRunError as stopped:
        logger.warning("what earlier runs have left stays until the next run: %s", stopped)
