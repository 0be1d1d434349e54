"""Rule 3 on a device: no name that somebody else serves is lost, on virtual servers that are listed or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sectigo_f5.device_objects import OWN_CERTIFICATE
from sectigo_f5.model import Job, Outcome
from tests.support.hierarchy import new_authority, new_server
from tests.support.names import ONLY_EC, PLAIN, PROFILE, PROFILE_URL
from tests.support.three_commands import done_as_planned, refused
from tests.support.virtual_servers import attach, attached, defaults, hand_made, one_default_at_every_moment, profile
from tests.support.world import World

WWW, SHOP, API = "www.example.com", "shop.example.com", "api.example.com"
VS, VS_B = "/Common/vs_www", "/Common/vs_b"
STOCK, STOCK_URL = "/Common/clientssl", "/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl"


def job_for(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*(names or (WWW,)), keys=ONLY_EC, **changes)


def names_seen(world: World, *names: str | None, path: str = VS) -> list[set[str]]:
    return [set(world.seen_by_client(path, name).names) for name in names]


# -- a neighbour on the same virtual server ----------------------------------------------------


def stock_with_a_site(world: World) -> str:
    """Somebody has put a certificate into the stock profile instead of making one."""
    hand_made(world, "site", SHOP)
    pair = [{"name": "default", "cert": "/Common/site.crt", "key": "/Common/site.key"}]
    world.device.set(STOCK_URL, certKeyChain=pair)
    return STOCK


def stock_with_another_default(world: World) -> str:
    """Somebody has put a site's certificate where the device had its own: default.crt, of the stock profile."""
    identity = new_server([SHOP], world.now, new_authority("Hand CA", world.now))
    world.device.add_certificate(OWN_CERTIFICATE, identity.certificate_pem, identity.key_pem)
    return STOCK


def names_unknown(world: World) -> str:
    """The release tells no name of its certificate."""
    path = hand_made(world, "hand", SHOP)
    world.device.set("/mgmt/tm/sys/file/ssl-cert/~Common~hand.crt", subject="O=Field", subjectAlternativeName="none")
    return path


def heir(world: World) -> str:
    """A profile without a certificate of its own: its parent's serves."""
    world.device.add_profile("client-ssl", "/Common/heir", defaultsFrom=hand_made(world, "site", SHOP))
    return "/Common/heir"


def named_by_its_certificate(world: World) -> str:
    return hand_made(world, "hand", SHOP)


def named_by_a_wildcard(world: World) -> str:
    return hand_made(world, "hand", "*.example.com", serverName="*.example.com")


def named_like_ours_and_more(world: World) -> str:
    return hand_made(world, "hand", WWW, SHOP)


def of_another_file(world: World) -> str:
    """A certificate of this program, in service, whose file could not be read today: no job of this run has it."""
    world.one(shop := job_for(world, SHOP))
    return shop.profile


def of_another_file_and_our_name(world: World) -> str:
    """The same, with our common name among its names."""
    world.one(shop := job_for(world, SHOP, WWW))
    return shop.profile


NEIGHBOURS: tuple[Callable[[World], str], ...] = (
    stock_with_a_site,
    stock_with_another_default,
    names_unknown,
    heir,
    named_by_its_certificate,
    named_by_a_wildcard,
    named_like_ours_and_more,
    of_another_file,
    of_another_file_and_our_name,
)
every_neighbour = pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda each: each.__name__)


@every_neighbour
@pytest.mark.parametrize("all_of_them", [False, True], ids=["listed", "all"])
def test_a_neighbour_is_not_taken_off(world: World, neighbour: Callable[[World], str], all_of_them: bool) -> None:
    attach(world, other := neighbour(world))
    orders, before = len(world.authority.issued), names_seen(world, SHOP, None)
    for parent in (STOCK, other):
        job = job_for(world, parent_profile=parent, virtual_servers=("all",) if all_of_them else (VS,))
        assert other in refused(world, job)
    assert (attached(world), names_seen(world, SHOP, None)) == ({other}, before)
    assert len(world.authority.issued) == orders


