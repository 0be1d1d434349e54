"""Every write of an operation, refused for good: several runs cost one order at most, none if it could be foreseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Exchange, Fault
from tests.support.troubles import FOR_EVER
from tests.walk import runs
from tests.walk.cells import Cell, Ground, Walked
from tests.walk.watching import Watch

RUNS = 5  # against a write that is refused for good
REFUSALS = {
    "refused for good: 400": "error:400:01070734:3: Configuration error: refused by a test",
    "refused for good: 401": "error:401:Authorization failed: refused by a test",
    "refused for good: 403": "error:403:access denied",
    "refused for good: 500": "error:500:internal error",
}
STAMP, TRANSACTION = r"\d{8}T\d{6}Z", r"(?<=/transaction/)\d+"


def writes_of(ground: Ground) -> Iterator[int]:
    """Yield the numbers of the different writes of an operation, each where it is first; logins apart."""
    known = set[tuple[str, str]]()
    for number, call in enumerate(ground.requests, 1):
        found = pattern_of(call)
        if call.method != "GET" and "/shared/auth" not in call.path and found not in known:
            known.add(found)
            yield number


def pattern_of(call: Exchange) -> tuple[str, str]:
    """Return method and path of a call, as a pattern that finds it in every run."""
    path = re.sub(TRANSACTION, "ID", re.sub(STAMP, "STAMP", call.path))
    return call.method, f"^{re.escape(path).replace('STAMP', STAMP).replace('ID', '[0-9]+')}/?$"


def walk_refused(ground: Ground, cell: Cell) -> Walked:
    """Refuse a write in several runs, twelve hours apart."""
    scene, world = ground.scene, ground.scene.world
    scene.put_back()
    watch = Watch(world, scene.operation.is_served_before)
    call = ground.requests[cell.number - 1]
    world.device.fault(Fault(*pattern_of(call), action=REFUSALS[cell.fault], times=FOR_EVER))
    results = []
    for _ in range(RUNS):
        results.append(runs.in_this_process(world, scene.operation))
        watch.look("after a run")
        world.wait(hours=12)
    orders, allowed = len(scene.authority.placed) - scene.orders, _allowed(ground, cell, {r.outcome for r in results})
    problems = [*watch.problems, *([f"{orders} orders instead of {allowed}"] if orders > allowed else [])]
    problems += [f"a bug: {result.error}" for result in results if result.bug]
    words = tuple(str(result.outcome) for result in results)
    return Walked(cell, f"{call.method} {call.path}", words, orders, tuple(problems), results[0].error or "")


def _allowed(ground: Ground, cell: Cell, outcomes: set[Outcome]) -> int:
    """Return how many orders are right: none if what is refused could be seen beforehand, and nothing succeeded.

    A device that answers a commit by 500 may not know ``validateOnly``.
    """
    writes = [number for number, call in enumerate(ground.requests, 1) if call.method != "GET"]
    ordered = next((number for number in writes if "_chain" in ground.requests[number - 1].path), 0)  # step 10 begins
    can_be_seen = cell.number < ordered and not REFUSALS[cell.fault].startswith("error:500")
    return 0 if can_be_seen and outcomes == {Outcome.FAILED} else 1
