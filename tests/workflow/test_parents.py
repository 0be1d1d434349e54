"""Parent profiles: what a BIG-IP refuses beside HTTP/2 and below a proxy, and what must not be inherited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.hierarchy import new_authority
from tests.support.names import ONLY_EC, PROFILE
from tests.support.three_commands import done_as_planned, refused
from tests.support.virtual_servers import attach, attached, defaults, hand_made, one_default_at_every_moment, profile
from tests.support.world import World, bigip

WWW, SHOP = "www.example.com", "shop.example.com"
VS, VS_B = "/Common/vs_www", "/Common/vs_b"
H2, QUIET = "/Common/h2", "/Common/quiet"
REFUSED = f"has the HTTP/2 profile {H2}, which refuses client SSL profiles that allow renegotiation (01070734)"


def job_for(world: World, **changes: Any) -> Job:
    return world.job(WWW, keys=ONLY_EC, **changes)


def add_http2(world: World, **properties: Any) -> None:
    world.device.add_profile("http2", H2, **properties)


def quiet(world: World, *names: str) -> str:
    """Create a profile without renegotiation."""
    return hand_made(world, QUIET, *(names or (SHOP,)), renegotiation="disabled")


# -- HTTP/2 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("present", [None, WWW, SHOP], ids=["no profile", "for our name", "for another name"])
def test_http2_refuses_the_stock_parent_before_an_order(world: World, present: str | None) -> None:
    """Six runs in a day; none writes, none orders."""
    add_http2(world)
    before = {H2} if present is None else {H2, quiet(world, present)}
    attach(world, *before)
    job = job_for(world, sni=present == SHOP)
    for _ in range(6):
        refusal = refused(world, job)
        assert f"{VS} {REFUSED}" in refusal
        assert f"write for {WWW} a `parent_profile` in which renegotiation is disabled" in refusal
        world.wait(hours=4)
    assert (attached(world), world.authority.issued) == (before, [])


@pytest.mark.parametrize("sni", [False, True])
def test_http2_takes_a_parent_without_renegotiation(world: World, sni: bool) -> None:
    add_http2(world)
    attach(world, H2, quiet(world, WWW))
    job = job_for(world, parent_profile=QUIET, sni=sni)
    first = done_as_planned(world, job)
    assert (first.error, attached(world)) == (None, {H2, PROFILE})
    world.wait(days=80)
    assert done_as_planned(world, job).outcome is Outcome.RENEWED
    assert profile(world, PROFILE)["renegotiation"] == "disabled"


def test_http2_without_its_tls_requirements_takes_any_parent(world: World) -> None:
    add_http2(world, enforceTlsRequirements="disabled")
    attach(world, H2)
    assert done_as_planned(world, job_for(world)).error is None


def test_http2_below_another_enforces_as_that_does(world: World) -> None:
    world.device.add_profile("http2", "/Common/lax", enforceTlsRequirements="disabled")
    add_http2(world, defaultsFrom="/Common/lax")
    attach(world, H2)
    assert done_as_planned(world, job_for(world)).error is None


def test_http2_on_a_second_virtual_server_stops_no_renewal(world: World) -> None:
    """Ours allows renegotiation on the first one."""
    job = job_for(world)
    done_as_planned(world, job)
    add_http2(world)
    world.add_virtual_server(VS_B, H2)
    both = replace(job, virtual_servers=(VS, VS_B))
    assert f"{VS_B} {REFUSED}" in refused(world, both)
    world.wait(days=80)
    renewed = done_as_planned(world, both)
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert REFUSED in (renewed.error or "")
    assert (world.seen_by_client().serial, attached(world, VS_B)) == (renewed.serial, {H2})


@pytest.mark.parametrize("listed", [True, False])
def test_http2_keeps_the_parent_that_it_needs(world: World, listed: bool) -> None:
    """The line `parent_profile` is deleted; HTTP/2 is on a virtual server that is listed, or on another one."""
    add_http2(world)
    attach(world, *([H2] if listed else []))
    job = job_for(world, parent_profile=quiet(world))
    done_as_planned(world, job)
    if not listed:
        world.add_virtual_server(VS_B, H2, PROFILE)
    stock = replace(job, parent_profile="/Common/clientssl")
    refused(world, stock)
    world.wait(days=80)
    renewed = done_as_planned(world, stock)
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert profile(world, PROFILE)["defaultsFrom"] == QUIET
    assert world.seen_by_client().serial == renewed.serial


# -- SSL forward proxy -------------------------------------------------------------------------


def add_proxy(world: World, path: str = "/Common/proxy", **properties: Any) -> str:
    """Create a profile for SSL forward proxy, with the pair of a CA."""
    authority = new_authority("Proxy CA", world.now)
    world.device.add_certificate("/Common/proxy_ca.crt", authority.certificate_pem, authority.key_pem)
    pairs = [
        {"name": "default", "cert": "/Common/default.crt", "key": "/Common/default.key"},
        {"name": "ca", "cert": "/Common/proxy_ca.crt", "key": "/Common/proxy_ca.key", "usage": "CA"},
    ]
    world.device.add_profile("client-ssl", path, sslForwardProxy="enabled", certKeyChain=pairs, **properties)
    return path


def heir_of_a_proxy(world: World) -> str:
    world.device.add_profile("client-ssl", "/Common/heir", defaultsFrom=add_proxy(world))
    return "/Common/heir"


def switched_off(world: World) -> str:
    world.device.add_profile("client-ssl", "/Common/off", mode="disabled")
    return "/Common/off"


PARENTS = {
    add_proxy: "is for SSL forward proxy and wants the key of a CA (01071610)",
    heir_of_a_proxy: "is for SSL forward proxy and wants the key of a CA (01071610)",
    switched_off: "is switched off (mode disabled), so a profile below it would not speak TLS",
}


@pytest.mark.parametrize(("make", "why"), PARENTS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_profile_that_cannot_be_a_parent_is_refused(world: World, make: Callable[[World], str], why: str) -> None:
    parent = make(world)
    sentence = f"the parent profile {parent} {why}; write another `parent_profile` for {WWW}"
    assert sentence in refused(world, job_for(world, parent_profile=parent))
    job = job_for(world)
    done_as_planned(world, job)
    assert sentence in refused(world, replace(job, parent_profile=parent))
    world.wait(days=80)
    renewed = done_as_planned(world, replace(job, parent_profile=parent))
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert sentence in (renewed.error or "")
    assert world.seen_by_client().serial == renewed.serial


@pytest.mark.parametrize("below", [False, True])
def test_our_own_profile_is_no_parent(world: World, below: bool) -> None:
    """A profile that inherits from itself has nobody's settings, and a client gets no handshake."""
    job = job_for(world)
    done_as_planned(world, job)
    parent = hand_made(world, "heir", SHOP, defaultsFrom=PROFILE) if below else PROFILE
    sentence = f"the parent profile {parent} is {PROFILE} itself, or inherits from it; write another"
    assert sentence in refused(world, replace(job, parent_profile=parent))
    world.wait(days=80)
    renewed = done_as_planned(world, replace(job, parent_profile=parent))
    assert (renewed.outcome, sentence in (renewed.error or "")) == (Outcome.RENEWED, True)
    assert world.seen_by_client().serial == renewed.serial


