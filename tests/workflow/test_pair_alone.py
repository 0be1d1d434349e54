"""The pair alone, for what is in the way of the rest: rules 2 and 3 hold for its names all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from tests.support.commands import rollback
from tests.support.names import EC, ONLY_EC, PROFILE, PROFILE_URL, RSA
from tests.support.three_commands import done_as_planned, refused
from tests.support.virtual_servers import attach, attached, hand_made, profile
from tests.support.world import World

WWW, MAIL, SHOP, API = "www.example.com", "mail.example.com", "shop.example.com", "api.example.com"
VS = "/Common/vs_www"
LESS = "peerCertMode ignore instead of require"


def job_for(world: World, *names: str, **changes: Any) -> Job:
    """Return a certificate without a server name of its own: the profile is chosen by the names in it."""
    return world.job(*names, keys=ONLY_EC, **{"sni": True, **changes})


def enrolled(world: World, *names: str) -> Job:
    """Put a certificate in service beside a neighbour that asks nothing of its clients."""
    attach(world, hand_made(world, "api", API, sniDefault="true"))
    job = job_for(world, *names)
    assert done_as_planned(world, job).error is None
    return job


def add_strict_neighbour(world: World) -> str:
    """Attach a profile for shop, to which clients have to show a certificate."""
    strict = hand_made(world, "strict", SHOP, peerCertMode="require")
    attach(world, *attached(world), strict)
    return strict


def names_held(world: World) -> str:
    held = str(profile(world, PROFILE)["cert"]).replace("/", "~")
    return str(world.device.get(f"/mgmt/tm/sys/file/ssl-cert/{held}")["subjectAlternativeName"])


def test_a_name_is_no_way_round_the_door_of_its_profile(world: World) -> None:
    """`sans` gets the name of a site whose clients have to show a certificate: ours would answer for it, too."""
    job = enrolled(world, WWW, MAIL)
    add_strict_neighbour(world)
    more = replace(job, names=(WWW, MAIL, SHOP))
    assert LESS in refused(world, more)
    world.wait(days=80)
    renewed = done_as_planned(world, more)
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert LESS in (renewed.error or "")
    assert SHOP not in names_held(world)
    assert world.seen_by_client().serial == renewed.serial
    assert LESS in refused(world, more)


def test_another_key_comes_although_a_name_cannot(world: World) -> None:
    job = enrolled(world, WWW, MAIL)
    add_strict_neighbour(world)
    rekeyed = done_as_planned(world, replace(job, names=(WWW, MAIL, SHOP), keys=(RSA, EC)))
    assert (rekeyed.outcome, len(world.authority.issued)) == (Outcome.REKEYED, 3)
    assert SHOP not in names_held(world)


def test_a_name_beside_a_typo_is_no_way_round_the_door(world: World) -> None:
    """Two mistakes at once: the first is found before anything of rule 2 is asked."""
    job = enrolled(world, WWW, MAIL)
    add_strict_neighbour(world)
    more = replace(job, names=(WWW, MAIL, SHOP), virtual_servers=(VS, "/Common/vs_typo"))
    assert "/Common/vs_typo does not exist" in refused(world, more)
    assert SHOP not in names_held(world)


def test_a_door_that_is_shut_meanwhile_stays_shut(world: World) -> None:
    """While the CA works, somebody attaches the neighbour whose name the new certificate has."""
    job = enrolled(world, WWW, MAIL)
    world.meanwhile(lambda: add_strict_neighbour(world))
    world.add_virtual_server("/Common/vs_b")
    result = world.one(replace(job, names=(WWW, MAIL, SHOP), virtual_servers=(VS, "/Common/vs_b")))
    assert (result.outcome, LESS in (result.error or "")) == (Outcome.FAILED, True)
    assert SHOP not in names_held(world)


def test_a_rollback_is_no_way_round_the_door(world: World) -> None:
    """The certificate before had the name, which has gone to the neighbour since."""
    job = enrolled(world, WWW, MAIL, SHOP)
    world.wait(days=1)
    now = replace(job, names=(WWW, MAIL))
    assert done_as_planned(world, now).outcome is Outcome.REPLACED
    add_strict_neighbour(world)
    assert rollback(world, now) == 1
    assert SHOP not in names_held(world)
    attach(world, *(attached(world) - {"/Common/strict"}))
    assert rollback(world, now) == 0


@pytest.mark.parametrize("obstacle", [True, False], ids=["beside a typo", "alone"])
def test_names_that_leave_are_noted_whatever_else_is_wrong(world: World, obstacle: bool) -> None:
    job = enrolled(world, WWW, MAIL)
    servers = (VS, "/Common/vs_typo") if obstacle else (VS,)
    result = done_as_planned(world, replace(job, names=(WWW,), virtual_servers=servers))
    assert (result.outcome, bool(result.error)) == (Outcome.REPLACED, obstacle)
    assert result.notes == (f"{VS} loses {MAIL}",)


def test_a_pair_that_goes_back_alone_loses_nothing(world: World) -> None:
    """The profile was pointed at an older pair of ours by hand; the newest goes back, and not round the door."""
    job = enrolled(world, WWW, MAIL)
    older = profile(world, PROFILE)["certKeyChain"]
    world.wait(days=1)
    more = replace(job, names=(WWW, MAIL, SHOP))
    done_as_planned(world, more)
    world.device.set(PROFILE_URL, certKeyChain=older)
    add_strict_neighbour(world)
    assert LESS in refused(world, more)
    assert SHOP not in names_held(world)
