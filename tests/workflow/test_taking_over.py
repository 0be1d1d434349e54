"""The table of docs/taking-over.md, each row with and without ``sni: true``, seen by clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome, Result
from tests.support.names import ONLY_EC, PROFILE, VIRTUAL_URL
from tests.support.virtual_servers import attach, attached, defaults, hand_made, one_default_at_every_moment, profile
from tests.support.world import World

WWW, SHOP = "www.example.com", "shop.example.com"
HAND = "/Common/hand"
MANAGED = f"/Common/{SHOP}_clientssl"  # the profile of another certificate of ours
REFUSED = "refused"

Arrange = Callable[[World], list[str]]


def nothing(_: World) -> list[str]:
    return []


def stock(_: World) -> list[str]:
    return ["/Common/clientssl"]


def parent(world: World) -> list[str]:
    world.device.add_profile("client-ssl", "/Common/our_parent")
    return ["/Common/our_parent"]


def same_name(world: World) -> list[str]:
    return [hand_made(world, HAND, WWW)]


def more_names(world: World) -> list[str]:
    return [hand_made(world, HAND, WWW, SHOP)]


def wildcard(world: World) -> list[str]:
    return [hand_made(world, HAND, "*.example.com")]


def other_name(world: World) -> list[str]:
    return [hand_made(world, HAND, SHOP)]


def names_unknown(world: World) -> list[str]:
    """Create a profile whose certificate has no name, neither in its subject nor as an alternative."""
    path = hand_made(world, HAND, SHOP)
    world.device.set("/mgmt/tm/sys/file/ssl-cert/~Common~hand.crt", subject="O=Field", subjectAlternativeName="none")
    return [path]


def another_of_ours(world: World) -> list[str]:
    assert world.one(job_for(world, SHOP)).error is None
    return [MANAGED]


def several(world: World) -> list[str]:
    hand = hand_made(world, HAND, SHOP, sniDefault="true")
    return ["/Common/clientssl", hand, hand_made(world, "same", WWW)]


def with_server_side(_: World) -> list[str]:
    return ["/Common/serverssl", "/Common/clientssl"]


# the profiles in place, and those attached afterwards with sni: false and with sni: true
TABLE: dict[str, tuple[Arrange, set[str] | str, set[str] | str]] = {
    "no client SSL profile": (nothing, {PROFILE}, {PROFILE}),
    "the stock profile": (stock, {PROFILE}, {PROFILE}),
    "the parent profile": (parent, {PROFILE}, {PROFILE}),
    "a profile for the same name": (same_name, {PROFILE}, {PROFILE}),
    "a profile for the same name and more": (more_names, REFUSED, {PROFILE, HAND}),
    "a profile for a wildcard": (wildcard, REFUSED, {PROFILE, HAND}),
    "a profile for another name": (other_name, REFUSED, {PROFILE, HAND}),
    "a profile of unknown names": (names_unknown, REFUSED, {PROFILE, HAND}),
    "the profile of another certificate of ours": (another_of_ours, REFUSED, {PROFILE, MANAGED}),
    "several": (several, REFUSED, {PROFILE, HAND}),
    "a server SSL profile too": (with_server_side, {PROFILE, "/Common/serverssl"}, {PROFILE, "/Common/serverssl"}),
}


@pytest.fixture(autouse=True)
def watched(world: World) -> Iterator[None]:
    with one_default_at_every_moment(world):
        yield


def job_for(world: World, name: str = WWW, **changes: object) -> Job:
    return world.job(name, keys=ONLY_EC, **changes)


def rows(*, refused: bool) -> list[Any]:
    """Return the rows and columns of the table that end in a refusal, or those that do not."""
    cells = ((row, sni) for row in TABLE for sni in (False, True))
    return [
        pytest.param(row, sni, id=f"{row}-sni: {str(sni).lower()}")
        for row, sni in cells
        if (TABLE[row][1 + sni] == REFUSED) is refused
    ]


def enrol(world: World, arrange: Arrange, sni: bool) -> Result:
    managed = {PROFILE, MANAGED} if arrange is another_of_ours else {PROFILE}
    changes = {"parent_profile": "/Common/our_parent"} if arrange is parent else {}
    (result,) = world.go(job_for(world, sni=sni, **changes), managed=frozenset(managed))
    return result


@pytest.mark.parametrize(("row", "sni"), rows(refused=True))
def test_a_profile_for_other_names_is_refused_without_a_write(world: World, row: str, sni: bool) -> None:
    arrange, *_ = TABLE[row]
    present = arrange(world)
    attach(world, *present)
    writes = len(world.device.writes())
    error = enrol(world, arrange, sni).error or ""
    assert re.search("`sni: true` (for www.example.com )?to serve both", error)
    assert ("names unknown" in error) is (arrange is names_unknown)
    assert (attached(world), world.device.writes()[writes:]) == (set(present), [])


@pytest.mark.parametrize(("row", "sni"), rows(refused=False))
def test_a_profile_in_place_is_taken_over_or_joined(world: World, row: str, sni: bool) -> None:
    arrange, *outcomes = TABLE[row]
    present = arrange(world)
    attach(world, *present)
    before = world.device.get(VIRTUAL_URL)
    answering = world.seen_by_client(name=SHOP).serial if present else None
    result = enrol(world, arrange, sni)
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert attached(world) == outcomes[sni]
    assert world.seen_by_client(name=WWW).serial == result.serial
    others = attached(world) - {PROFILE, "/Common/serverssl"}
    if others:
        assert world.seen_by_client(name=SHOP).serial == world.seen_by_client(name=None).serial == answering
        assert defaults(world) == sorted(others)
    assert all(world.device.exists(f"/mgmt/tm/ltm/profile/client-ssl/{path.replace('/', '~')}") for path in others)
    after = world.device.get(VIRTUAL_URL)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed <= {"generation", "lastModifiedTime"}


def test_the_refusal_names_the_profile_its_names_and_the_remedy(world: World) -> None:
    attach(world, hand_made(world, HAND, SHOP, "b.example.com"))
    assert world.one(job_for(world)).error == (
        "/Common/vs_www already has the client SSL profile /Common/hand (b.example.com, shop.example.com), which does "
        "not serve www.example.com; write `sni: true` for www.example.com to serve both, or `replace_profiles: "
        "[/Common/hand]` if that may go"
    )


def test_a_profile_without_a_certificate_is_offered_as_the_parent(world: World) -> None:
    world.device.add_profile("client-ssl", HAND, ciphers="ECDHE+AES-GCM")
    attach(world, HAND)
    refused = world.one(job_for(world))
    assert "write `parent_profile: /Common/hand` to take its place and have its settings, or write" in (
        refused.error or ""
    )
    assert world.one(job_for(world, parent_profile=HAND)).error is None
    assert (attached(world), profile(world, PROFILE)["ciphers"]) == ({PROFILE}, "ECDHE+AES-GCM")


def test_a_profile_that_may_be_replaced_goes_with_all_that_it_serves(world: World) -> None:
    hand = hand_made(world, HAND, WWW, SHOP)
    attach(world, hand)
    refused = world.one(job_for(world))
    assert refused.error == (
        "/Common/vs_www would no longer serve shop.example.com, as /Common/hand does now; for www.example.com write "
        "`sni: true` to serve both, `sans` with shop.example.com, or `replace_profiles: [/Common/hand]` if that may go"
    )
    result = world.one(job_for(world, replace_profiles=(hand,)))
    assert (result.error, result.notes) == (None, ("/Common/vs_www loses shop.example.com",))
    assert attached(world) == {PROFILE}


def test_a_profile_for_another_name_may_be_replaced(world: World) -> None:
    hand = hand_made(world, HAND, SHOP)
    attach(world, hand)
    result = world.one(job_for(world, replace_profiles=(hand,)))
    assert (result.error, attached(world)) == (None, {PROFILE})
    assert result.notes == ("/Common/vs_www wins www.example.com, loses shop.example.com",)


def test_settings_that_ask_no_less_are_noted(world: World) -> None:
    attach(world, hand_made(world, HAND, WWW, ciphers="ALL", secureRenegotiation="request"))
    result = world.one(job_for(world))
    noted = "secureRenegotiation require instead of request, ciphers DEFAULT instead of ALL of /Common/hand"
    assert (result.error, result.notes) == (None, (f"/Common/vs_www: {noted}",))


@pytest.mark.parametrize("mode", ["require", "request"])
def test_a_profile_that_requests_client_certificates_is_not_replaced(world: World, mode: str) -> None:
    attach(world, hand_made(world, HAND, WWW, peerCertMode=mode))
    refused = world.one(job_for(world))
    assert refused.error == (
        "/Common/vs_www would ask less of its clients than /Common/hand does now: peerCertMode ignore instead of "
        f"{mode}; write `parent_profile: /Common/hand` for www.example.com to keep its settings, or change "
        "/Common/hand on the BIG-IP first"
    )
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile=HAND)).error is None
    assert (attached(world), profile(world, PROFILE)["peerCertMode"]) == ({PROFILE}, mode)


def test_a_parent_that_requests_client_certificates_may_be_set_later(world: World) -> None:
    """Our profile is in service elsewhere; a virtual server is added whose profile requests client certificates."""
    assert world.one(job_for(world)).error is None
    world.add_virtual_server("/Common/vs_b", hand_made(world, HAND, WWW, peerCertMode="require"))
    both = ("/Common/vs_www", "/Common/vs_b")
    assert "peerCertMode ignore instead of require" in (world.one(job_for(world, virtual_servers=both)).error or "")
    assert world.one(job_for(world, virtual_servers=both, parent_profile=HAND)).error is None
    assert (attached(world, "/Common/vs_b"), profile(world, PROFILE)["peerCertMode"]) == ({PROFILE}, "require")


# -- a foreign profile with our name ---------------------------------------------------------------


def test_a_profile_with_our_name_becomes_ours_with_all_its_names(world: World) -> None:
    attach(world, hand_made(world, PROFILE, WWW, SHOP))
    refused = world.one(job_for(world))
    assert refused.error == (
        f"/Common/vs_www would no longer serve shop.example.com, as {PROFILE} does now; for www.example.com write "
        f"`sans` with shop.example.com, or `replace_profiles: [{PROFILE}]` if that may go"
    )
    result = world.one(job_for(world, replace_profiles=(PROFILE,)))
    assert (result.outcome, result.error, result.notes) == (
        Outcome.ENROLLED,
        None,
        ("/Common/vs_www loses shop.example.com",),
    )
    assert world.seen_by_client(name=WWW).serial == result.serial
    world.wait(days=80)
    renewed = world.one(job_for(world))
    assert (renewed.outcome, renewed.error, renewed.notes) == (Outcome.RENEWED, None, ())


def test_a_profile_with_our_name_keeps_its_ciphers(world: World) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", ciphers="ECDHE+AES-GCM")
    attach(world, hand_made(world, PROFILE, WWW, defaultsFrom="/Common/corporate"))
    assert world.one(job_for(world)).error == (
        f"/Common/vs_www would ask less of its clients than {PROFILE} does now: ciphers DEFAULT instead of "
        "ECDHE+AES-GCM; write `parent_profile: /Common/corporate` for www.example.com to keep its settings, or change "
        f"{PROFILE} on the BIG-IP first"
    )
    assert world.one(job_for(world, parent_profile="/Common/corporate")).error is None


def test_a_profile_with_our_name_still_requests_client_certificates(world: World) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", peerCertMode="require")
    attach(world, hand_made(world, PROFILE, WWW, defaultsFrom="/Common/corporate"))
    refused = world.one(job_for(world))
    assert "peerCertMode ignore instead of require; write `parent_profile: /Common/corporate`" in (refused.error or "")
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile="/Common/corporate")).error is None
    assert profile(world, PROFILE)["peerCertMode"] == "require"
