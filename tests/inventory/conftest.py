"""A simulated BIG-IP for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, bigip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path) as world:
        yield world
