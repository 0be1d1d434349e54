"""A walk in shares, each of which arranges its own device; in as many processes as are wanted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from tests.support.quick_keys import quick_keys
from tests.walk.catalogue import cells_of, walk
from tests.walk.cells import Walked, survey
from tests.walk.operations import OPERATIONS
from tests.walk.probing import cells as probing
from tests.walk.probing import scene as probing_scene
from tests.walk.probing.cells import PROBE
from tests.walk.scene import opened


@dataclass(frozen=True)
class Share:
    """What one process walks at a time: every request of an operation, or one, with one fault."""

    operation: str
    fault: str
    number: int | None = None


def walked(share: Share) -> list[Walked]:
    """Walk a share."""
    logging.disable(logging.CRITICAL)
    if share.operation == PROBE:
        return _walked_probes(share)
    with opened(OPERATIONS[share.operation]) as scene:
        ground = survey(scene)
        cells = cells_of(ground, share.fault)
        return [walk(ground, cell) for cell in cells if share.number in (None, cell.number)]


def _walked_probes(share: Share) -> list[Walked]:
    with probing_scene.opened() as scene, quick_keys():
        ground = probing.survey(scene)
        cells = probing.cells_of(ground, share.fault)
        return [probing.walk(ground, cell) for cell in cells if share.number in (None, cell.number)]


def all_of(shares: Sequence[Share], jobs: int) -> Iterator[list[Walked]]:
    """Walk shares in so many processes."""
    if jobs == 1:
        yield from map(walked, shares)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(walked, share) for share in shares]):
            yield done.result()