@pytest.mark.parametrize("setting", ["sslForwardProxy", "proxySsl"])
def test_a_proxy_is_taken_off_by_its_name_alone(world: World, setting: str) -> None:
    """It serves certificates of others, so which names it serves nobody knows, also if its own is for ours."""
    attach(world, proxy := add_proxy(world))
    assert proxy in refused(world, job_for(world))
    hand_made(world, "site", WWW)
    held: Any = profile(world, proxy)["certKeyChain"]
    site = {"name": "default", "cert": "/Common/site.crt", "key": "/Common/site.key"}
    on = {"sslForwardProxy": "disabled", setting: "enabled"}
    world.device.set("/mgmt/tm/ltm/profile/client-ssl/~Common~proxy", certKeyChain=[site, held[1]], **on)
    lost = f"would no longer serve names that the BIG-IP does not show, as {proxy} does now"
    assert lost in refused(world, job_for(world))
    assert attached(world) == {proxy}
    assert done_as_planned(world, job_for(world, replace_profiles=(proxy,))).error is None


def test_a_profile_that_is_switched_off_is_plain_text(world: World) -> None:
    """Port 80 stays as it is; at another port TLS begins, and that is said."""
    off = switched_off(world)
    attach(world, off)
    job = job_for(world, replace_profiles=(off,), verify_handshake="off")
    result = done_as_planned(world, job)
    assert (result.error, attached(world)) == (None, {PROFILE})
    assert any("TLS" in note for note in result.notes)
    world.add_virtual_server(VS_B, off, port=80, address="127.0.0.80")
    both = replace(job, virtual_servers=(VS, VS_B))
    assert f"{VS_B} answers port 80 in plain text" in refused(world, both)


@pytest.mark.parametrize("parent_patch", ["keeps", "resets"])
@pytest.mark.parametrize("before", ["/Common/clientssl", "/Common/hand"])
def test_the_flag_of_a_parent_is_not_inherited(tmp_path: Path, parent_patch: str, before: str) -> None:
    """The neighbour is or gets to be the parent of ours, and is made the SNI default as ours comes beside it."""
    with SimulatedBigIP(Switches(parent_patch=parent_patch)) as device:
        world = World(device, tmp_path)
        world.add_virtual_server(VS, hand := hand_made(world, "hand", SHOP))
        world.add_virtual_server(VS_B)
        job = job_for(world, virtual_servers=(VS_B,), parent_profile=before)
        assert done_as_planned(world, job).error is None
        with one_default_at_every_moment(world):
            both = replace(job, virtual_servers=(VS_B, VS), sni=True, parent_profile=hand)
            assert done_as_planned(world, both).error is None
        assert defaults(world) == [hand]
        assert [world.seen_by_client(name=name).names for name in (WWW, SHOP, None)] == [{WWW}, {SHOP}, {SHOP}]


@pytest.mark.parametrize("parent_patch", ["keeps", "resets"])
def test_the_server_name_of_a_parent_is_not_inherited(tmp_path: Path, parent_patch: str) -> None:
    """On a virtual server that is not listed ours is beside another one, and is chosen by its names."""
    with bigip(tmp_path, parent_patch=parent_patch) as world:
        job = job_for(world)
        done_as_planned(world, job)
        world.add_virtual_server(VS_B, hand_made(world, "hand", SHOP, sniDefault="true"), PROFILE)
        other = hand_made(world, "other", "api.example.com", serverName="api.example.com")
        assert done_as_planned(world, replace(job, parent_profile=other)).error is None
        assert profile(world, PROFILE)["defaultsFrom"] == other
        assert [world.seen_by_client(VS_B, name).names for name in (WWW, SHOP, None)] == [{WWW}, {SHOP}, {SHOP}]
