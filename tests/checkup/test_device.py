"""What is looked at on a BIG-IP, and on each unit of an HA group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sectigo_f5.acme import installed
from sectigo_f5.acme.inside_certbot import launcher
from sectigo_f5.checkup import unit
from sectigo_f5.report.looks import Level
from sectigo_f5.simulator import Fault
from tests.support.console import Console, Output
from tests.support.ha_pair import Pair, ha_pair, own_address
from tests.support.names import ONLY_EC, PLAIN
from tests.support.world import World, bigip

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _certbot_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """To ask the real one takes longer than all that is looked at here."""
    plugins = dict.fromkeys(("bigip", "manual", "standalone"), "")
    monkeypatch.setattr(installed, "ask", lambda environment: installed.Installed(plugins, dict(launcher.PATCHED)))


@pytest.fixture
def console(world: World) -> Console:
    world.one(world.job(keys=ONLY_EC))
    return Console(world)


def looks(said: Output, scope: str = "device", unit: str | None = None) -> dict[str, tuple[str, str]]:
    """Return level and text of each look of a scope, by what was looked at."""
    found = (look for look in said.json["checks"] if look["scope"] == scope and look.get("unit") == unit)
    return {look["look"]: (look["level"], look["text"]) for look in found}


def line(said: Output, what: str) -> str:
    return next(line for line in said.out.splitlines() if line.strip()[2:].startswith(f"{what}: "))


def test_every_thing_of_a_bigip_that_is_well_is_told(console: Console) -> None:
    found = looks(console.say("check", "--json"))
    assert {level for level, _ in found.values()} == {"ok"}
    assert list(found) == [
        "reachability",
        "TLS trust",
        "management certificate",
        "login",
        "login tokens",
        "clock",
        "active unit",
        "config sync",
        "saved configuration",
    ]
    assert found["login tokens"][1].startswith("admin holds 1 of 100")
    assert (found["config sync"][1], found["login"][1]) == ("Standalone", "admin is logged in; TMOS 16.1.4")


def test_an_untrusted_bigip_shows_how_it_is_pinned(console: Console) -> None:
    device = console.world.device
    console.configure(verify_tls=True)
    said = console.say("check")
    assert "✗ TLS trust: " in line(said, "TLS trust")
    command = (
        f"      → openssl s_client -connect {device.address}:{device.port} -showcerts </dev/null | openssl x509 > "
    )
    assert f"{command}{console.config / 'bigip-sim.pem'}\n" in said.out
    assert f"→ write verify_tls: {console.config / 'bigip-sim.pem'} in {console.config / 'shop.yaml'}\n" in said.out
    assert "✗ www.example.com@bigip-sim: not looked at, for what is wrong with bigip-sim" in said.out


def test_a_bigip_that_nobody_verifies_is_warned_of(console: Console) -> None:
    console.configure(verify_tls=False)
    said = console.say("check")
    assert line(said, "TLS trust") == f"  ! TLS trust: verify_tls is false: {unit.NOBODY}"
    assert "; SHA-256 " in said.out


def test_a_refused_login_is_said_once(console: Console) -> None:
    console.configure(password="wrong")
    said = console.say("check")
    assert "the BIG-IP refused the login of admin" in line(said, "login")
    assert said.out.count("refused the login") == 1
    (result,) = console.say("check", "--json").json["results"]
    assert "the BIG-IP refused the login of admin" in result["error"]


def test_few_free_tokens_are_warned_of(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        for _ in range(95):
            world.device.engine.world.accounts.login(world.device.username, world.device.password, "192.0.2.1")
        said = Console(world).say("check")
        assert line(said, "login tokens") == "  ! login tokens: admin holds 96 of 100, this login's among them"
        assert f"      → {unit.REMEDY_TOKENS}" in said.out
        assert len(world.device.tokens) == 95


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("error:401:Authorization failed: user=sectigo", "how many are free is not known: "),
        ("status:404", "how many are free is not known: "),
    ],
)
def test_tokens_that_may_not_be_listed_are_no_failure(console: Console, action: str, said: str) -> None:
    console.world.device.fault(Fault("GET", "authz/tokens", action=action, times=99))
    level, text = looks(console.say("check", "--json"))["login tokens"]
    assert (level, text.startswith(said)) == ("ok", True), text


@pytest.mark.parametrize(
    ("off", "ca", "level", "text"),
    [
        (timedelta(seconds=4), None, Level.OK, "the clock of this host is 4 s behind that of f5"),
        (-HOUR, timedelta(), Level.OK, "the clock of this host is 3600 s ahead of that of f5"),
        (2 * HOUR, timedelta(), Level.FAILED, "correct the clock of the BIG-IP (NTP)"),
        (2 * HOUR, None, Level.FAILED, "correct the clock of whichever is wrong (NTP)"),
        (2 * HOUR, 2 * HOUR, Level.FAILED, "correct the clock of whichever is wrong (NTP)"),
    ],
)
def test_an_hour_to_the_clock_of_a_bigip_is_a_failure(
    world: World, off: timedelta, ca: timedelta | None, level: Level, text: str
) -> None:
    look = unit.clock(world.now, world.now + off, ca, "f5")
    assert (look.level, look.text.endswith(text)) == (level, True), look


def test_a_bigip_that_does_not_tell_the_time_is_no_failure(world: World) -> None:
    assert unit.clock(world.now, None, None, "f5").level is Level.OK


def test_what_was_read_serves_all_certificates(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        names = [f"www{number}.example.com" for number in range(5)]
        for number, name in enumerate(names, 1):
            world.device.add_virtual_server(f"/Common/vs_{name}", f"192.0.2.{number}:443", profiles=PLAIN)
        console = Console(world, *({"common_name": name, "virtual_servers": [f"vs_{name}"]} for name in names))
        assert console.say("check", "--only", names[0]).log.count("ERROR") == 0

        def requests(count: int) -> int:
            before = len(world.device.journal)
            console.say("check", *(word for name in names[:count] for word in ("--only", name)))
            return len(world.device.journal) - before

        assert (requests(1), requests(5)) == (18, 17)
        console.configure(*({"common_name": n, "virtual_servers": [f"vs_{n}"], "parent_profile": "no"} for n in names))
        assert requests(5) <= 17, "what is wrong with one certificate has nothing read again for the next"


# -- an HA group -----------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ha_pair(tmp_path) as pair:
        yield pair


@pytest.fixture
def group(pair: Pair) -> Console:
    console = Console(pair.world)
    console.configure(host=[each.address for each in pair.units])
    return console


def test_each_unit_of_a_group_has_its_looks(pair: Pair, group: Console) -> None:
    said = group.say("check", "--json")
    for each in pair.units:
        found = looks(said, unit=each.address)
        assert ({level for level, _ in found.values()}, "TLS trust" in found) == ({"ok"}, True)
    whole = looks(said)
    assert whole["active unit"] == ("ok", f"{pair.first.address} is active")
    assert whole["config sync"] == ("ok", "In Sync")


def test_changes_that_are_pending_are_warned_of(pair: Pair, group: Console) -> None:
    pair.world.one(pair.job(keys=ONLY_EC))
    said = group.say("check")
    assert "  ! config sync: the group says Changes Pending: " in said.out
    assert said.out.count("Changes Pending") == 1


def test_a_unit_that_does_not_answer_is_a_problem(pair: Pair, group: Console) -> None:
    nowhere = own_address()
    group.configure(host=[pair.first.address, nowhere])
    said = group.say("check")
    assert said.code == 1
    assert f"✗ bigip-sim {nowhere}: 1 of 1 is wrong" in said.out
    assert f"  ✗ reachability: {nowhere}: cannot connect to https://{nowhere}:" in said.out
    assert f"✓ bigip-sim {pair.first.address}: " in said.out


def test_a_group_without_an_active_unit_is_a_problem(tmp_path: Path) -> None:
    with bigip(tmp_path, ha="standby") as world:
        said = Console(world).say("check")
        assert line(said, "active unit") == "  ✗ active unit: no unit that answered is active"
        assert "      → list every unit of the group under host" in said.out
