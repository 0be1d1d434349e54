"""Every write of an enrolment and of a renewal, failing in every way: no site goes down, and the next run repairs it.

The list of calls comes from the journal of a successful run, so a call that is added to the connector is covered as
well. ``python -m tests.support.walk`` walks the reads too, and the faults that are left out here.
"""

from __future__ import annotations

import pytest

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from tests.support.walk import KILLED, REFUSALS, refusals, requests_of, walk
from tests.support.world import World

FAULTS = ("drop-after", KILLED)
DAYS = 3  # in which the suite walks all of them
FOR_GOOD = [refusal for refusal in REFUSALS if refusal.startswith(("error:400", "error:403"))]


@pytest.mark.parametrize("renewal", [False, True], ids=["enrolment", "renewal"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_one_order_at_most_and_leaves_nothing(fault: str, renewal: bool) -> None:
    cells = list(walk(renewal, writes=True, faults=[fault], its_own=True, days=DAYS))
    assert cells
    assert [str(cell) for cell in cells if not cell.is_good] == []


@pytest.mark.parametrize("refusal", FOR_GOOD, ids=lambda refusal: refusal[6:9])
def test_an_enrolment_refused_for_good_costs_no_order_or_one(refusal: str) -> None:
    must_cost_no_order_or_one(renewal=False, refusal=refusal)


@pytest.mark.parametrize("refusal", FOR_GOOD, ids=lambda refusal: refusal[6:9])
def test_what_only_a_renewal_writes_refused_for_good_costs_no_order_or_one(refusal: str) -> None:
    must_cost_no_order_or_one(renewal=True, refusal=refusal)


def must_cost_no_order_or_one(*, renewal: bool, refusal: str) -> None:
    cells = list(refusals(renewal, [refusal], its_own=True, days=DAYS))
    assert cells
    assert [str(cell) for cell in cells if not cell.is_good] == []


@pytest.mark.parametrize("renewal", [False, True], ids=["enrolment", "renewal"])
def test_every_step_is_among_the_writes_that_are_walked(renewal: bool) -> None:
    written = {f"{call.method} {call.path.rpartition('/')[0]}" for call in requests_of(renewal, writes=True)}
    steps = ("key", "request", "upload", "certificate", "transaction", "profile", "commit", "save")
    assert len(written) >= len(steps)
    assert any(call.startswith("PATCH") for call in written)


def test_an_unsaved_change_fails_and_the_next_run_saves_it(world: World) -> None:
    world.device.fault(Fault(method="POST", path="/sys/config$", times=2, action="error:400:01070734:3: disk full"))
    result = world.one(world.job())
    assert (result.outcome, "in service but not saved" in (result.error or "")) == (Outcome.FAILED, True)
    assert not world.device.saved_is_current
    assert world.one(world.job()).outcome is Outcome.KEPT
    assert (world.device.saved, world.device.saved_is_current) == (1, True)