@every_neighbour
def test_a_neighbour_is_joined(world: World, neighbour: Callable[[World], str]) -> None:
    attach(world, other := neighbour(world))
    before = names_seen(world, SHOP, None)
    for parent in (STOCK, other):
        with one_default_at_every_moment(world):
            result = done_as_planned(world, job_for(world, sni=True, parent_profile=parent))
        assert (result.error, attached(world), defaults(world)) == (None, {PROFILE, other}, [other])
        assert names_seen(world, SHOP, None) == before
    assert world.seen_by_client(name=WWW).names & {WWW, "*.example.com"}


@every_neighbour
def test_a_neighbour_that_may_go_goes(world: World, neighbour: Callable[[World], str]) -> None:
    """By its name in the YAML, and no other is taken along."""
    other = neighbour(world)
    attach(world, other)
    world.add_virtual_server(VS_B, other)
    result = done_as_planned(world, job_for(world, replace_profiles=(other,)))
    assert (result.error, attached(world), attached(world, VS_B)) == (None, {PROFILE}, {other})
    assert any("loses" in note for note in result.notes)
    assert world.seen_by_client().serial == result.serial
    assert world.seen_by_client(VS_B).serial != result.serial


def test_clients_without_tls_are_not_lost(world: World) -> None:
    """A profile that lets plain text in on the same port (allowNonSsl) has clients that speak nothing else."""
    attach(world, hand := hand_made(world, "hand", WWW, allowNonSsl="enabled"))
    refusal = refused(world, job_for(world))
    assert f"no longer serve clients without TLS, as {hand} does now; write `parent_profile: {hand}`" in refusal
    assert done_as_planned(world, job_for(world, parent_profile=hand)).error is None
    assert profile(world, PROFILE)["allowNonSsl"] == "enabled"


def test_clients_without_sni_are_lost_by_the_word_alone(world: World) -> None:
    """The YAML's word for them is `sni_default`; what they lose is noted."""
    attach(world, hand := hand_made(world, "hand", SHOP))
    job = job_for(world, sni=True)
    done_as_planned(world, job)
    assert (defaults(world), names_seen(world, None)) == ([hand], [{SHOP}])
    result = done_as_planned(world, replace(job, sni_default=True))
    assert (result.error, defaults(world), names_seen(world, SHOP, None)) == (None, [PROFILE], [{SHOP}, {WWW}])
    assert any("loses clients without SNI" in note for note in result.notes)


def test_a_name_goes_to_a_certificate_that_covers_it(world: World) -> None:
    """Nothing is lost if the neighbour beside has a wildcard for it; nothing is taken over that is not named."""
    hand, wild = hand_made(world, "hand", WWW, API), hand_made(world, "wild", "*.example.com", sniDefault="true")
    attach(world, hand, wild)
    result = done_as_planned(world, job_for(world, sni=True))
    assert (result.error, names_seen(world, SHOP)) == (None, [{"*.example.com"}])
    assert names_seen(world, API)[0] in ({WWW, API}, {"*.example.com"})


# -- virtual servers that have our profile, and are not listed ---------------------------------


def in_service_on_two(world: World, job: Job, *others: str) -> None:
    """Enrol on the listed virtual server; somebody attaches our profile to a second one, beside ``others``."""
    assert done_as_planned(world, job).error is None
    world.add_virtual_server(VS_B, job.profile, *others)


def test_names_that_leave_are_noted_on_unlisted_ones(world: World) -> None:
    job = job_for(world, WWW, API)
    in_service_on_two(world, job)
    result = done_as_planned(world, replace(job, names=(WWW,)))
    assert result.outcome is Outcome.REPLACED
    assert set(result.notes) == {f"{path} loses {API}" for path in (VS, VS_B)}


