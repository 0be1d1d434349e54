"""Obstacles to a change are reported before anything is written, and let no certificate expire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.commands import revoke, rollback
from tests.support.names import ONLY_EC, PROFILE
from tests.support.virtual_servers import attach, attached, defaults, hand_made, url
from tests.support.world import World

IAPP = "/Common/shop.app/shop"


def job_for(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*(names or ("www.example.com",)), keys=ONLY_EC, **changes)


def obstruct(world: World, obstacle: str, job: Job) -> Job:
    """Put an obstacle in the way of a certificate in service, as an operator or administrator may."""
    if obstacle == "a name that does not exist":
        return replace(job, virtual_servers=("/Common/vs_www", "/Common/vs_typo"))
    if obstacle == "a virtual server that was deleted":
        world.device.delete(url("/Common/vs_b"))
        return job
    if obstacle == "no HTTP profile any more":
        world.device.set(url("/Common/vs_b"), profiles=[{"name": "/Common/tcp"}, {"name": PROFILE}])
        return job
    by_hand = hand_made(world, "by_hand", "shop.example.com", sniDefault="true")
    attach(world, by_hand, *([PROFILE] if obstacle == "another profile beside ours" else []), path="/Common/vs_b")
    return job


@pytest.mark.parametrize(
    ("obstacle", "sentence"),
    [
        ("a name that does not exist", "virtual server /Common/vs_typo does not exist on the BIG-IP; did you mean"),
        ("a virtual server that was deleted", "virtual server /Common/vs_b does not exist on the BIG-IP"),
        ("no HTTP profile any more", "/Common/vs_b has no HTTP profile"),
        ("another profile instead of ours", "/Common/vs_b already has the client SSL profile /Common/by_hand"),
        ("another profile beside ours", "/Common/vs_b already has the client SSL profile /Common/by_hand"),
    ],
)
def test_an_obstacle_fails_the_change_but_not_the_renewal(
    world: World, obstacle: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.add_virtual_server("/Common/vs_b")
    job = job_for(world, virtual_servers=("/Common/vs_www", "/Common/vs_b"))
    assert world.one(job).error is None
    job = obstruct(world, obstacle, job)
    writes = len(world.device.writes())
    refused = world.one(job)
    assert (refused.outcome, sentence in (refused.error or "")) == (Outcome.FAILED, True)
    assert world.device.writes()[writes:] == []
    world.wait(days=80)
    renewed = world.one(job)
    assert (renewed.outcome, sentence in (renewed.error or "")) == (Outcome.RENEWED, True)
    assert f"renewed, but nothing else was changed: {renewed.error}" in caplog.text
    assert world.seen_by_client().serial == renewed.serial
    assert world.one(job).outcome is Outcome.FAILED


@pytest.mark.parametrize("obstacle", ["a name that does not exist", "another profile instead of ours"])
def test_an_obstacle_does_not_prevent_rollback_or_revocation(world: World, obstacle: str) -> None:
    world.add_virtual_server("/Common/vs_b")
    job = job_for(world, virtual_servers=("/Common/vs_www", "/Common/vs_b"))
    first = world.one(job)
    world.wait(days=80)
    assert world.one(job).outcome is Outcome.RENEWED
    job = obstruct(world, obstacle, job)
    assert rollback(world, job) == 0
    assert world.seen_by_client().serial == first.serial
    assert (revoke(world, job), len(world.authority.revoked)) == (0, 1)


# -- iApps -----------------------------------------------------------------------------------------


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP whose only virtual server belongs to an iApp, and which requires the owner's name in every change."""
    with SimulatedBigIP(Switches(owner_in_body=True)) as device:
        world = World(device, tmp_path)
        device.add_application(IAPP)
        world.add_virtual_server("/Common/shop.app/vs_www", "/Common/clientssl", appService=IAPP)
        yield world


def strict(world: World, on: bool) -> None:
    world.device.set(f"/mgmt/tm/sys/application/service/{IAPP.replace('/', '~')}", strictUpdates=_word(on))


def _word(on: bool) -> str:
    return "enabled" if on else "disabled"


REMEDY = (
    f"belongs to the iApp {IAPP} with strict updates on; turn them off (tmsh modify sys application service {IAPP} "
    "strict-updates disabled) or change it in the iApp"
)


def test_a_virtual_server_of_a_strict_iapp_is_refused(owned: World) -> None:
    job = job_for(owned, virtual_servers=("/Common/shop.app/vs_www",))
    assert owned.one(job).error == f"/Common/shop.app/vs_www {REMEDY}"
    assert owned.device.writes() == []
    strict(owned, on=False)
    assert owned.one(job).error is None
    assert attached(owned, "/Common/shop.app/vs_www") == {PROFILE}
    assert owned.device.get(url("/Common/shop.app/vs_www"))["appService"] == IAPP
    strict(owned, on=True)  # the profile is ours, so it is renewed all the same
    owned.wait(days=80)
    renewed = owned.one(job)
    assert (renewed.outcome, renewed.notes) == (Outcome.RENEWED, ())
    assert owned.seen_by_client("/Common/shop.app/vs_www").serial == renewed.serial


def test_a_profile_of_a_strict_iapp_is_refused_if_its_flag_must_change(owned: World) -> None:
    by_hand = hand_made(owned, "/Common/shop.app/by_hand", "shop.example.com", appService=IAPP)
    path = owned.add_virtual_server("/Common/vs_b", by_hand)
    job = job_for(owned, sni=True, virtual_servers=(path,))
    assert owned.one(job).error == f"{by_hand} {REMEDY}"
    assert owned.device.writes() == []
    strict(owned, on=False)
    assert owned.one(job).error is None
    assert (attached(owned, path), defaults(owned, path)) == ({by_hand, PROFILE}, [by_hand])


def test_our_profile_is_kept_but_not_renewed_under_a_strict_iapp(owned: World) -> None:
    strict(owned, on=False)
    job = job_for(owned, virtual_servers=("/Common/shop.app/vs_www",))
    first = owned.one(job)
    owned.device.set(f"/mgmt/tm/ltm/profile/client-ssl/{PROFILE.replace('/', '~')}", appService=IAPP)
    strict(owned, on=True)
    assert owned.one(job).outcome is Outcome.KEPT
    owned.wait(days=80)
    assert owned.one(job).error == f"{PROFILE} {REMEDY}"
    assert owned.seen_by_client("/Common/shop.app/vs_www").serial == first.serial
    strict(owned, on=False)
    renewed = owned.one(job)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, None)
    assert owned.seen_by_client("/Common/shop.app/vs_www").serial == renewed.serial


def test_a_newly_listed_iapp_virtual_server_does_not_prevent_renewal(world: World) -> None:
    job = job_for(world)
    assert world.one(job).error is None
    world.device.add_application(IAPP)
    path = world.add_virtual_server("/Common/shop.app/vs_b", "/Common/clientssl", appService=IAPP)
    both = replace(job, virtual_servers=("/Common/vs_www", path))
    assert world.one(both).error == f"{path} {REMEDY}"
    world.wait(days=80)
    renewed = world.one(both)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, f"{path} {REMEDY}")
    assert world.seen_by_client().serial == renewed.serial
