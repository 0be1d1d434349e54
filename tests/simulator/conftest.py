"""A simulated BIG-IP, and a plain HTTP client that is independent of the connector."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.simulator.rest import Rest

Make = Callable[..., SimulatedBigIP]


@pytest.fixture
def make() -> Iterator[Make]:
    """Create devices with a test's switches; each ends with the check for unknown calls."""
    with contextlib.ExitStack() as stack:

        def create(**switches: Any) -> SimulatedBigIP:
            return stack.enter_context(SimulatedBigIP(Switches(**switches)))

        yield create


@pytest.fixture
def device(make: Make) -> SimulatedBigIP:
    return make()


@pytest.fixture
def rest(device: SimulatedBigIP) -> Iterator[Rest]:
    with contextlib.closing(Rest(device)) as client:
        client.login()
        yield client
