"""``plan``: what a run would do, and what it would refuse; it writes nothing to a device."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.console import Console
from tests.support.impostor import silence
from tests.support.names import ONLY_EC, PLAIN, VIRTUAL_URL
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

WWW: dict[str, Any] = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}


@pytest.mark.parametrize(
    ("yaml", "days", "options", "outcome", "reason"),
    [
        ({}, 0, (), Outcome.KEPT, r"valid until [\d-]+, renewal planned for [\d-]+"),
        ({}, 61, (), Outcome.RENEWED, "it ends on .*, less than a third of its lifetime is left"),
        ({}, 91, (), Outcome.RENEWED, "the certificate expired on .*"),
        ({}, 0, ("--force",), Outcome.RENEWED, r"renewal was forced \(--force\)"),
        ({"key_type": "rsa"}, 0, (), Outcome.REKEYED, "the key is ECDSA secp256r1, .* asks for RSA 2048"),
        (
            {"sans": ["api.example.com"]},
            0,
            (),
            Outcome.REPLACED,
            ".* it lacks api.example.com; /Common/vs_www wins api.example.com",
        ),
        ({"sni": True, "sni_default": True}, 0, (), Outcome.REPAIRED, ".*; the profile is not the SNI default"),
    ],
)
def test_plan_shows_the_outcome_and_reason_of_a_run_without_writing(
    world: World, yaml: dict[str, Any], days: int, options: tuple[str, ...], outcome: Outcome, reason: str
) -> None:
    enrolled = world.one(world.job(keys=ONLY_EC))
    world.wait(days=days)
    remembered, before = world.state.history.results(), len(world.device.writes())
    console = Console(world, {**WWW, **yaml})
    output = console.say("plan", "--json", *options)
    assert (output.code, output.json["summary"]) == (0, {outcome.value: 1})
    (result,) = output.json["results"]
    assert re.fullmatch(reason, result["reason"]), result["reason"]
    assert (result["serial"], result["error"], result["virtual_servers"]) == (enrolled.serial, None, ["/Common/vs_www"])
    assert re.search(
        rf"(?m)^{outcome.value} +www.example.com@bigip-sim \(valid until .*\): ", console.say("plan", *options).out
    )
    assert world.device.writes()[before:] == []
    assert world.state.history.results() == remembered


def refused(world: World, **yaml: Any) -> str:
    output = Console(world, {**WWW, **yaml}).say("plan", "--json")
    (result,) = output.json["results"]
    assert (output.code, result["result"], world.device.writes()) == (1, "failed", [])
    return str(result["error"])


def test_plan_refuses_a_profile_for_another_name(world: World) -> None:
    attach(world, hand_made(world, "shop", "shop.example.com"))
    assert "write `sni: true` for www.example.com" in refused(world)


def test_plan_refuses_a_virtual_server_with_strict_updates(world: World) -> None:
    world.device.add_application("/Common/shop.app/shop")
    world.device.set(VIRTUAL_URL, appService="/Common/shop.app/shop")
    assert "strict updates on; turn them off" in refused(world)


def test_plan_refuses_a_challenge_that_cannot_be_answered(world: World) -> None:
    assert "validation http-01" in refused(world, validation="http-01")


def test_plan_refuses_a_required_handshake_that_cannot_be_made(world: World) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=PLAIN)
        error = refused(world, virtual_servers=["vs_far"], verify_handshake="required")
    assert "verify_handshake is required, so nothing was changed" in error


def test_plan_refuses_a_standby_unit(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(ha="standby")) as device:
        world = World(device, tmp_path)
        world.add_virtual_server()
        assert "is not the active unit: nothing in service was changed" in refused(world)


def test_a_broken_file_is_an_error_and_the_good_one_is_planned(world: World) -> None:
    console = Console(world)
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    output = console.say("plan", "--json")
    assert (output.code, output.json["summary"]) == (2, {"enrolled": 1})


def test_a_plan_for_a_device_that_is_down_fails(world: World) -> None:
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    output = Console(world).say("plan", "--json")
    assert (output.code, output.json["summary"]) == (1, {"failed": 1})
