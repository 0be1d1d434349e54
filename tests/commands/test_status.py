"""``status``: what is in service and since when; it writes nothing to a device."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from tests.support.console import Console
from tests.support.names import BOTH_KEYS, ONLY_EC, PROFILE_URL
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

WWW: dict[str, Any] = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}


def moment(of: Any) -> str:
    return f"{of:%Y-%m-%dT%H:%M:%SZ}"


def test_every_field_of_a_managed_certificate_is_in_the_json(world: World) -> None:
    began = world.now
    result = world.one(world.job("www.example.com", "api.example.com", keys=ONLY_EC))
    world.wait(days=10)
    console, before = Console(world, {**WWW, "sans": ["api.example.com"]}), len(world.device.writes())
    output = console.say("status", "--json")
    assert output.code == 0
    (row,) = output.json["results"]
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
        "last_success": moment(began),
        "failures": 0,
        "unsaved": False,
        "pending_since": None,
        "next_order": None,
        "history": [{"at": moment(began), "result": "enrolled", "reason": row["reason"], "error": None}],
    }
    assert (output.json["unmanaged"], output.json["summary"]) == ([], {"enrolled": 1})
    assert output.json["finished"] == moment(world.now)
    assert world.device.writes()[before:] == []


def test_the_table_has_a_row_for_each_certificate(world: World) -> None:
    world.one(world.job(keys=BOTH_KEYS))
    keys = [{"type": "rsa", "size": 2048}, {"type": "ecdsa", "size": "secp256r1"}]
    output = Console(world, {**WWW, "keys": keys, "key_type": None}).say("status")
    head, row, *rest = output.out.splitlines()
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


def test_a_certificate_that_no_run_has_processed_has_no_result(world: World) -> None:
    (row,) = Console(world).say("status", "--json").json["results"]
    assert (row["result"], row["reason"], row["serial"], row["days_left"]) == (None, "no run yet", None, None)


def test_a_failure_is_shown_with_its_start_and_the_last_known_state(world: World) -> None:
    """The device is down, so the record of the last run is all that there is."""
    enrolled = world.one(world.job(keys=ONLY_EC))
    world.wait(days=20)
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    began = moment(world.now)
    for _ in range(2):
        world.one(world.job(keys=ONLY_EC))
        world.wait(days=1)
    console = Console(world)
    output = console.say("status", "--json")
    (row,) = output.json["results"]
    assert output.code == 1
    assert (row["result"], row["since"], row["days_left"]) == ("failed", began, 68)
    assert (row["serial"], row["not_after"]) == (enrolled.serial, moment(enrolled.not_after))
    assert (row["failures"], row["last_success"]) == (2, moment(world.now - timedelta(days=22)))
    assert (row["names"], row["virtual_servers"]) == (["www.example.com"], ["/Common/vs_www"])
    assert "no answer" in row["error"]
    text = console.say("status").out
    assert re.search(rf"  68  .*  failed: .*no answer.*  {began[:10]}  ", text)
    head, failed = text.splitlines()
    assert len(head) < 120 < len(failed), "a long error widens its own line alone"


def test_unsaved_changes_and_pending_orders_are_named(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    world.wait(days=70)
    began, world.authority.processing = world.now, True
    for _ in range(2):
        assert world.one(job).outcome is Outcome.PENDING
        world.wait(days=1)
    world.state.unsaved.mark("bigip-sim")
    console = Console(world)
    (row,) = console.say("status", "--json").json["results"]
    assert (row["result"], row["unsaved"], row["pending_since"]) == ("pending", True, moment(began))
    assert (row["days_left"], row["next_order"], row["error"]) == (18, None, None)
    text = console.say("status").out
    assert f"pending, not saved on the BIG-IP, the CA has not decided since {began:%Y-%m-%d}" in text
    assert f"the CA has had an order since {began:%Y-%m-%d %H:%M} UTC and has not decided" in console.say("check").out
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    (row,) = console.say("status", "--json").json["results"]
    assert (row["unsaved"], row["pending_since"]) == (True, moment(began)), "also while the device is down"


def test_an_order_that_is_held_back_is_named(world: World) -> None:
    console = Console(world)
    (job,) = read_configuration(console.config).jobs
    world.device.fault(Fault(method="POST", path="/sys/file/ssl-cert", times=999, action="error:400:no room for it"))
    began = world.now
    for _ in range(2):
        assert world.one(job).outcome is Outcome.FAILED
        world.wait(hours=1)
    (row,) = console.say("status", "--json").json["results"]
    assert (row["failures"], row["next_order"]) == (2, moment(began + timedelta(days=1)))
    assert f"failed, no order before {moment(began + timedelta(days=1))}: " in console.say("status").out


def test_a_foreign_certificate_in_our_profile_is_shown(world: World) -> None:
    """Our newest pair has 90 days left, and clients see one that expires in three."""
    world.one(world.job(keys=ONLY_EC))
    hand_made(world, "hand", "www.example.com", days=3)
    entry = {"name": "default", "cert": "/Common/hand.crt", "key": "/Common/hand.key"}
    world.device.set(PROFILE_URL, certKeyChain=[entry])
    (row,) = Console(world).say("status", "--json").json["results"]
    assert (row["days_left"], row["issuer"], row["serial"]) == (3, "CN=Hand CA", world.seen_by_client().serial)


def test_a_revoked_certificate_is_shown_as_revoked(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    (generation, _) = next(iter(world.state.certificates.copies(world.job()).items()))
    world.state.certificates.note_revoked(world.job(), generation, "keycompromise")
    console = Console(world)
    (row,) = console.say("status", "--json").json["results"]
    assert row["revoked"] == "keycompromise (start_acme.py revoke)"
    assert "enrolled, revoked: keycompromise (start_acme.py revoke)" in console.say("status").out


def test_unmanaged_certificates_are_listed_with_their_days_left(world: World) -> None:
    world.add_virtual_server("/Common/vs_b")
    other = hand_made(world, "shop", "shop.example.com", "store.example.com", days=12, sniDefault="true")
    servers = ("/Common/vs_www", "/Common/vs_b")
    for path in servers:
        attach(world, other, path=path)
    job = world.job(keys=ONLY_EC, sni=True, virtual_servers=servers)
    assert world.one(job).error is None
    console = Console(world, {**WWW, "virtual_servers": ["vs_www", "vs_b"], "sni": True})
    output = console.say("status", "--json")
    (row,) = output.json["unmanaged"]
    assert (row["common_name"], row["days_left"], row["managed"]) == ("shop.example.com", 12, False)
    assert (row["names"], row["issuer"]) == (["shop.example.com", "store.example.com"], "CN=Hand CA")
    assert sorted(row["virtual_servers"]) == sorted(servers)
    assert row["reason"] == "unmanaged: profile /Common/shop"
    _, first, _ = console.say("status").out.splitlines()
    assert re.search(r"^shop.example.com@bigip-sim .* 12 .* unmanaged .* /Common/vs_\w+ /Common/vs_\w+$", first)


def test_certificates_of_other_jobs_are_not_listed_as_unmanaged(world: World) -> None:
    jobs = [world.job(name, keys=ONLY_EC, sni=True) for name in ("www.example.com", "shop.example.com")]
    world.go(*jobs)
    shop = {"common_name": "shop.example.com", "virtual_servers": ["vs_www"], "sni": True}
    console = Console(world, {**WWW, "sni": True}, shop)
    assert console.say("status", "--json", "--only", "www.example.com").json["unmanaged"] == []


def test_the_html_page_shows_every_certificate_and_escapes_texts(world: World, tmp_path: Path) -> None:
    world.one(world.job(keys=ONLY_EC))
    world.wait(days=1)
    world.device.fault(Fault(method="POST", path="login", times=99, action="error:400:<b>bold & broken</b>"))
    page = tmp_path / "status.html"
    output = Console(world).say("status", "--html", str(page))
    text = page.read_text()
    assert output.code == 1
    assert ">www.example.com</a>" in text
    assert f"from <code>{world.folder / 'config'}</code>" in text
    assert "&lt;b&gt;bold &amp; broken&lt;/b&gt;" in text
    assert "<b>bold" not in text


def test_the_html_page_says_what_it_is_about_and_what_is_wrong_besides(world: World, tmp_path: Path) -> None:
    console, page = Console(world), tmp_path / "status.html"
    (world.folder / "config" / "other.yaml").write_text("name: [\n")
    (world.folder / "config" / "other.yaml").chmod(0o600)
    options = ("--html", str(page), "--all", "--only", "www*", "--quiet")
    assert console.say("status", *options).code == 2
    text = page.read_text()
    assert "everything else that is in use on these BIG-IPs; only <code>www*</code>" in text
    assert re.search(r'<li class="warn"><p>[^<]*other\.yaml', text)
    assert page.stat().st_mode & 0o777 == 0o644


def test_an_unwritable_html_page_is_an_error_after_the_table(world: World, tmp_path: Path) -> None:
    output = Console(world).say("status", "--html", str(tmp_path / "nowhere" / "status.html"))
    assert output.code == 2
    assert output.out.startswith("CERTIFICATE")
    assert "status.html: cannot be written (No such file or directory)" in output.log


def test_a_terminal_gets_a_table_of_its_width_with_the_error_below(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.one(world.job(keys=ONLY_EC))
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    console = Console(world)
    out = console.say("status", on_terminal=True).out
    assert "\x1b[1;31mfailed" in out
    table, below, numbers = re.sub(r"\x1b\[[0-9;]*m", "", out).split("\n\n")
    assert max(map(len, table.splitlines())) <= 60
    assert below.startswith("www.example.com@bigip-sim (last success ")
    assert "no answer" in below
    assert numbers == "1 managed, 1 failed\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in console.say("status", on_terminal=True).out
    monkeypatch.setenv("TERM", "dumb")
    assert console.say("status", on_terminal=True).out.startswith("CERTIFICATE")


def test_quiet_says_only_what_is_wrong_with_what_is_ours(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    attach(world, hand_made(world, "shop", "shop.example.com", days=1))
    console = Console(world)
    assert console.say("status", "--quiet").out == ""
    world.state.unsaved.mark("bigip-sim")
    _, line = console.say("status", "--quiet").out.splitlines()
    assert "enrolled, not saved on the BIG-IP" in line
