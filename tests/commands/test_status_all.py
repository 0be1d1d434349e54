"""``status --all``: everything that others have in use on a BIG-IP, read once per device."""

from __future__ import annotations

import pytest

from sectigo_f5.bigip.holdings import shelf
from tests.commands.test_status import WWW
from tests.support.console import Console
from tests.support.names import ONLY_EC
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World


def test_all_lists_what_others_use_anywhere_on_the_device(world: World) -> None:
    for path in ("/Common/vs_far", "/Common/vs_farther"):
        world.add_virtual_server(path)
    far, beside = hand_made(world, "far", "far.example.com", days=40), hand_made(world, "side", "side.example.com")
    hand_made(world, "unused", "unused.example.com")
    attach(world, far, path="/Common/vs_far")
    attach(world, far, path="/Common/vs_farther")
    assert world.one(world.job(keys=ONLY_EC, sni=True)).error is None
    attach(world, beside)
    console = Console(world, {**WWW, "sni": True})
    (known,) = console.say("status", "--json").json["unmanaged"]
    assert known["common_name"] == "side.example.com"
    answer = console.say("status", "--json", "--all").json
    rows = {row["common_name"]: row for row in answer["unmanaged"]}
    assert set(rows) == {"far.example.com", "side.example.com"}
    assert rows["far.example.com"]["virtual_servers"] == ["/Common/vs_far", "/Common/vs_farther"]
    assert (rows["far.example.com"]["days_left"], rows["side.example.com"]) == (40, known)
    assert [row["common_name"] for row in answer["results"]] == ["www.example.com"]
    with pytest.raises(SystemExit):
        console.say("run", "--all")


def test_all_leaves_out_what_is_configured_though_not_selected(world: World) -> None:
    world.add_virtual_server("/Common/vs_shop")
    shop = {"common_name": "shop.example.com", "virtual_servers": ["vs_shop"]}
    world.go(world.job(keys=ONLY_EC), world.job("shop.example.com", keys=ONLY_EC, virtual_servers=("/Common/vs_shop",)))
    console = Console(world, WWW, shop)
    assert console.say("status", "--json", "--all", "--only", "www.example.com").json["unmanaged"] == []


def test_all_reads_a_large_device_once_and_page_by_page(world: World) -> None:
    """As many certificates of ours as there are, the lists of the device are read once."""
    crowd = [f"/Common/vs_{number:03}" for number in range(30)]
    profile = hand_made(world, "crowd", "crowd.example.com")
    for path in crowd:
        world.device.add_virtual_server(path, f"192.0.2.7:{4000 + int(path[-3:])}", profiles=("/Common/http", profile))
    names = [f"h{number}.example.com" for number in range(3)]
    for name in names:
        world.add_virtual_server(f"/Common/vs_{name[:2]}")
    console = Console(world, *({"common_name": name, "virtual_servers": [f"vs_{name[:2]}"]} for name in names))
    before = len(world.device.journal)
    (row,) = console.say("status", "--json", "--all").json["unmanaged"]
    asked = [call.path for call in world.device.journal[before:]]
    lists = [path for path in asked if path.endswith("/ltm/virtual")]
    assert len(row["virtual_servers"]) == 30
    assert 1 <= len(lists) <= 3


def test_keys_of_ours_are_read_together_though_their_certificates_are_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"h{number}.example.com" for number in range(4)]
    paths = [world.add_virtual_server(f"/Common/vs_{name[:2]}") for name in names]
    others = [world.add_virtual_server(f"/Common/vs_x{number}") for number in range(3)]
    attach(world, hand_made(world, "a0", "a0.example.com"), path=others[0])
    pairs = zip(names, paths, strict=True)
    world.go(*(world.job(name, keys=ONLY_EC, virtual_servers=(path,)) for name, path in pairs))
    for number in (1, 2):  # so those of ours lie between those of others
        attach(world, hand_made(world, f"x{number}", f"x{number}.example.com"), path=others[number])
    console = Console(world, *({"common_name": name, "virtual_servers": [f"vs_{name[:2]}"]} for name in names))
    monkeypatch.setattr(shelf, "SMALL", 0)  # every collection is a big one
    monkeypatch.setattr(shelf, "FOR_EACH", 0)
    before = len(world.device.journal)
    assert console.say("status", "--all").code == 0
    assert [call.path for call in world.device.journal[before:] if "/sys/file/ssl-key/" in call.path] == []
