"""``status`` and ``plan``: what is, since when, and what would be done; neither writes anything to a device."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import KeySpec, Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.console import Console
from tests.support.hierarchy import new_authority, new_server
from tests.support.impostor import silence
from tests.support.world import World

EC, BOTH = (KeySpec("ecdsa", "secp256r1"),), (KeySpec("rsa", "2048"), KeySpec("ecdsa", "secp256r1"))
VIRTUAL = "/mgmt/tm/ltm/virtual/~Common~vs_www"
PROFILE = "/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl"
WWW: dict[str, Any] = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}


def by_hand(world: World, name: str, *names: str, days: int = 30, **properties: str) -> str:
    """Make a profile by hand whose certificate has ``names``; returns its path."""
    identity = new_server(names, world.now, new_authority("Hand CA", world.now), days=days)
    world.device.add_certificate(f"/Common/{name}.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": f"/Common/{name}.crt", "key": f"/Common/{name}.key"}
    world.device.add_profile("client-ssl", f"/Common/{name}", certKeyChain=[entry], **properties)
    return f"/Common/{name}"


def attach(world: World, *profiles: str, virtual: str = VIRTUAL) -> None:
    names = ("/Common/tcp", "/Common/http", *profiles)
    world.device.set(virtual, profiles=[{"name": name} for name in names])


def moment(of: Any) -> str:
    return f"{of:%Y-%m-%dT%H:%M:%SZ}"


# -- status ------------------------------------------------------------------------------------------


def test_every_field_of_a_managed_certificate(world: World) -> None:
    began = world.now
    result = world.one(world.job("www.example.com", "api.example.com", keys=EC))
    world.wait(days=10)
    console, before = Console(world, {**WWW, "sans": ["api.example.com"]}), len(world.device.writes())
    said = console.say("status", "--json")
    assert said.code == 0
    (row,) = said.json["results"]
    assert result.not_after is not None
    assert row == {
        "common_name": "www.example.com",
        "device": "bigip-sim",
        "names": ["www.example.com", "api.example.com"],
        "virtual_servers": ["/Common/vs_www"],
        "managed": True,
        "key": "ECDSA secp256r1",
        "issuer": "CN=Local Issuing CA",
        "serial": result.serial,
        "not_after": moment(result.not_after),
        "days_left": 80,
        "planned_renewal": moment(result.not_after - (timedelta(days=90, minutes=5)) / 3),
        "revoked": None,
        "result": "enrolled",
        "reason": "found no certificate for www.example.com on the BIG-IP",
        "error": None,
        "last_run": moment(began),
        "since": moment(began),
    }
    assert (said.json["unmanaged"], said.json["summary"]) == ([], {"enrolled": 1})
    assert said.json["finished"] == moment(world.now)
    assert world.device.writes()[before:] == []


def test_the_table_for_people(world: World) -> None:
    world.one(world.job(keys=BOTH))
    keys = [{"type": "rsa", "size": 2048}, {"type": "ecdsa", "size": "secp256r1"}]
    said = Console(world, {**WWW, "keys": keys, "key_type": None}).say("status")
    head, row, *rest = said.out.splitlines()
    assert re.split(r"\s{2,}", head) == [
        "CERTIFICATE",
        "KEY",
        "DAYS LEFT",
        "NOT AFTER",
        "RENEWAL",
        "LAST RESULT",
        "SINCE",
        "VIRTUAL SERVERS",
    ]
    cells = re.split(r"\s{2,}", row)
    assert cells[:3] == ["www.example.com@bigip-sim", "RSA 2048 and ECDSA secp256r1", "90"]
    assert (cells[5], cells[7], rest) == ("enrolled", "/Common/vs_www", [])


def test_a_certificate_that_no_run_has_seen(world: World) -> None:
    (row,) = Console(world).say("status", "--json").json["results"]
    assert (row["result"], row["reason"], row["serial"], row["days_left"]) == (None, "no run yet", None, None)


def test_since_when_it_fails_and_what_was_known(world: World) -> None:
    """The device is down: what the last run knew is all that there is, and it is what an operator asks for."""
    enrolled = world.one(world.job(keys=EC))
    world.wait(days=20)
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    began = moment(world.now)
    for _ in range(2):
        world.one(world.job(keys=EC))
        world.wait(days=1)
    console = Console(world)
    said = console.say("status", "--json")
    (row,) = said.json["results"]
    assert said.code == 1
    assert (row["result"], row["since"], row["days_left"]) == ("failed", began, 68)
    assert (row["serial"], row["not_after"]) == (enrolled.serial, moment(enrolled.not_after))
    assert (row["names"], row["virtual_servers"]) == (["www.example.com"], ["/Common/vs_www"])
    assert "no answer" in row["error"]
    text = console.say("status").out
    assert re.search(rf"  68  .*  failed: .*no answer.*  {began[:10]}  ", text)
    head, failed = text.splitlines()
    assert len(head) < 120 < len(failed), "a long error widens its own line alone"


def test_what_somebody_put_under_our_profile_is_what_is_shown(world: World) -> None:
    """Our newest pair has 90 days, and clients see one that ends in three."""
    world.one(world.job(keys=EC))
    by_hand(world, "hand", "www.example.com", days=3)
    entry = {"name": "default", "cert": "/Common/hand.crt", "key": "/Common/hand.key"}
    world.device.set(PROFILE, certKeyChain=[entry])
    (row,) = Console(world).say("status", "--json").json["results"]
    assert (row["days_left"], row["issuer"], row["serial"]) == (3, "CN=Hand CA", world.seen_by_client().serial)


def test_a_revoked_certificate_is_not_shown_as_if_all_were_well(world: World) -> None:
    world.one(world.job(keys=EC))
    (generation, _) = next(iter(world.state.certificates.copies(world.job()).items()))
    world.state.certificates.note_revoked(world.job(), generation, "keycompromise")
    console = Console(world)
    (row,) = console.say("status", "--json").json["results"]
    assert row["revoked"] == "keycompromise (start_acme.py revoke)"
    assert "enrolled, revoked: keycompromise (start_acme.py revoke)" in console.say("status").out


def test_certificates_beside_ours_are_listed_with_their_days_left(world: World) -> None:
    world.add_virtual_server("/Common/vs_b")
    other = by_hand(world, "shop", "shop.example.com", "store.example.com", days=12, sniDefault="true")
    servers = ("/Common/vs_www", "/Common/vs_b")
    for path in servers:
        attach(world, other, virtual=f"/mgmt/tm/ltm/virtual/~Common~{path[8:]}")
    job = world.job(keys=EC, sni=True, virtual_servers=servers)
    assert world.one(job).error is None
    console = Console(world, {**WWW, "virtual_servers": ["vs_www", "vs_b"], "sni": True})
    said = console.say("status", "--json")
    (row,) = said.json["unmanaged"]
    assert (row["common_name"], row["days_left"], row["managed"]) == ("shop.example.com", 12, False)
    assert (row["names"], row["issuer"]) == (["shop.example.com", "store.example.com"], "CN=Hand CA")
    assert sorted(row["virtual_servers"]) == sorted(servers)
    assert row["reason"] == "unmanaged: profile /Common/shop"
    last = console.say("status").out.splitlines()[-1]
    assert re.search(r"^shop.example.com@bigip-sim .* 12 .* unmanaged .* /Common/vs_\w+ /Common/vs_\w+$", last)


def test_the_certificates_of_other_jobs_are_not_unmanaged(world: World) -> None:
    jobs = [world.job(name, keys=EC, sni=True) for name in ("www.example.com", "shop.example.com")]
    world.go(*jobs)
    shop = {"common_name": "shop.example.com", "virtual_servers": ["vs_www"], "sni": True}
    console = Console(world, {**WWW, "sni": True}, shop)
    assert console.say("status", "--json", "--only", "www.example.com").json["unmanaged"] == []


def test_the_page(world: World, tmp_path: Path) -> None:
    world.one(world.job(keys=EC))
    world.wait(days=1)
    world.device.fault(Fault(method="POST", path="login", times=99, action="error:400:<b>bold & broken</b>"))
    page = tmp_path / "status.html"
    said = Console(world).say("status", "--html", str(page))
    text = page.read_text()
    assert said.code == 1
    assert "<td>www.example.com@bigip-sim</td>" in text
    assert "&lt;b&gt;bold &amp; broken&lt;/b&gt;" in text
    assert "<b>bold" not in text


def test_a_page_that_cannot_be_written_comes_after_the_table(world: World, tmp_path: Path) -> None:
    said = Console(world).say("status", "--html", str(tmp_path / "nowhere" / "status.html"))
    assert said.code == 2
    assert said.out.startswith("CERTIFICATE")
    assert "status.html: cannot be written (No such file or directory)" in said.log


# -- plan --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaml", "days", "options", "outcome", "reason"),
    [
        ({}, 0, (), Outcome.KEPT, r"valid until [\d-]+, renewal planned for [\d-]+"),
        ({}, 61, (), Outcome.RENEWED, "it ends on .*, less than a third of its lifetime is left"),
        ({}, 91, (), Outcome.RENEWED, "the certificate expired on .*"),
        ({}, 0, ("--force",), Outcome.RENEWED, r"renewal was forced \(--force\)"),
        ({"key_type": "rsa"}, 0, (), Outcome.REKEYED, "the key is ECDSA secp256r1, .* asks for RSA 2048"),
        ({"sans": ["api.example.com"]}, 0, (), Outcome.REPLACED, ".* it lacks api.example.com"),
        ({"sni": True, "sni_default": True}, 0, (), Outcome.REPAIRED, ".*; the profile is not the SNI default"),
    ],
)
def test_plan_says_what_run_would_do_and_why_and_writes_nothing(
    world: World, yaml: dict[str, Any], days: int, options: tuple[str, ...], outcome: Outcome, reason: str
) -> None:
    enrolled = world.one(world.job(keys=EC))
    world.wait(days=days)
    remembered, before = world.state.history.results(), len(world.device.writes())
    console = Console(world, {**WWW, **yaml})
    said = console.say("plan", "--json", *options)
    assert (said.code, said.json["summary"]) == (0, {outcome.value: 1})
    (found,) = said.json["results"]
    assert re.fullmatch(reason, found["reason"]), found["reason"]
    assert (found["serial"], found["error"], found["virtual_servers"]) == (enrolled.serial, None, ["/Common/vs_www"])
    assert re.search(
        rf"(?m)^{outcome.value} +www.example.com@bigip-sim \(valid until .*\): ", console.say("plan", *options).out
    )
    assert world.device.writes()[before:] == []
    assert world.state.history.results() == remembered


def refused(world: World, **yaml: Any) -> str:
    said = Console(world, {**WWW, **yaml}).say("plan", "--json")
    (found,) = said.json["results"]
    assert (said.code, found["result"], world.device.writes()) == (1, "failed", [])
    return str(found["error"])


def test_plan_refuses_what_run_would_refuse(world: World) -> None:
    attach(world, by_hand(world, "shop", "shop.example.com"))
    assert "write `sni: true` for www.example.com" in refused(world)


def test_plan_knows_of_strict_updates(world: World) -> None:
    world.device.add_application("/Common/shop.app/shop")
    world.device.set(VIRTUAL, appService="/Common/shop.app/shop")
    assert "strict updates on; turn them off" in refused(world)


def test_plan_knows_that_a_challenge_cannot_be_answered(world: World) -> None:
    assert "validation http-01" in refused(world, validation="http-01")


def test_plan_knows_that_a_required_handshake_cannot_be_made(world: World) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        error = refused(world, virtual_servers=["vs_far"], verify_handshake="required")
    assert "verify_handshake is required, so nothing was changed" in error


def test_plan_knows_a_standby(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(ha="standby")) as device:
        world = World(device, tmp_path)
        world.add_virtual_server()
        assert "is not the active unit: nothing in service was changed" in refused(world)


def test_a_broken_file_is_told_and_the_good_one_planned(world: World) -> None:
    console = Console(world)
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    said = console.say("plan", "--json")
    assert (said.code, said.json["summary"]) == (2, {"enrolled": 1})


def test_a_plan_with_a_device_that_is_down(world: World) -> None:
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    said = Console(world).say("plan", "--json")
    assert (said.code, said.json["summary"]) == (1, {"failed": 1})
