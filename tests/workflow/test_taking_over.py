"""The table of docs/taking-over.md, each row with and without ``sni: true``, seen by clients."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from sectigo_f5.model import Job, Outcome
from tests.support.builders import EC
from tests.support.virtual_servers import (
    VIRTUAL,
    attach,
    attached,
    defaults,
    hand_made,
    one_default_at_every_moment,
    profile,
)
from tests.support.world import World

WWW, SHOP = "www.example.com", "shop.example.com"
OURS = f"/Common/{WWW}_clientssl"
HAND = "/Common/hand"
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
    """Have a certificate that names nobody, neither in its subject nor beside it."""
    made = hand_made(world, HAND, SHOP)
    world.device.set("/mgmt/tm/sys/file/ssl-cert/~Common~hand.crt", subject="O=Field", subjectAlternativeName="none")
    return [made]


def another_of_ours(world: World) -> list[str]:
    assert world.one(job_for(world, SHOP)).error is None
    return [f"/Common/{SHOP}_clientssl"]


def several(world: World) -> list[str]:
    hand = hand_made(world, HAND, SHOP, sniDefault="true")
    return ["/Common/clientssl", hand, hand_made(world, "same", WWW)]


def with_server_side(_: World) -> list[str]:
    return ["/Common/serverssl", "/Common/clientssl"]


# what is there, what is attached afterwards with sni: false, and with sni: true
TABLE: dict[str, tuple[Arrange, set[str] | str, set[str] | str]] = {
    "no client SSL profile": (nothing, {OURS}, {OURS}),
    "the stock profile": (stock, {OURS}, {OURS}),
    "the parent profile": (parent, {OURS}, {OURS}),
    "a profile for the same name": (same_name, {OURS}, {OURS}),
    "a profile for the same name and more": (more_names, {OURS}, {OURS, HAND}),
    "a profile for a wildcard": (wildcard, {OURS}, {OURS, HAND}),
    "a profile for another name": (other_name, REFUSED, {OURS, HAND}),
    "a profile of unknown names": (names_unknown, REFUSED, {OURS, HAND}),
    "the profile of another certificate of ours": (another_of_ours, REFUSED, {OURS, f"/Common/{SHOP}_clientssl"}),
    "several": (several, REFUSED, {OURS, HAND}),
    "a server SSL profile too": (with_server_side, {OURS, "/Common/serverssl"}, {OURS, "/Common/serverssl"}),
}


@pytest.fixture(autouse=True)
def watched(world: World) -> Iterator[None]:
    with one_default_at_every_moment(world):
        yield


def job_for(world: World, name: str = WWW, **changes: object) -> Job:
    return world.job(name, keys=(EC,), **changes)


@pytest.mark.parametrize("sni", [False, True], ids=["sni: false", "sni: true"])
@pytest.mark.parametrize("row", TABLE)
def test_the_table(world: World, row: str, sni: bool) -> None:
    arrange, *outcomes = TABLE[row]
    there = arrange(world)
    attach(world, *there)
    managed = {OURS, f"/Common/{SHOP}_clientssl"} if arrange is another_of_ours else {OURS}
    changes = {"parent_profile": "/Common/our_parent"} if arrange is parent else {}
    before, writes = world.device.get(VIRTUAL), len(world.device.writes())
    answering = world.seen_by_client(name=SHOP).serial if there else None
    (result,) = world.go(job_for(world, sni=sni, **changes), managed=frozenset(managed))
    after = world.device.get(VIRTUAL)
    if outcomes[sni] == REFUSED:
        assert "write `sni: true` for www.example.com to serve both, or take that profile off" in (result.error or "")
        assert ("names unknown" in (result.error or "")) is (arrange is names_unknown)
        assert (attached(world), world.device.writes()[writes:]) == (set(there), [])
        return
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert attached(world) == outcomes[sni]
    assert world.seen_by_client(name=WWW).serial == result.serial
    beside = attached(world) - {OURS, "/Common/serverssl"}
    if beside:
        assert world.seen_by_client(name=SHOP).serial == world.seen_by_client(name=None).serial == answering
        assert defaults(world) == sorted(beside)
    assert all(world.device.exists(f"/mgmt/tm/ltm/profile/client-ssl/{path.replace('/', '~')}") for path in beside)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed <= {"generation", "lastModifiedTime"}


def test_the_refusal_names_the_profile_its_names_and_what_to_write(world: World) -> None:
    attach(world, hand_made(world, HAND, SHOP, "b.example.com"))
    assert world.one(job_for(world)).error == (
        "/Common/vs_www already has the client SSL profile /Common/hand (b.example.com, shop.example.com), which does "
        "not serve www.example.com; write `sni: true` for www.example.com to serve both, or take that profile off the "
        "virtual server"
    )


def test_a_profile_that_was_never_given_a_certificate_is_offered_as_the_parent(world: World) -> None:
    world.device.add_profile("client-ssl", HAND, ciphers="ECDHE+AES-GCM")
    attach(world, HAND)
    refused = world.one(job_for(world))
    assert "write `parent_profile: /Common/hand` to take its place and have its settings, or write" in (
        refused.error or ""
    )
    assert world.one(job_for(world, parent_profile=HAND)).error is None
    assert (attached(world), profile(world, OURS)["ciphers"]) == ({OURS}, "ECDHE+AES-GCM")


def test_names_and_settings_that_are_lost_are_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("sectigo_f5").propagate = True
    attach(world, hand_made(world, HAND, WWW, SHOP, ciphers="ECDHE+AES-GCM", tmOptions=["no-tlsv1"]))
    assert world.one(job_for(world)).error is None
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [
        "/Common/vs_www no longer serves shop.example.com, which the replaced profile covered",
        "/Common/vs_www has ciphers, tmOptions of /Common/clientssl, no longer of /Common/hand; write "
        "`parent_profile: /Common/hand` for www.example.com to have them back",
    ]


@pytest.mark.parametrize("mode", ["require", "request"])
def test_a_virtual_server_that_asks_for_client_certificates_is_not_opened(world: World, mode: str) -> None:
    attach(world, hand_made(world, HAND, WWW, peerCertMode=mode))
    refused = world.one(job_for(world))
    assert (
        f"/Common/hand of /Common/vs_www asks clients for certificates (peerCertMode {mode}) and /Common/clientssl "
        "does not, so its place is not taken; write `parent_profile: /Common/hand`"
    ) in (refused.error or "")
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile=HAND)).error is None
    assert (attached(world), profile(world, OURS)["peerCertMode"]) == ({OURS}, mode)


def test_the_parent_that_keeps_client_certificates_asked_for_is_given_later(world: World) -> None:
    """Our profile serves elsewhere already; a virtual server is added whose profile asks for client certificates."""
    assert world.one(job_for(world)).error is None
    world.add_virtual_server("/Common/vs_b", hand_made(world, HAND, WWW, peerCertMode="require"))
    both = ("/Common/vs_www", "/Common/vs_b")
    assert "peerCertMode require" in (world.one(job_for(world, virtual_servers=both)).error or "")
    assert world.one(job_for(world, virtual_servers=both, parent_profile=HAND)).error is None
    assert (attached(world, "/Common/vs_b"), profile(world, OURS)["peerCertMode"]) == ({OURS}, "require")


# -- a profile that somebody made under the name that ours has ---------------------------------------


def test_a_profile_of_our_name_becomes_ours_and_what_is_lost_is_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("sectigo_f5").propagate = True
    world.device.add_profile("client-ssl", "/Common/corporate", ciphers="ECDHE+AES-GCM")
    attach(world, hand_made(world, OURS, WWW, SHOP, defaultsFrom="/Common/corporate"))
    result = world.one(job_for(world))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert world.seen_by_client(name=WWW).serial == result.serial
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [
        f"{OURS} was there before and no longer serves shop.example.com",
        f"{OURS} was there before with the parent /Common/corporate; write `parent_profile: /Common/corporate` for "
        "www.example.com to have its settings back",
    ]
    caplog.clear()
    world.wait(days=80)
    assert world.one(job_for(world)).outcome is Outcome.RENEWED
    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


def test_a_profile_of_our_name_that_asks_for_client_certificates_goes_on_asking(world: World) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", peerCertMode="require")
    attach(world, hand_made(world, OURS, WWW, defaultsFrom="/Common/corporate"))
    refused = world.one(job_for(world))
    assert "asks clients for certificates (peerCertMode require), which /Common/clientssl does not; write `parent" in (
        refused.error or ""
    )
    assert world.device.writes() == []
    assert world.one(job_for(world, parent_profile="/Common/corporate")).error is None
    assert profile(world, OURS)["peerCertMode"] == "require"
