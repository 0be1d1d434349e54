"""``run``, ``plan`` and ``check`` refuse the same things, in the same words, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.hierarchy import new_authority
from tests.support.impostor import silence
from tests.support.names import PLAIN, PROFILE, VIRTUAL_URL
from tests.support.spread import spread
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, bigip

WWW, IAPP = "www.example.com", "/Common/shop.app/shop"

Settings = dict[str, Any]  # of the certificate in the YAML
Arrange = Callable[[World], Settings]


def unknown_virtual_server(_: World) -> Settings:
    return {"virtual_servers": ["vs_typo"]}


def virtual_server_without_http_profile(world: World) -> Settings:
    world.device.set(VIRTUAL_URL, profiles=[{"name": "/Common/tcp"}])
    return {}


def no_virtual_server_for_all(_: World) -> Settings:
    return {"virtual_servers": "all"}


def virtual_server_of_another_partition(world: World) -> Settings:
    world.device.add_partition("Shop")
    return {"partition": "Shop", "virtual_servers": ["/Common/vs_www"]}


def unknown_partition(_: World) -> Settings:
    return {"partition": "Shop", "virtual_servers": ["/Common/vs_www"]}


def unknown_parent(_: World) -> Settings:
    return {"parent_profile": "/Common/corporate"}


def parent_of_another_partition(world: World) -> Settings:
    world.device.add_partition("Shop")
    world.device.add_profile("client-ssl", "/Shop/corporate")
    return {"parent_profile": "/Shop/corporate"}


def other_profile(world: World) -> Settings:
    attach(world, hand_made(world, "hand", "shop.example.com"))
    return {}


def server_name_taken(world: World) -> Settings:
    attach(world, hand_made(world, "hand", WWW, "shop.example.com", serverName=WWW, sniDefault="true"))
    return {"sni": True}


def lost_client_certificates(world: World) -> Settings:
    attach(world, hand_made(world, "hand", WWW, peerCertMode="require"))
    return {}


def lost_client_certificates_of_our_name(world: World) -> Settings:
    world.device.add_profile("client-ssl", "/Common/corporate", peerCertMode="require")
    attach(world, hand_made(world, PROFILE, WWW, defaultsFrom="/Common/corporate"))
    return {}


def lost_name(world: World) -> Settings:
    attach(world, hand_made(world, "hand", WWW, "shop.example.com"))
    return {}


def lost_wildcard(world: World) -> Settings:
    attach(world, hand_made(world, "hand", "*.example.com"))
    return {}


def lost_clients_without_tls(world: World) -> Settings:
    attach(world, hand_made(world, "hand", WWW, allowNonSsl="enabled"))
    return {}


def lost_site_of_the_parent(world: World) -> Settings:
    attach(world, hand_made(world, "hand", "shop.example.com"))
    return {"parent_profile": "/Common/hand"}


def virtual_server_for_plain_http(world: World) -> Settings:
    world.device.add_virtual_server("/Common/vs_www_http", "192.0.2.10:80", profiles=PLAIN)
    return {"virtual_servers": ["vs_www", "vs_www_http"]}


def http2_beside_renegotiation(world: World) -> Settings:
    attach(world, "/Common/http2")
    return {}


def parent_for_a_forward_proxy(world: World) -> Settings:
    authority = new_authority("Proxy CA", world.now)
    world.device.add_certificate("/Common/ca.crt", authority.certificate_pem, authority.key_pem)
    signs = {"sslForwardProxy": "enabled", "proxyCaCert": "/Common/ca.crt", "proxyCaKey": "/Common/ca.key"}
    world.device.add_profile("client-ssl", "/Common/proxy", **signs)
    return {"parent_profile": "/Common/proxy"}


def parent_that_is_switched_off(world: World) -> Settings:
    world.device.add_profile("client-ssl", "/Common/off", mode="disabled")
    return {"parent_profile": "/Common/off"}


def strict_iapp_of_the_virtual_server(world: World) -> Settings:
    world.device.add_application(IAPP)
    world.device.set(VIRTUAL_URL, appService=IAPP)
    return {}


def strict_iapp_of_our_profile(world: World) -> Settings:
    world.device.add_application(IAPP)
    attach(world, hand_made(world, PROFILE, WWW, appService=IAPP))
    return {}


def sni_default_of_another_virtual_server(world: World) -> Settings:
    shared = hand_made(world, "shared", "shop.example.com", sniDefault="true")
    beside = hand_made(world, "beside", "b.example.com")
    world.add_virtual_server("/Common/vs_b", shared, beside)
    attach(world, shared)
    return {"sni": True, "sni_default": True}


def unreachable_for_a_required_handshake(world: World) -> Settings:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=PLAIN)
    return {"virtual_servers": ["vs_far"], "verify_handshake": "required"}


def every_address_for_a_required_handshake(world: World) -> Settings:
    world.device.set(VIRTUAL_URL, destination="/Common/any:443")
    return {"verify_handshake": "required"}


def http_01_at_another_port(_: World) -> Settings:
    return {"validation": "http-01"}


def manual_dns_without_a_program(_: World) -> Settings:
    return {"validation": "dns-01", "dns_authenticator": "manual"}


REFUSALS: dict[Arrange, str] = {
    unknown_virtual_server: "the virtual server /Common/vs_typo does not exist on the BIG-IP",
    virtual_server_without_http_profile: "/Common/vs_www has no HTTP profile",
    no_virtual_server_for_all: "virtual_servers: all finds none in partition Common",
    virtual_server_of_another_partition: "/Common/vs_www cannot use a client SSL profile of partition Shop",
    unknown_partition: "the partition Shop does not exist on the BIG-IP",
    unknown_parent: "the parent profile /Common/corporate does not exist on the BIG-IP",
    parent_of_another_partition: "the parent profile /Shop/corporate is not in Common",
    other_profile: "/Common/vs_www already has the client SSL profile /Common/hand",
    server_name_taken: "has the server name www.example.com already",
    lost_client_certificates: "/Common/vs_www would ask less of its clients than /Common/hand does now",
    lost_client_certificates_of_our_name: f"/Common/vs_www would ask less of its clients than {PROFILE} does now",
    lost_name: "/Common/vs_www would no longer serve shop.example.com, as /Common/hand does now",
    lost_wildcard: "/Common/vs_www would no longer serve *.example.com, as /Common/hand does now",
    lost_clients_without_tls: "/Common/vs_www would no longer serve clients without TLS, as /Common/hand does now",
    lost_site_of_the_parent: "/Common/vs_www would no longer serve shop.example.com, as /Common/hand does now",
    virtual_server_for_plain_http: "/Common/vs_www_http answers port 80 in plain text, so it gets no TLS",
    http2_beside_renegotiation: "/Common/vs_www has the HTTP/2 profile /Common/http2, which refuses client SSL",
    parent_for_a_forward_proxy: "the parent profile /Common/proxy is for SSL forward proxy and wants the key of a CA",
    parent_that_is_switched_off: "the parent profile /Common/off is switched off (mode disabled)",
    strict_iapp_of_the_virtual_server: f"/Common/vs_www belongs to the iApp {IAPP} with strict updates on",
    strict_iapp_of_our_profile: f"{PROFILE} belongs to the iApp {IAPP} with strict updates on",
    sni_default_of_another_virtual_server: "/Common/shared would have to stop being the SNI default",
    unreachable_for_a_required_handshake: "verify_handshake is required, so nothing was changed",
    every_address_for_a_required_handshake: "it listens on every address, so there is none to look at",
    http_01_at_another_port: "validation http-01: certbot-bigip reaches a BIG-IP on port 443 only",
    manual_dns_without_a_program: "dns_authenticator: manual asks a program for the DNS record",
}


def all_refuse(world: World, settings: Settings, sentence: str) -> None:
    """Require that each of the three fails with ``sentence``, and that nothing is written."""
    console = Console(world, {"common_name": WWW, "virtual_servers": ["vs_www"], **settings})
    (ran,), (planned,) = (console.say(command, "--json").json["results"] for command in ("run", "plan"))
    checked = console.say("check")
    assert sentence in ran["error"]
    assert (ran["result"], planned["result"], planned["error"]) == ("failed", "failed", ran["error"])
    assert (checked.code, f"✗ {WWW}@bigip-sim: " in checked.out) == (1, True), checked.out
    (result,) = console.say("check", "--json").json["results"]
    assert ran["error"] in result["error"]
    assert [problem for problem in result["problems"] if problem not in checked.out] == []
    assert world.device.writes() == []


@pytest.mark.parametrize(
    ("arrange", "sentence"), spread(REFUSALS.items(), days=2), ids=lambda each: getattr(each, "__name__", "")
)
def test_run_plan_and_check_refuse_the_same(world: World, arrange: Arrange, sentence: str) -> None:
    all_refuse(world, arrange(world), sentence)


def test_run_plan_and_check_refuse_a_standby_unit(tmp_path: Path) -> None:
    with bigip(tmp_path, ha="standby") as world:
        all_refuse(world, {}, "is not the active unit: nothing in service was changed")


@pytest.mark.parametrize(("tmos", "refused"), [("13.1.1", True), ("14.1.2", False)])
def test_ecdsa_alone_is_refused_before_a_key_is_made(tmp_path: Path, tmos: str, refused: bool) -> None:
    with bigip(tmp_path, tmos=tmos) as world:
        settings = {"key_type": "ecdsa"}
        if refused:
            all_refuse(world, settings, f"TMOS {tmos} would refuse www.example.com (010717e3): this release does not")
        else:
            console = Console(world, {"common_name": WWW, "virtual_servers": ["vs_www"], **settings})
            assert console.say("plan", "--json").json["results"][0]["error"] is None


def test_a_resource_administrator_with_a_shell_is_no_problem(tmp_path: Path) -> None:
    with bigip(tmp_path, username="sectigo", role="resource-admin") as world:
        console = Console(world)
        planned = console.say("plan", "--json").json["results"][0]
        checked = console.say("check")
        assert (planned["error"], world.one(world.job()).error) == (None, None)
        assert "certificates go to the BIG-IP through util/bash instead" in checked.out
        assert "! www.example.com@bigip-sim" in checked.out


def test_a_resource_administrator_without_a_shell_is_foreseen(tmp_path: Path) -> None:
    with bigip(tmp_path, username="sectigo", role="resource-admin", bash=False) as world:
        console = Console(world)
        planned = console.say("plan", "--json").json["results"][0]
        assert "make it a local Administrator (admin)" in planned["error"]
        assert planned["error"] in console.say("check").out


def test_plan_and_check_foresee_a_role_that_is_too_low(tmp_path: Path) -> None:
    """``run`` leaves it to the device, which refuses the first write: a custom REST role may allow it."""
    with bigip(tmp_path, username="sectigo", role="guest") as world:
        console = Console(world)
        (ran,), (planned,) = (console.say(command, "--json").json["results"] for command in ("run", "plan"))
        assert (ran["result"], planned["result"]) == ("failed", "failed")
        assert "sectigo has the role guest" in planned["error"]
        assert planned["error"] in console.say("check").out


def test_plan_and_check_foresee_a_missing_plugin(world: World) -> None:
    console = Console(
        world,
        {
            "common_name": WWW,
            "virtual_servers": ["vs_www"],
            "validation": "dns-01",
            "dns_authenticator": "dns-nowhere",
        },
    )
    (planned,) = console.say("plan", "--json").json["results"]
    assert "Certbot has no plugin dns-nowhere" in planned["error"]
    assert planned["error"] in console.say("check").out
    assert world.device.writes() == []


def test_a_kept_certificate_needs_nothing_but_check_looks_ahead(world: World) -> None:
    """A certificate that is not due is kept whatever the next change needs; ``check`` reports it in advance."""
    job = world.job(keys=world.job().keys)
    assert world.one(job).error is None
    console = Console(
        world,
        {"common_name": WWW, "virtual_servers": ["vs_www"], "key_type": "rsa", "validation": "http-01"},
    )
    for command in ("run", "plan"):
        (result,) = console.say(command, "--json").json["results"]
        assert (result["result"], result["error"]) == ("kept", None)
    assert "validation http-01" in console.say("check").out
