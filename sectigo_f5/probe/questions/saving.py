"""How the configuration is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.saving import PLAIN, SAVE, TASKS, TIMEOUT
from sectigo_f5.probe.bench import Bench, NotAskedError, RefusedError
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS


def task(bench: Bench) -> None:
    """List the tasks that save; none is made."""
    seen = bench.there(TASKS)
    if seen.refused_permission:
        raise RefusedError(f"this user may not list tasks: {seen.message}")
    bench.find("task_save", WORKS if seen.ok else REJECTED)


def save(bench: Bench) -> None:
    """Save everything, then one partition: whatever scratch objects there were, they are gone by now."""
    if not bench.may_save:
        raise NotAskedError("only with --save")
    if bench.something_left:
        raise NotAskedError("not everything that was made could be deleted, and that is not to be saved")
    _save(bench, "save", SAVE)
    _save(bench, "save_by_partition", {**SAVE, "options": [{"partitions": f"{{ {bench.partition} }}"}]})


def _save(bench: Bench, finding: str, body: Json) -> None:
    seen = bench.settled(bench.ask("POST", PLAIN, body, timeout=TIMEOUT), "a save")
    bench.find(finding, WORKS if seen.ok else REJECTED)


ASKED: Mapping[str, Callable[[Bench], None]] = {"task": task, "save": save}
