"""The one save of a visit to a BIG-IP, what is looked at after it, and what is deleted then."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from sectigo_f5 import stopping
from sectigo_f5.bigip import activation
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.leftovers.objects import delete_own_requests
from sectigo_f5.bigip.leftovers.uploads import delete_own_uploads
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.run import Run

logger = logging.getLogger(__name__)

UNTOUCHED = (Outcome.KEPT, Outcome.PENDING, Outcome.FAILED, Outcome.SKIPPED)  # results that left nothing to save
UNSAVED = "in service but not saved, a restart of the BIG-IP would undo it; the next run saves it"
UNSAVED_BEHIND_IT = "changes of ours on the BIG-IP are not saved, a restart would undo them; the next run saves them"
UNDONE = "was undone before it was saved, as by a restart of the BIG-IP; the next run does it again"


def saved(run: Run, group: HaGroup, jobs: Sequence[Job], results: list[Result], marked: bool) -> list[Result]:
    """Save what the certificates of one visit have changed; returns their results as they are after that.

    ``marked``: an earlier run has left changes that were not saved.
    """
    with stopping.whole():
        results = _saved(run, group, results, marked)
        results = _without_undone(group, jobs, results)
        results = _with_sync_note(run, group, results)
    remarks = group.remarks(run.clock(), run.reads_only)
    return [replace(result, notes=(*result.notes, *remarks)) for result in results]


def tidy_up(run: Run, unit: Unit) -> None:
    """Delete the files and CSRs of this login; if one stays, the next run looks for it."""
    if unit.client.has_given_up:  # each would be waited for; what is not ended is looked for in the next run
        return
    try:
        with stopping.whole():
            delete_own_requests(unit)
            delete_own_uploads(unit)
    except ConnectorError as error:
        logger.warning("files of this run are left on the BIG-IP; the next one removes them: %s", error)
    else:
        for job in () if unit.client.files_left else unit.memory.tidied:
            run.state.orders.end(job)


def save_earlier_changes(run: Run, group: HaGroup, jobs: Sequence[Job]) -> bool:
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


def _with_sync_note(run: Run, group: HaGroup, results: list[Result]) -> list[Result]:
    """Say on every certificate of a group that it is not in sync, whoever changed it and however long ago.

    One that fails over then serves from a unit that lacks the change. A BIG-IP that went silent is not asked.
    """
    unit = group.at_work[0]
    if unit.client.has_given_up:
        return results
    if not run.reads_only:
        unit.memory.sync = None  # what was true at the login
    try:
        pending = unit.changes_pending()
    except ConnectorError as error:
        logger.warning("could not determine whether the group is in sync: %s", error)
        return results
    note = f"the group says {pending}: the BIG-IP's own config sync has to carry the changes over"
    return [replace(result, notes=(*result.notes, note)) for result in results] if pending else results
