"""Many certificates on many devices: different BIG-IPs side by side, one BIG-IP in turn.

A certificate or device that fails is a result, and the rest continues.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace

from sectigo_f5 import log, stopping
from sectigo_f5.bigip import activation, ha_group
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.run import Run
from sectigo_f5.same_device import Login, SameDevice, logins_of

logger = logging.getLogger(__name__)

Work = Callable[[Run, Unit, Job], Result]

UNTOUCHED = (Outcome.KEPT, Outcome.PENDING, Outcome.FAILED, Outcome.SKIPPED)  # results that left nothing to save
UNSAVED = "in service but not saved, a restart of the BIG-IP would undo it; the next run saves it"
UNSAVED_BEHIND_IT = "changes of ours on the BIG-IP are not saved, a restart would undo them; the next run saves them"
UNDONE = "was undone before it was saved, as by a restart of the BIG-IP; the next run does it again"


def on_every_device(run: Run, jobs: Iterable[Job], work: Work, parallel: int) -> list[Result]:
    """Do ``work`` for every certificate, on ``parallel`` devices at a time; returns one result for each."""
    jobs = tuple(jobs)
    run.progress.begin(jobs)
    same, logins = SameDevice(run, run.configured or jobs), logins_of(jobs)
    same.ask(logins, parallel)
    queues = same.in_turn(logins)
    if parallel == 1 or len(queues) == 1:
        return [result for queue in queues for result in _in_turn(same, queue, work)]
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        waiting = [pool.submit(copy_context().run, _in_turn, same, queue, work) for queue in queues]
        return [result for done in waiting for result in done.result()]


def _in_turn(same: SameDevice, queue: Iterable[Login], work: Work) -> list[Result]:
    return [result for login in queue for result in _told(same.run, on_device(same, login, work))]


def _told(run: Run, results: list[Result]) -> list[Result]:
    for result in results:  # once more those of whom a save has changed the end
        run.progress.done(result)
    return results


def on_device(same: SameDevice, jobs: Login, work: Work) -> list[Result]:
    """Do ``work`` for the certificates of one BIG-IP, within one login and one save."""
    run, device, results = same.run, jobs[0].device, list[Result]()
    if run.stop.is_set():
        return [_skipped(job) for job in jobs]
    with log.about(device.name), run.progress.at_work(device.name), stopping.obeying(run.stop):
        try:
            same.must_not_have_failed(device)
            with ha_group.connected(device, run.pause) as group, same.alone(device, group) as mistakes:  # 2
                results += [_mistaken(job, mistakes[job.label]) for job in jobs if job.label in mistakes]
                _work_on(run, group, [job for job in jobs if job.label not in mistakes], work, results)
        except ConnectorError as error:
            logger.error("%s", error)
            results += [failed(job, error) for job in _without(results, jobs)]
        except InterruptedRunError:  # before the first certificate
            results += [_skipped(job) for job in _without(results, jobs)]
    return results


def _without(results: Sequence[Result], jobs: Sequence[Job]) -> list[Job]:
    done = {result.label for result in results}
    return [job for job in jobs if job.label not in done]


def _work_on(run: Run, group: HaGroup, jobs: Sequence[Job], work: Work, results: list[Result]) -> None:
    """Do ``work`` for certificates, save, and look at what is left; appends to ``results``."""
    group.expect(jobs)
    marked = _save_earlier_changes(run, group, jobs)
    for job in jobs:
        results.append(_one(run, group, job, work))
        run.progress.done(results[-1])
    with stopping.whole():
        results[:] = _saved(run, group, results, marked)
        results[:] = _without_undone(group, jobs, results)
        results[:] = _with_sync_note(group, results)
    remarks = group.remarks(run.clock(), run.reads_only)
    results[:] = [replace(result, notes=(*result.notes, *remarks)) for result in results]


def _mistaken(job: Job, mistake: str) -> Result:
    logger.error("%s", mistake)
    return replace(failed(job, ConnectorError(mistake)), misconfigured=True)


def _one(run: Run, group: HaGroup, job: Job, work: Work) -> Result:
    with log.about(job.label), run.progress.at_work(job.label):
        if run.stop.is_set():
            return _skipped(job)
        try:
            return work(run, group.carrying(job), job)
        except (ConnectorError, InterruptedRunError) as error:
            logger.error("%s", error)
            result = failed(job, error)
        except Exception as error:  # noqa: BLE001  # a bug met with one certificate must not let the others expire
            logger.exception("this is a bug; the other certificates continue")
            result = replace(failed(job, ConnectorError(f"bug: {type(error).__name__}")), bug=True)
        for unit in group.answering:
            unit.forget()
        return result


def _save_earlier_changes(run: Run, group: HaGroup, jobs: Sequence[Job]) -> bool:
    """Save what an earlier run changed and did not get to save, before anything else; False if there is nothing.

    If that fails, what is due is done all the same, and it is tried again at the end.
    """
    marked = not run.reads_only and any(run.state.unsaved.is_marked(job.device.name) for job in jobs)
    for unit in group.active if marked else ():
        unit.note_change()
        try:
            unit.save()
        except ConnectorError as error:
            logger.warning("what an earlier run has changed could not be saved yet: %s", error)
    return marked


def _saved(run: Run, group: HaGroup, results: list[Result], marked: bool) -> list[Result]:
    """Save once; a certificate whose change could not be saved has failed: a restart would undo it.

    Whose change that is is not known if an earlier run made it, or if only something was deleted, or a key kept:
    then all have failed, since none may be called well while the BIG-IP has unsaved changes of ours.
    """
    try:
        for unit in group.active:
            if unit.unsaved:
                unit.save()
    except ConnectorError as error:
        logger.error("%s: %s", UNSAVED, error)
        for name in {result.device for result in results}:
            run.state.unsaved.mark(name)
        every = marked or all(result.outcome in UNTOUCHED for result in results)
        return [_unsaved(result, error) if every or result.outcome not in UNTOUCHED else result for result in results]
    if any(unit.memory.saved for unit in group.active):
        for name in {result.device for result in results}:
            run.state.unsaved.clear(name)
    return results


def _unsaved(result: Result, error: ConnectorError) -> Result:
    if result.outcome in (Outcome.FAILED, Outcome.SKIPPED):
        return result
    what = UNSAVED_BEHIND_IT if result.outcome in UNTOUCHED else UNSAVED
    return replace(result, outcome=Outcome.FAILED, error=f"{what}: {error}")


def _without_undone(group: HaGroup, jobs: Sequence[Job], results: list[Result]) -> list[Result]:
    """Read back after the save: a BIG-IP that restarted before it has loaded what was saved, without the change."""
    changed = [
        (unit, job, path) for unit in group.active for job in jobs for path in job.profiles if path in unit.memory.made
    ]
    try:
        undone = {job.label for unit, job, path in changed if not activation.is_in_service(unit, path)}
    except ConnectorError as error:
        logger.warning("the changes are saved, and could not be read once more: %s", error)
        return results
    return [_undone(result) if result.label in undone else result for result in results]


def _undone(result: Result) -> Result:
    if result.outcome in UNTOUCHED:
        return result
    error = f"what was put in service {UNDONE}"
    logger.error("%s: %s", result.label, error)
    return replace(result, outcome=Outcome.FAILED, error=error, serial=None, not_after=None)


def _with_sync_note(group: HaGroup, results: list[Result]) -> list[Result]:
    """Say on every certificate of a group that it is not in sync, whoever changed it and however long ago.

    One that fails over then serves from a unit that lacks the change.
    """
    try:
        pending = next(iter((*group.active, *group.answering))).changes_pending()
    except ConnectorError as error:
        logger.warning("could not determine whether the group is in sync: %s", error)
        return results
    note = f"the group says {pending}: the BIG-IP's own config sync has to carry the changes over"
    return [replace(result, notes=(*result.notes, note)) for result in results] if pending else results


def _skipped(job: Job) -> Result:
    stopped = InterruptedRunError("the run was stopped before it")
    return replace(failed(job, stopped), outcome=Outcome.SKIPPED)


def failed(job: Job, error: ConnectorError | InterruptedRunError) -> Result:
    """Turn an error into the result of its certificate."""
    return Result.of(job, Outcome.FAILED, str(error), error=str(error))
