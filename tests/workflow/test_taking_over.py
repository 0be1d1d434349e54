"""The table of docs/taking-over.md, each row with and without ``sni: true``, seen by clients."""

from __future__ import annotations

import logging
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
    "a profile for the same name and more": (more_names, {PROFILE}, {PROFILE, HAND}),
    "a profile for a wildcard": (wildcard, {PROFILE}, {PROFILE, HAND}),
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
    assert "write `sni: true` for www.example.com to serve both, or take that profile off" in error
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
        "not serve www.example.com; write `sni: true` for www.example.com to serve both, or take that profile off the "
        "virtual server"
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


def test_lost_names_and_settings_are_warnings(world: World, caplog: pytest.LogCaptureFixture) -> None:
    attach(world, hand_made(world, HAND, WWW, SHOP, ciphers="ECDHE+AES-GCM", tmOptions=["no-tlsv1"]))
    assert world.one(job_for(world)).error is None
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [
        "/Common/vs_www no longer serves shop.example.com, which the replaced profile covered",
        "/Common/vs_www has ciphers, tmOptions of /Common/clientssl, no longer of /Common/hand; write "
        "`parent_profile: /Common/hand` for www.example.com to have them back",
    ]


@pytest.mark.parametrize("mode", ["require", "request"])
def test_a_profile_that_requests_client_certificates_is_not_replaced(world: World, mode: str) -> None:
    attach(world, hand_made(world, HAND, WWW, peerCertMode=mode))
    refused = world.one(job_for(world))
    assert (
        f"/Common/hand of /Common/vs_www asks clients for certificates (peerCertMode {mode}) and /Common/clientssl "
        "does not, so its place is not taken; write `parent_profile: /Common/hand`"
    ) in (refused.error or "")
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile=HAND)).error is None
    assert (attached(world), profile(world, PROFILE)["peerCertMode"]) == ({PROFILE}, mode)


def test_a_parent_that_requests_client_certificates_may_be_set_later(world: World) -> None:
    """Our profile is in service elsewhere; a virtual server is added whose profile requests client certificates."""
    assert world.one(job_for(world)).error is None
    world.add_virtual_server("/Common/vs_b", hand_made(world, HAND, WWW, peerCertMode="require"))
    both = ("/Common/vs_www", "/Common/vs_b")
    assert "peerCertMode require" in (world.one(job_for(world, virtual_servers=both)).error or "")
    assert world.one(job_for(world, virtual_servers=both, parent_profile=HAND)).error is None
    assert (attached(world, "/Common/vs_b"), profile(world, PROFILE)["peerCertMode"]) == ({PROFILE}, "require")


# -- a foreign profile with our name ---------------------------------------------------------------


def test_a_profile_with_our_name_becomes_ours_and_losses_are_warnings(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", ciphers="ECDHE+AES-GCM")
    attach(world, hand_made(world, PROFILE, WWW, SHOP, defaultsFrom="/Common/corporate"))
    result = world.one(job_for(world))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert world.seen_by_client(name=WWW).serial == result.serial
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [
        f"{PROFILE} was there before and no longer serves shop.example.com",
        f"{PROFILE} was there before with the parent /Common/corporate; write `parent_profile: /Common/corporate` for "
        "www.example.com to have its settings back",
    ]
    caplog.clear()
    world.wait(days=80)
    assert world.one(job_for(world)).outcome is Outcome.RENEWED
    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


def test_a_profile_with_our_name_still_requests_client_certificates(world: World) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", peerCertMode="require")
    attach(world, hand_made(world, PROFILE, WWW, defaultsFrom="/Common/corporate"))
    refused = world.one(job_for(world))
    assert "asks clients for certificates (peerCertMode require), which /Common/clientssl does not; write `parent" in (
        refused.error or ""
    )
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile="/Common/corporate")).error is None
    assert profile(world, PROFILE)["peerCertMode"] == "require"
