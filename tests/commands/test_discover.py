"""``discover`` at the command line: its login, its errors, its object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sectigo_f5.commands.arguments import parse
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.discovering import credentials, discover, options, say
from tests.support.installation import ROOT
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, bigip, free_port

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "output.schema.json").read_text())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path) as world:
        attach(world, hand_made(world, "old", "www.example.com"))
        yield world


def test_the_object_has_the_file_as_it_is_printed(world: World) -> None:
    text, done = discover(world).text, say(world, *options(world), "--json")
    jsonschema.Draft202012Validator(SCHEMA).validate(done.json)
    assert (done.json["yaml"], done.json["exit_code"], done.json["command"]) == (text, 0, "discover")


def test_neither_configuration_nor_env_file_is_read(world: World) -> None:
    nowhere = str(world.folder / "nowhere")
    assert discover(world, "--config-dir", nowhere, "--env-file", nowhere).text.count("common_name") == 1


def test_a_credential_of_systemd_is_read_and_named_in_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(world.folder))
    done = say(world, *options(world)[:-1], "credential:credentials.yaml")
    assert done.code == 0, done.log
    assert yaml.safe_load(done.out)["devices"][0]["credentials_file"] == "credential:credentials.yaml"


def test_a_refused_login_is_one_line(world: World) -> None:
    (world.folder / "wrong.yaml").write_text("username: admin\npassword: wrong\n")
    done = say(world, *options(world)[:-1], str(world.folder / "wrong.yaml"), "--json")
    (error,) = done.json["errors"]
    assert (done.code, "the BIG-IP refused the login of admin; check username and password" in error) == (1, True)
    assert "Traceback" not in done.log


def test_a_bigip_that_cannot_be_reached_is_one_line(world: World) -> None:
    done = say(world, "--host", "127.0.0.1", "--port", str(free_port()), "--credentials-file", str(credentials(world)))
    assert (done.code, done.out) == (1, "")
    assert "127.0.0.1" in done.log.splitlines()[-1]


def test_a_certificate_that_is_not_trusted_is_one_line(world: World) -> None:
    done = say(world, *options(world)[:4], "--credentials-file", str(credentials(world)))
    assert (done.code, done.out) == (1, "")
    assert "verify_tls" in done.log.splitlines()[-1]
    pinned = Path.cwd() / "bigip.pem"
    assert (
        f"openssl s_client -connect 127.0.0.1:{world.device.port} -showcerts </dev/null | openssl x509 > {pinned}"
        in done.log
    )
    assert f"then add --verify-tls {pinned}\n" in done.log


def test_no_virtual_server_is_an_error_with_what_is_there(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        done = say(world, *options(world), "--partition", "Shop")
    assert done.code == 1
    assert "no virtual server in partition Shop has a client SSL profile, or HTTP on port 443: " in done.log


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "https://192.0.2.1"], "--host: 'https://192.0.2.1' is a URL"),
        (
            ["--host", "192.0.2.1", "--verify-tls", "/nowhere.pem"],
            "--verify-tls: the CA file /nowhere.pem cannot be read",
        ),
        (["--host", "192.0.2.1", "--credentials-file", "/nowhere.yaml"], "/nowhere.yaml: cannot be read"),
        (
            ["--host", "192.0.2.1", "--credentials-file", "credential:nowhere"],
            "--credentials-file: credential:nowhere is not in $CREDENTIALS_DIRECTORY",
        ),
        (["--host", "192.0.2.1"], "there is no terminal to ask on; write a file with username: and password:"),
    ],
)
def test_a_mistake_in_an_option_is_told_before_anything_is_asked(
    world: World, arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(world.folder))
        done = say(world, *arguments)
    assert (done.code, sentence in done.log) == (2, True), done.log


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["discover"], "discover needs --host: the management address of a BIG-IP"),
        (["discover", "--host", "192.0.2.1", "--only", "*"], "discover takes neither --only nor --shard"),
        (["discover", "--host", "192.0.2.1", "--shard", "0/2"], "discover takes neither --only nor --shard"),
        (["run", "--credentials-file", "x"], "--credentials-file belongs to discover, not to run"),
        (["discover", "--host", "192.0.2.1", "--port", "70000"], "write a number from 1 to 65535"),
    ],
)
def test_the_line_is_checked(line: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(line, "start_acme.py")
    assert sentence in capsys.readouterr().err


@contextmanager
def one_of_a_pair(folder: Path) -> Iterator[World]:
    """A BIG-IP with a hand-made profile, and another unit that it may fail over to."""
    with (
        SimulatedBigIP(Switches(hostname="bigip1.example.net")) as first,
        SimulatedBigIP(Switches(hostname="bigip2.example.net"), "127.0.0.3") as second,
    ):
        world = World(first, folder)
        attach(world, hand_made(world, "old", "www.example.com"), path=world.add_virtual_server())
        first.make_pair(second)
        yield world


def test_the_other_units_of_the_group_are_named(tmp_path: Path) -> None:
    with one_of_a_pair(tmp_path) as world:
        text = discover(world).unwrapped
    units = "bigip1.example.net (127.0.0.1) and bigip2.example.net (127.0.0.3)"
    assert f"# the units of its HA group are {units}: write under host the management address of each" in text


def test_both_units_are_read_where_each_is_active(tmp_path: Path) -> None:
    with (
        SimulatedBigIP(Switches(hostname="bigip1.example.net")) as first,
        SimulatedBigIP(Switches(hostname="bigip2.example.net"), "127.0.0.3", first.port) as second,
    ):
        world = World(first, tmp_path)
        one, two = "127.0.0.40", "127.0.0.41"
        for number, (name, address) in enumerate([("a", one), ("b", one), ("c", two), ("b", two)]):
            path = world.add_virtual_server(f"/Common/vs{number}", address=address)
            attach(world, hand_made(world, f"old{number}", f"{name}.example.com"), path=path)
        first.make_pair(second)
        first.add_traffic_group("/Common/traffic-group-2", active=False)
        first.set("/mgmt/tm/ltm/virtual-address/~Common~127.0.0.41", trafficGroup="/Common/traffic-group-2")
        first.sync()
        world.bundle(first, second)
        found = discover(world, "--host", second.address)
        (job,) = [job for job in found.configuration.jobs if job.common_name == "a.example.com"]
        assert job.device.hosts == (first.address, second.address)
        assert [each.common_name for each in found.configuration.jobs] == ["a.example.com", "c.example.com"]
        (reason,) = found.refused()
        assert "are active on different units" in reason
        assert second.tokens == []


def test_a_standby_unit_alone_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    with one_of_a_pair(tmp_path) as world:
        world.device.fail_over()
        text = discover(world).unwrapped
    assert "# no unit that answered is active" in text


def test_a_user_of_one_partition_reads_so_at_the_top(tmp_path: Path) -> None:
    with bigip(tmp_path, role="guest") as world:
        attach(world, hand_made(world, "old", "www.example.com"))
        text = discover(world).text
    assert "# a run would fail: admin has the role guest" in text


def test_a_device_that_shows_no_groups_is_read_all_the_same(world: World) -> None:
    world.device.fault(Fault("GET", "cm/sync-status", action="error:403:refused by a test", times=9))
    done = say(world, *options(world))
    assert (done.code, "the other units of its HA group, if any, are not known" in done.log) == (0, True)
