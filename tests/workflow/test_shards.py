"""Several shards at once, each with a state directory of its own: every certificate is ordered once, by one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5 import fleet, workflow
from sectigo_f5.configuration.shards import Shard, in_shard
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.state.directory import StateDirectory
from tests.support.names import ONLY_EC
from tests.support.world import World

DEVICES, SHARDS = 8, 4


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[World]]:
    """BIG-IPs at addresses of their own, and one CA."""
    with ExitStack() as stack:
        devices = [stack.enter_context(SimulatedBigIP(address=f"127.0.1.{number + 1}")) for number in range(DEVICES)]
        worlds = [World(device, tmp_path / f"device-{number}") for number, device in enumerate(devices)]
        for world in worlds:
            world.add_virtual_server()
        yield worlds


def jobs_of(worlds: Sequence[World]) -> list[Job]:
    """Return one certificate for each BIG-IP, and one more for the first, which another file lists with its name."""
    jobs = []
    for number, world in enumerate(worlds):
        job = world.job(f"site{number}.example.com", keys=ONLY_EC)
        jobs.append(replace(job, device=replace(job.device, name=f"bigip-{number}")))
    worlds[0].add_virtual_server("/Common/vs_more")
    more = worlds[0].job("more.example.com", keys=ONLY_EC, virtual_servers=("/Common/vs_more",))
    hosts = (worlds[0].device.address, "bigip.invalid")
    return [*jobs, replace(more, device=replace(more.device, name="another", hosts=hosts))]


def run_shards(count: int, worlds: Sequence[World], jobs: Sequence[Job], folder: Path) -> list[list[Result]]:
    """Run all shards at once, each as on a host of its own."""

    def run(index: int) -> list[Result]:
        state = StateDirectory(folder / f"shard-{index}")
        state.prepare()
        mine = in_shard(Shard(index, count), jobs, jobs)
        managed = frozenset(path for job in jobs for path in job.profiles)
        shared = replace(worlds[0].run_of(*jobs, managed=managed, configured=tuple(jobs)), state=state)
        return fleet.on_every_device(shared, mine, workflow.keep_alive, 2)

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(run, range(count)))


def changes(worlds: Sequence[World]) -> list[int]:
    """Return how many requests have changed each BIG-IP; where a certificate is new, the shell looks for its files."""
    return [sum("/util/bash" not in call.path for call in world.device.writes()) for world in worlds]


def test_every_certificate_is_ordered_once_by_one_of_four_shards(worlds: list[World], tmp_path: Path) -> None:
    jobs, authority = jobs_of(worlds), worlds[0].authority
    shards = run_shards(SHARDS, worlds, jobs, tmp_path / "four")
    results = [result for shard in shards for result in shard]
    assert [result.error for result in results] == [None] * len(jobs)
    assert Counter(result.label for result in results) == Counter(job.label for job in jobs)
    assert {result.outcome for result in results} == {Outcome.ENROLLED}
    assert len(authority.issued) == len(jobs)
    assert sum(bool(shard) for shard in shards) > 1

    writes = changes(worlds)
    again = run_shards(SHARDS + 1, worlds, jobs, tmp_path / "five")
    assert {result.outcome for shard in again for result in shard} == {Outcome.KEPT}, "also where it has moved to"
    assert sum(map(len, again)) == len(jobs)
    assert changes(worlds) == writes
    assert len(authority.issued) == len(jobs)
