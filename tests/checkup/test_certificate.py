"""Each thing that ``check`` looks at for a certificate, and what is said if it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.bigip import challenges
from sectigo_f5.checkup.certificate import Examination, examine
from sectigo_f5.report.looks import Level
from sectigo_f5.simulator import Fault
from tests.support.names import ONLY_EC, PLAIN
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, bigip

EVERYTHING = [
    "role and shell",
    "partition",
    "parent profile",
    "virtual servers",
    "HTTP profile",
    "obstacles",
    "active unit",
    "client SSL profile",
    "handshake",
    "order",
    "key type",
    "clock",
    "challenge path",
    "plugin",
]
Settings = dict[str, Any]
WON = "/Common/vs_www gets TLS in place of plain text, wins www.example.com"


def examined(world: World, **settings: Any) -> Examination:
    job = world.job(**{"keys": ONLY_EC, **settings})
    with world.session() as f5:
        return examine(world.run_of(job), f5, job)


def at(found: Examination, level: Level) -> dict[str, str]:
    """Return the texts of a level by what was looked at."""
    return {look.what: look.text for look in found.looks if look.level is level}


def test_everything_that_is_well_is_told(world: World) -> None:
    found = examined(world)
    assert (list(at(found, Level.OK)), found.problems, found.notes) == (EVERYTHING, (), (WON,))
    assert found.virtual_servers == ("/Common/vs_www",)


def test_the_certificate_in_service_is_told_with_its_end(world: World) -> None:
    ends = world.one(world.job(keys=ONLY_EC)).not_after
    text = at(examined(world), Level.OK)["in service"]
    assert text == f"/Common/www.example.com_clientssl serves a certificate of ours until {ends:%Y-%m-%d}"


def unknown_partition(_: World) -> Settings:
    return {"partition": "Shop"}


def unknown_parent(_: World) -> Settings:
    return {"parent_profile": "/Common/corporate"}


def parent_that_is_switched_off(world: World) -> Settings:
    world.device.add_profile("client-ssl", "/Common/off", mode="disabled")
    return {"parent_profile": "/Common/off"}


def unknown_virtual_server(_: World) -> Settings:
    return {"virtual_servers": ("/Common/vs_www", "/Common/vs_nowhere")}


def none_of_all(_: World) -> Settings:
    return {"virtual_servers": ("all",), "partition": "Common"}


def no_http_profile(world: World) -> Settings:
    world.device.add_virtual_server("/Common/vs_tcp", "192.0.2.9:443", profiles=("/Common/tcp",))
    return {"virtual_servers": ("/Common/vs_tcp",)}


def another_name_would_be_lost(world: World) -> Settings:
    attach(world, hand_made(world, "hand", "shop.example.com"))
    return {}


def a_handshake_that_cannot_be_made(world: World) -> Settings:
    world.device.set("/mgmt/tm/ltm/virtual/~Common~vs_www", destination="/Common/any:443")
    return {"verify_handshake": "required"}


def a_ca_of_another_hour(world: World) -> Settings:
    ahead = world.now.replace(year=world.now.year + 1)
    world.authority.clock = lambda: ahead
    return {}


def http_01_on_another_port(_: World) -> Settings:
    return {"validation": "http-01"}


def a_plugin_that_is_missing(world: World) -> Settings:
    setattr(world.authority, "plugin_problem", lambda validation: "Certbot has no such plugin")  # noqa: B010  # mypy
    return {}


WRONG: dict[Callable[[World], Settings], tuple[str, str]] = {
    unknown_partition: ("partition", "the partition Shop does not exist on the BIG-IP; there is Common"),
    unknown_parent: ("parent profile", "the parent profile /Common/corporate does not exist"),
    parent_that_is_switched_off: ("parent profile", "/Common/off"),
    unknown_virtual_server: (
        "virtual servers",
        "/Common/vs_nowhere does not exist on the BIG-IP; did you mean",
    ),
    none_of_all: ("virtual servers", "list them by name"),
    no_http_profile: ("HTTP profile", "has no HTTP profile; attach one (for example /Common/http)"),
    another_name_would_be_lost: ("obstacles", "shop.example.com"),
    a_handshake_that_cannot_be_made: ("handshake", "it listens on every address, so there is none to look at"),
    a_ca_of_another_hour: ("clock", "correct the clock of this machine (NTP)"),
    http_01_on_another_port: ("challenge path", "certbot-bigip reaches a BIG-IP on port 443 only"),
    a_plugin_that_is_missing: ("plugin", "Certbot has no such plugin"),
}


@pytest.mark.parametrize(("arrange", "expected"), WRONG.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_what_is_wrong_stands_where_one_looks_for_it(
    world: World, arrange: Callable[[World], Settings], expected: tuple[str, str]
) -> None:
    what, text = expected
    found = examined(world, **arrange(world))
    failed = at(found, Level.FAILED)
    assert (next(iter(failed), None), text in failed.get(what, "")) == (what, True), failed
    assert what not in at(found, Level.OK)


@pytest.mark.parametrize(
    ("switches", "what"),
    [
        ({"ha": "standby"}, "active unit"),
        ({"tmos": "13.1.1"}, "key type"),
        ({"username": "sectigo", "role": "guest"}, "role and shell"),
    ],
)
def test_what_a_bigip_does_not_allow_is_wrong(tmp_path: Path, switches: Settings, what: str) -> None:
    with bigip(tmp_path, **switches) as world:
        assert list(at(examined(world), Level.FAILED)) == [what]


def test_where_http_01_is_answered_and_by_what_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "PLUGIN_PORT", world.device.port)
    first = "when HTTP_REQUEST priority 50 {\n  HTTP::redirect https://www.example.com/\n}"
    world.device.add_rule("/Common/first", first)
    world.device.add_virtual_server("/Common/vs_http", "127.0.0.1:80", profiles=PLAIN, rules=["/Common/first"])
    found = examined(world, validation="http-01")
    assert at(found, Level.OK)["challenge path"] == "http-01 by certbot-bigip on /Common/vs_http"
    assert at(found, Level.WARNING)["challenge path"].startswith(
        "the iRule /Common/first of /Common/vs_http may answer"
    )


def test_a_bigip_that_falls_silent_is_told_with_what_was_seen(world: World) -> None:
    world.device.fault(Fault("GET", "client-ssl", times=99, action="error:500:out of memory"))
    found = examined(world)
    assert (list(at(found, Level.OK)), list(at(found, Level.FAILED))) == (["role and shell"], ["reading"])
