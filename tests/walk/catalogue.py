"""Everything that is walked: faults at one request, failures of Certbot, writes that are refused for good."""

from __future__ import annotations

from collections.abc import Iterator

from tests.walk import cells
from tests.walk.cells import Cell, Ground, Walked
from tests.walk.certbot_failures import FAILURES
from tests.walk.faults import TROUBLES
from tests.walk.operations import OPERATIONS
from tests.walk.probing.cells import PROBE
from tests.walk.refusals import REFUSALS, walk_refused, writes_of

FAULTS = [*TROUBLES, *REFUSALS, *FAILURES]
WALKED = (*OPERATIONS, PROBE)


def cells_of(ground: Ground, fault: str) -> Iterator[Cell]:
    """Yield every cell of an operation with one fault."""
    if fault in FAILURES:
        numbers: Iterator[int] = iter((0,))
    elif fault in REFUSALS:
        numbers = writes_of(ground)
    else:
        numbers = iter(range(1, len(ground.requests) + 1))
    for number in numbers:
        yield Cell(ground.scene.operation.name, fault, number)


def walk(ground: Ground, cell: Cell) -> Walked:
    """Walk one cell."""
    return walk_refused(ground, cell) if cell.fault in REFUSALS else cells.walk(ground, cell)
