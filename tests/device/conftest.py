"""A simulated BIG-IP for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP of TMOS 16.1 with one virtual server for the job ``world.job()``."""
    with SimulatedBigIP(Switches(tmos="16.1.4")) as device:
        made = World(device, tmp_path)
        made.add_virtual_server()
        yield made
