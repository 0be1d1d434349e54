"""Two simulated BIG-IPs that form an HA group."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from sectigo_f5.model import Job
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.world import World, free_port

FREE = count(1)


def own_address() -> str:
    """Return a loopback address that only this process uses."""
    number, last = os.getpid(), next(FREE)
    return f"127.{128 + (number >> 14) % 32}.{(number >> 6) % 256}.{(number % 64) * 4 + last % 4}"


@dataclass
class Pair:
    """An HA group: ``world.device`` is active when the test begins."""

    world: World
    other: SimulatedBigIP

    @property
    def first(self) -> SimulatedBigIP:
        return self.world.device

    @property
    def units(self) -> tuple[SimulatedBigIP, ...]:
        return self.first, self.other

    def job(self, common_name: str = "www.example.com", **changes: Any) -> Job:
        pair = self.world.job(common_name, **changes)
        return replace(pair, device=replace(pair.device, hosts=tuple(unit.address for unit in self.units)))

    def down(self, unit: SimulatedBigIP, action: str = "drop") -> None:
        for method in ("GET", "POST"):
            unit.fault(Fault(method=method, path=".*", times=10_000, action=action))


@contextmanager
def ha_pair(folder: Path) -> Iterator[Pair]:
    """Two units, with one virtual server for ``pair.job()``; both must have all their tokens back in the end."""
    port = free_port()
    with (
        SimulatedBigIP(Switches(), address=own_address(), port=port) as first,
        SimulatedBigIP(Switches(), address=own_address(), port=port) as other,
    ):
        world = World(first, folder)
        world.add_virtual_server(address=own_address())
        first.make_pair(other)
        pair = Pair(world, other)
        world.bundle(first, other)
        yield pair
        assert [unit.tokens for unit in pair.units] == [[], []]
