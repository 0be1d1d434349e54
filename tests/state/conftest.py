"""A ``STATE_DIR`` that cannot be written: no site goes down, nobody is misled, and nothing is "a bug".

A file or directory in the way stands for a full disk, a read-only one, and one that belongs to another
user: each is an ``OSError``, and this one occurs for root as well.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from sectigo_f5.model import KeySpec, Result
from tests.support.world import World

EC = (KeySpec("ecdsa", "secp256r1"),)


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.WARNING, logger="sectigo_f5"):
        yield caplog


def enrol(world: World) -> Result:
    return world.one(world.job(keys=EC))
