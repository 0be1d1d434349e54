"""The cells of today: each request of a probe × each fault, spread over the days of two years.

``python -m tests.walk --operation probe`` walks all of them; what came of it is in ``docs/walks.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sectigo_f5.probe.asking import EVERYTHING
from tests.support.spread import spread
from tests.walk.cells import Cell
from tests.walk.faults import TROUBLES
from tests.walk.probing.cells import Ground, cells_of, survey, walk
from tests.walk.probing.scene import opened
from tests.walk.refusals import REFUSALS
from tests.walk.table import as_json

DAYS = 730


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with opened() as scene:
        yield survey(scene)


def bad(ground: Ground, cells: list[Cell]) -> list[str]:
    assert cells
    return [as_json(walked) for cell in cells if (walked := walk(ground, cell)).problems]


def test_a_whole_probe_asks_every_question(ground: Ground) -> None:
    assert [name for name in ground.whole.starts if name] == [*EVERYTHING]
    assert ground.requests[-1].path.startswith("/mgmt/shared/authz/tokens/")


def test_a_fault_at_any_request_of_a_probe_leaves_nothing(ground: Ground) -> None:
    cells = [cell for fault in TROUBLES for cell in cells_of(ground, fault)]
    assert len(cells) == len(TROUBLES) * len(ground.requests)
    assert bad(ground, spread(cells, DAYS)) == []


def test_a_write_of_a_probe_refused_for_good_leaves_what_is_named(ground: Ground) -> None:
    cells = [cell for fault in REFUSALS for cell in cells_of(ground, fault)]
    assert bad(ground, spread(cells, DAYS // 3)) == []
