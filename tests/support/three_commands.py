"""``run``, ``plan`` and ``check`` over one certificate of a :class:`World`: they have to say the same."""

from __future__ import annotations

from typing import Any

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup.certificate import examine
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.preparation import prepare
from sectigo_f5.run import Run
from sectigo_f5.workflow import result_of
from tests.support.world import World


def planned(world: World, job: Job, **changes: Any) -> Result:
    """Return what ``plan`` says."""
    return _read(world, job, lambda run, f5, job: result_of(prepare(run, f5, job)), changes)


def checked(world: World, job: Job, **changes: Any) -> Result:
    """Return what ``check`` says: its problems as the error."""
    return _read(world, job, _examined, changes)


def refused(world: World, job: Job, **changes: Any) -> str:
    """Require that the three refuse a certificate, without a write and without an order; return why."""
    before = len(world.device.writes()), len(world.authority.issued)
    plan, check, ran = planned(world, job, **changes), checked(world, job, **changes), world.one(job, **changes)
    assert (plan.outcome, ran.outcome) == (Outcome.FAILED, Outcome.FAILED), (plan, ran)
    assert plan.error == ran.error
    assert (ran.error or "") in (check.error or ""), check
    assert (len(world.device.writes()), len(world.authority.issued)) == before
    return ran.error or ""


def done_as_planned(world: World, job: Job, **changes: Any) -> Result:
    """Require that ``run`` does what ``plan`` says; return its result."""
    plan, ran = planned(world, job, **changes), world.one(job, **changes)
    assert (plan.outcome, plan.reason, plan.error) == (ran.outcome, ran.reason, ran.error), (plan, ran)
    assert [note for note in plan.notes if note not in ran.notes] == []
    return ran


def _read(world: World, job: Job, work: Any, changes: dict[str, Any]) -> Result:
    writes = len(world.device.writes())
    (result,) = world.go(job, work=work, record=False, reads_only=True, **changes)
    assert len(world.device.writes()) == writes
    return result


def _examined(run: Run, f5: Unit, job: Job) -> Result:
    found = examine(run, f5, job)
    if found.problems:
        raise ConnectorError("; ".join(found.problems))
    return Result.of(job, Outcome.KEPT, "", found.virtual_servers, notes=found.notes)
