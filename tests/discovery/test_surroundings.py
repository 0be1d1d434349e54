"""``discover`` where more than profiles bears on a virtual server: iApps, route domains, lists, releases, numbers."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sectigo_f5.simulator import Fault
from tests.support.discovering import discover, options
from tests.support.installation import ROOT
from tests.support.virtual_servers import attach, hand_made, url
from tests.support.world import World, bigip
from tests.workflow.test_taking_over import TABLE

WWW = "www.example.com"


def test_an_iapp_with_strict_updates_is_a_comment(world: World) -> None:
    world.device.add_application("/Common/shop.app/shop", strict_updates=True)
    world.add_virtual_server("/Common/shop.app/vs_shop", appService="/Common/shop.app/shop")
    attach(world, hand_made(world, "old", WWW), path="/Common/shop.app/vs_shop")
    (reason,) = discover(world).refused()
    assert "belongs to the iApp /Common/shop.app/shop with strict updates on" in reason


def test_an_iapp_without_strict_updates_is_a_doubt(world: World) -> None:
    world.device.add_application("/Common/shop.app/shop", strict_updates=False)
    world.add_virtual_server("/Common/shop.app/vs_shop", appService="/Common/shop.app/shop")
    attach(world, hand_made(world, "old", WWW), path="/Common/shop.app/vs_shop")
    found = discover(world)
    assert "deployed again, it may detach our profile" in " ".join(found.doubts())
    found.must_pass_check()


def test_a_disabled_virtual_server_is_a_doubt(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    world.device.set(url("/Common/vs_www"), disabled=True)
    found = discover(world)
    assert "disabled: /Common/vs_www" in found.doubts()
    found.must_pass_check()


def test_virtual_servers_that_listen_on_lists_are_found(world: World) -> None:
    lists = {"destinationAddressList": "/Common/site", "destinationPortList": "/Common/tls"}
    world.device.add("net/address-list", "/Common/site", addresses=[{"name": "192.0.2.10"}, {"name": "192.0.2.11"}])
    world.device.add("net/port-list", "/Common/tls", ports=[{"name": "443"}, {"name": "8443"}])
    world.device.add("ltm/traffic-matching-criteria", "/Common/criteria", **lists)
    profiles = ["/Common/tcp", "/Common/http", hand_made(world, "old", WWW)]
    world.device.add("ltm/virtual", "/Common/vs_lists", profiles=profiles, trafficMatchingCriteria="/Common/criteria")
    found = discover(world)
    assert found.jobs[WWW].virtual_servers == ("/Common/vs_lists",)
    found.must_pass_check()


def test_route_domains_and_addresses_of_both_kinds_are_read(world: World) -> None:
    profiles = ("/Common/tcp", "/Common/http", hand_made(world, "old", WWW))
    world.device.add_virtual_server("/Common/vs_domain", "198.51.100.7%2:443", profiles=profiles)
    world.device.add_virtual_server("/Common/vs_six", "2001:db8::7.443", profiles=profiles)
    found = discover(world)
    assert found.jobs[WWW].virtual_servers == ("/Common/vs_domain", "/Common/vs_six")
    found.must_pass_check()


@pytest.mark.parametrize("tmos", ["14.1.2", "21.1.0"])
def test_every_release_is_read(tmp_path: Path, tmos: str) -> None:
    with bigip(tmp_path, tmos=tmos) as world:
        attach(world, hand_made(world, "old", WWW))
        found = discover(world)
        assert "today: /Common/old.crt, ECDSA secp256r1" in found.text
        found.must_pass_check()


def test_the_number_of_requests_does_not_grow_with_the_device(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    requests, application = [], "/Common/shop.app/shop"
    world.device.add_application(application, strict_updates=False)
    for round_ in range(2):
        for number in range(3):
            path = world.add_virtual_server(f"/Common/shop.app/vs{round_}{number}", appService=application)
            attach(world, hand_made(world, f"p{round_}{number}", f"{round_}{number}.example.com"), path=path)
        before = len(world.device.journal)
        discover(world)
        requests.append(len(world.device.journal) - before)
    assert requests == [10, 10], "login and logout among them, and one for the iApp"


def test_the_device_is_called_as_it_calls_itself(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    assert discover(world).configuration.jobs[0].device.name == world.device.hostname


def test_a_device_that_does_not_tell_its_name_is_called_by_its_address(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    world.device.fault(Fault("GET", "cm/device$", action="error:403:refused by a test", times=9))
    assert discover(world).configuration.jobs[0].device.name == world.device.address


def test_a_name_that_is_too_long_for_objects_is_a_comment(world: World) -> None:
    long = ".".join(["a" * 60] * 3 + ["b" * 40, "example.com"])
    attach(world, hand_made(world, "old", "short.example.com", long))
    world.device.set("/mgmt/tm/sys/file/ssl-cert/~Common~old.crt", subject=f"CN={long}")
    (reason,) = discover(world).refused()
    assert reason.startswith("common_name: makes object names of ")


def test_both_units_of_a_group_are_the_host(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    found = discover(world, "--host", "127.0.0.2")
    assert found.configuration.jobs[0].device.hosts == (world.device.address, "127.0.0.2")


@pytest.mark.parametrize("as3", [True, False])
def test_our_objects_are_not_put_where_as3_removes_them(tmp_path: Path, as3: bool) -> None:
    with bigip(tmp_path, as3=as3) as world:
        world.device.add_partition("Web")
        world.device.add_folder("/Web/App")
        world.add_virtual_server("/Web/App/service")
        attach(world, hand_made(world, "/Web/App/tls", WWW), path="/Web/App/service")
        found = discover(world)
        assert found.jobs[WWW].partition == ("Common" if as3 else "Web")
        found.must_pass_check()
    doubts = " ".join(found.doubts())
    assert ("the profile in service is in partition Web, ours will be in another one" in doubts) == as3
    assert ("/Web/App/service looks as if declared by AS3" in doubts) == as3


def test_a_role_in_one_partition_is_told_at_the_top(tmp_path: Path) -> None:
    with bigip(tmp_path, role="manager", role_partition="Common") as world:
        attach(world, hand_made(world, "old", WWW))
        text = discover(world).unwrapped
    assert "# admin has a role in Common alone: virtual servers of other partitions are not here\n" in text
    assert "# a run would fail: admin has the role manager" in text


def test_a_password_that_is_typed_is_not_shown(world: World) -> None:
    attach(world, hand_made(world, "old", WWW))
    shown, code = at_a_terminal(options(world)[:-2], [world.device.username, "not to be seen"])
    assert (code, "not to be seen" in shown) == (1, False)
    assert "User name on 127.0.0.1: " in shown
    assert "refused the login" in shown


def at_a_terminal(arguments: list[str], typed: list[str]) -> tuple[str, int]:
    """Run ``discover`` at a terminal, and type each line when it is asked for."""
    command = [sys.executable, str(ROOT / "start_acme.py"), "discover", *arguments]
    ours, its = os.openpty()
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True) as child:
        os.close(its)
        shown = ""
        with contextlib.suppress(OSError):  # as a terminal ends on Linux
            while read := os.read(ours, 1000):
                shown += read.decode()
                if typed and shown.endswith(": "):
                    os.write(ours, f"{typed.pop(0)}\n".encode())
    os.close(ours)
    return shown, child.returncode


@pytest.mark.parametrize(
    ("row", "entries"),
    [
        ("the parent profile", set()),
        ("a profile for the same name and more", {WWW}),
        ("a profile for a wildcard", {"*.example.com"}),
        ("a profile of unknown names", set()),
        ("several", {WWW, "shop.example.com"}),
        ("a server SSL profile too", set()),
    ],
)
def test_the_rows_of_the_table_of_taking_over_are_discovered(world: World, row: str, entries: set[str]) -> None:
    attach(world, *TABLE[row][0](world))
    found = discover(world)
    if entries:
        assert set(found.must_pass_check()) == entries
        assert found.refused() == []
    else:
        (reason,) = found.refused()
        assert reason.endswith("which name is meant?")
