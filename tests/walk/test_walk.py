"""The cells of today: each operation × each request × each fault, spread over the days of some months.

``python -m tests.walk`` walks all of them; what came of it is in ``docs/walks.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.spread import spread
from tests.walk.catalogue import cells_of, walk
from tests.walk.cells import Cell, Ground, Walked, survey
from tests.walk.certbot_failures import FAILURES
from tests.walk.faults import TROUBLES
from tests.walk.operations import OPERATIONS
from tests.walk.refusals import REFUSALS
from tests.walk.scene import opened
from tests.walk.table import as_json

DAYS = 100  # in which all requests meet all faults
DAYS_OF_CERTBOT = 8
DAYS_OF_REFUSALS = 20


@pytest.fixture(params=OPERATIONS, scope="module")
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    with opened(OPERATIONS[request.param]) as scene:
        yield survey(scene)


def bad(walked: list[Walked]) -> list[str]:
    assert walked
    return [as_json(each) for each in walked if each.problems]


def must_have_every_step(ground: Ground) -> None:
    calls, orders = [f"{call.method} {call.path}" for call in ground.requests], ground.scene.operation.orders
    steps = {"POST /mgmt/shared/authn/login": 1, "POST /mgmt/tm/sys/config": 1, "DELETE /mgmt/shared/authz/tokens/": 1}
    steps |= {"POST /mgmt/tm/sys/crypto/key": orders, "POST /mgmt/tm/sys/file/ssl-cert": 2 * orders}
    missing = [step for step, times in steps.items() if sum(call.startswith(step) for call in calls) < times]
    assert missing == []
    assert any(call.startswith(("PATCH /mgmt/tm/ltm/profile", "PATCH /mgmt/tm/transaction")) for call in calls)


def test_a_fault_at_any_request_is_survived_and_then_mended(ground: Ground) -> None:
    must_have_every_step(ground)
    cells = [cell for fault in TROUBLES for cell in cells_of(ground, fault)]
    assert len(cells) == len(TROUBLES) * len(ground.requests)
    assert bad([walk(ground, cell) for cell in spread(cells, DAYS)]) == []


@pytest.mark.parametrize("ground", ["renewal"], indirect=True, scope="module")
def test_a_renewal_killed_just_before_its_change_leaves_two_generations(ground: Ground) -> None:
    """The pair is complete, so the next run puts it in service, and that makes a third one too many."""
    calls = [(call.method, "/client-ssl/" in call.path and not call.coordination_id) for call in ground.requests]
    walked = walk(ground, Cell("renewal", "SIGKILL", calls.index(("PATCH", True))))
    assert (walked.words, bad([walked])) == (("-", "repaired"), [])


@pytest.mark.parametrize("ground", ["enrolment", "renewal"], indirect=True, scope="module")
def test_a_certbot_that_fails_costs_no_second_order(ground: Ground) -> None:
    failures = spread(FAILURES, DAYS_OF_CERTBOT)
    assert bad([walk(ground, Cell(ground.scene.operation.name, failure, 0)) for failure in failures]) == []


@pytest.mark.parametrize("ground", ["enrolment", "renewal"], indirect=True, scope="module")
def test_a_write_refused_for_good_costs_no_order_or_one(ground: Ground) -> None:
    cells = [cell for fault in REFUSALS for cell in cells_of(ground, fault)]
    assert bad([walk(ground, cell) for cell in spread(cells, DAYS_OF_REFUSALS)]) == []