def test_a_server_name_loses_no_names_on_unlisted_ones(world: World) -> None:
    """On the listed one ours is alone, so every name is answered with it; beside another it is not."""
    job = job_for(world, WWW, API)
    in_service_on_two(world, job, hand_made(world, "hand", SHOP, sniDefault="true"))
    refusal = refused(world, replace(job, sni=True, server_name=WWW))
    assert f"{VS_B} would no longer serve {API}, as {PROFILE} does now" in refusal
    assert names_seen(world, API, path=VS_B) == [{WWW, API}]
    world.wait(days=80)
    renewed = done_as_planned(world, replace(job, sni=True, server_name=WWW))
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert {world.seen_by_client(VS_B, name).serial for name in (WWW, API)} == {renewed.serial}


def test_a_required_name_loses_no_clients_on_unlisted_ones(world: World) -> None:
    """`sni_require` is the YAML's word for clients without SNI, where the YAML lists the virtual server."""
    job = job_for(world)
    in_service_on_two(world, job)
    required = replace(job, sni=True, sni_require=True)
    assert f"{VS_B} would no longer serve clients without SNI" in refused(world, required)
    result = done_as_planned(world, replace(required, virtual_servers=(VS, VS_B)))
    assert result.error is None
    assert set(result.notes) == {f"{path} loses clients without SNI" for path in (VS, VS_B)}


def test_an_adopted_profile_loses_no_names_on_unlisted_ones(world: World) -> None:
    """A profile of our name, made by hand, is on an unlisted virtual server alone, and serves more."""
    world.add_virtual_server(VS_B, hand_made(world, PROFILE, WWW, SHOP))
    refusal = refused(world, job_for(world))
    assert f"{VS_B} would no longer serve {SHOP}, as {PROFILE} does now" in refusal
    assert names_seen(world, SHOP, path=VS_B) == [{WWW, SHOP}]
    assert done_as_planned(world, job_for(world, WWW, SHOP)).error is None
    assert names_seen(world, SHOP, path=VS_B) == [{WWW, SHOP}]


def test_a_virtual_server_that_leaves_the_list_is_kept_in_service(world: World) -> None:
    """One line less in the YAML takes nothing off."""
    world.add_virtual_server(VS_B)
    job = job_for(world, virtual_servers=(VS, VS_B))
    done_as_planned(world, job)
    less = replace(job, virtual_servers=(VS,))
    assert done_as_planned(world, less).outcome is Outcome.KEPT
    world.wait(days=80)
    renewed = done_as_planned(world, less)
    assert {world.seen_by_client(path).serial for path in (VS, VS_B)} == {renewed.serial}


# -- profiles of this program that no file of this run has -------------------------------------


def test_a_generation_by_hand_makes_no_profile_ours(world: World) -> None:
    """A foreign pair in the profile of another file: not of this program's making, and for our name: taken over."""
    shop = job_for(world, SHOP)
    world.one(shop)
    hand_made(world, "hand", WWW)
    pair = [{"name": "default", "cert": "/Common/hand.crt", "key": "/Common/hand.key"}]
    world.device.set(PROFILE_URL.replace(WWW, SHOP), certKeyChain=pair)
    assert done_as_planned(world, job_for(world)).error is None
    assert (attached(world), names_seen(world, WWW)) == ({PROFILE}, [{WWW}])


def test_two_files_that_come_and_go_leave_each_other_alone(world: World) -> None:
    """Each is unreadable every other day; both certificates go on, and both names are served."""
    first, second = job_for(world, WWW, API, sni=True), job_for(world, API, WWW, SHOP, sni=True)
    assert [result.error for result in world.go(first, second)] == [None, None]
    for day in range(14):
        world.wait(days=8)
        result = done_as_planned(world, (first, second)[day % 2])
        assert result.error is None
        assert attached(world) == {first.profile, second.profile}
        assert SHOP in names_seen(world, SHOP)[0]
    assert {item["name"] for item in world.device.get("/mgmt/tm/ltm/virtual/~Common~vs_www/profiles")["items"]} == {
        *(path.rpartition("/")[2] for path in (*PLAIN, first.profile, second.profile))
    }
