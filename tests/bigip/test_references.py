"""What is read about the addresses of virtual servers, how often, and what follows if it may not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.world import World

REFUSAL = "error:401:Authorization failed: user=https://localhost/mgmt/shared/authz/users/admin resource=x verb=GET"
COLLECTIONS = ("/mgmt/tm/auth/partition", "/mgmt/tm/ltm/virtual-address")


def test_addresses_and_partitions_are_read_once_per_login(world: World) -> None:
    world.add_virtual_server("/Common/vs_b")
    shop = world.job("shop.example.com", virtual_servers=("/Common/vs_b",))
    assert [result.error for result in world.go(world.job(), shop)] == [None, None]
    read = [call.path for call in world.device.journal if call.method == "GET"]
    assert [read.count(path) for path in COLLECTIONS] == [1, 1]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_collection_that_may_not_be_read_stops_nothing(
    world: World, collection: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.device.fault(Fault("GET", collection, action=REFUSAL, times=99))
    result = world.one(world.job())
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert world.seen_by_client().serial == result.serial
    assert collection in caplog.text


def test_a_partition_need_not_be_listed_if_the_list_may_not_be_read(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        world = World(device, tmp_path)
        world.add_virtual_server("/Shop/vs_www")
        device.fault(Fault("GET", "auth/partition", action=REFUSAL, times=99))
        job = world.job(partition="Shop", virtual_servers=("/Shop/vs_www",))
        assert world.one(job).error is None
        missing = world.one(world.job("shop.example.com", partition="Shpo", virtual_servers=("/Shop/vs_www",)))
        assert missing.outcome is Outcome.FAILED


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_device_that_does_not_answer_is_not_taken_for_a_refusal(world: World, collection: str) -> None:
    world.pause = lambda _: None
    world.device.fault(Fault("GET", collection, times=99))
    result = world.one(world.job())
    assert (result.outcome, collection in (result.error or "")) == (Outcome.FAILED, True)
