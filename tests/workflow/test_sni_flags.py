"""A profile has one SNI default flag, however many virtual servers it is on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from tests.support.virtual_servers import attach, attached, defaults, hand_made, one_default_at_every_moment
from tests.support.world import World
from tests.workflow.test_sni import API, SHOP, WWW, run_without_error, sni


@pytest.fixture(autouse=True)
def watched(world: World) -> Iterator[None]:
    with one_default_at_every_moment(world):
        yield


@pytest.mark.parametrize("asks", [True, False])
def test_two_virtual_servers_with_different_defaults(world: World, asks: bool) -> None:
    """A hand-made profile is the default on one, and ours became it on the other; ours cannot be both."""
    mate, other = hand_made(world, "mate", API, sniDefault="true"), hand_made(world, "other", SHOP, sniDefault="true")
    world.add_virtual_server("/Common/vs_b", other)
    attach(world, mate)
    job = sni(world, WWW, sni_default=True)
    run_without_error(world, job)
    both = replace(job, virtual_servers=("/Common/vs_www", "/Common/vs_b"), sni_default=asks)
    (result,) = world.go(both)
    if asks:
        assert (result.error, defaults(world), defaults(world, "/Common/vs_b")) == (None, [job.profile], [job.profile])
        assert result.notes == ("/Common/vs_b wins www.example.com, loses clients without SNI",)
        assert run_without_error(world, both)[0].outcome is Outcome.KEPT
    else:
        assert result.error == (
            f"/Common/vs_www would no longer serve clients without SNI, as {job.profile} does now; write "
            "`sni_default: true` for www.example.com if it is to answer them"
        )
        assert (defaults(world), defaults(world, "/Common/vs_b")) == ([job.profile], [other])


def test_a_flag_that_another_virtual_server_needs_is_not_changed(world: World) -> None:
    """Ours joins ``only``, which would have to be the default; but on another virtual server it must not be."""
    only, default = hand_made(world, "only", SHOP), hand_made(world, "default", API, sniDefault="true")
    world.add_virtual_server("/Common/vs_b", default, only)
    attach(world, only)
    job = sni(world, WWW)
    (refused,) = world.go(job)
    assert (
        "/Common/only would have to become the SNI default, and /Common/vs_b has another one: a profile has one flag "
        "for all its virtual servers; write `sni_default: true` for www.example.com, or take /Common/only off"
    ) in (refused.error or "")
    assert world.device.writes() == []
    run_without_error(world, replace(job, sni_default=True))
    assert (defaults(world), defaults(world, "/Common/vs_b")) == ([job.profile], [default])


def test_a_default_that_another_virtual_server_needs_is_not_dropped(world: World) -> None:
    default, other = hand_made(world, "default", SHOP, sniDefault="true"), hand_made(world, "other", API)
    world.add_virtual_server("/Common/vs_b", default, other)
    attach(world, default)
    (refused,) = world.go(sni(world, WWW, sni_default=True))
    assert "/Common/default would have to stop being the SNI default, and /Common/vs_b has no other one" in (
        refused.error or ""
    )
    assert world.device.writes() == []


COMMIT = ("PATCH", r"/transaction/\d+$")
STOCK, HAND = "/Common/clientssl", "/Common/by_hand"
WRITES = (  # and which of them is for good: an enrolment is rehearsed, the repairs after it are not
    ("POST", "/transaction$", 3, (HAND,)),
    ("POST", "/profile/client-ssl$", 1, (HAND,)),
    ("PATCH", "/client-ssl/~Common~by_hand$", 1, (HAND,)),
    ("DELETE", "/profiles/~Common~clientssl$", 1, (STOCK, HAND)),
    ("POST", "/virtual/~Common~vs_www/profiles$", 1, (HAND,)),
    (*COMMIT, 1, (HAND,)),
    (*COMMIT, 1, (STOCK, HAND)),
)


@pytest.mark.parametrize("way", ["error:400:01070734:3: refused by a test", "drop", "drop-after", "html:502"])
def test_a_fault_at_every_write_of_the_change_leaves_one_default(world: World, way: str) -> None:
    """Ours joins a hand-made profile and sets its flag, or takes over the stock profile and its flag."""
    hand_made(world, HAND, SHOP)
    world.device.set("/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl", sniDefault="true")
    job = sni(world, WWW)
    for method, path, nth, present in WRITES:
        world.device.set("/mgmt/tm/ltm/profile/client-ssl/~Common~by_hand", sniDefault="false")
        attach(world, *present)
        before = world.seen_by_client(name=SHOP).serial
        world.device.fault(Fault(method, path, nth=nth, action=way))
        result = world.one(job)
        committed = not way.startswith("error")  # a call lost once is read back and repeated
        assert (result.error is None) is committed, f"{way} at {method} {path}: {result.error}"
        assert attached(world) == ({HAND, job.profile} if committed else set(present))
        mended = world.one(job)
        assert (mended.error, attached(world)) == (None, {HAND, job.profile})
        assert world.seen_by_client(name=WWW).serial == mended.serial
        assert defaults(world) == [HAND if present == (HAND,) else job.profile]
        if present == (HAND,):
            assert world.seen_by_client(name=SHOP).serial == before
        attach(world, HAND)
        world.device.delete(f"/mgmt/tm/ltm/profile/client-ssl/{job.profile.replace('/', '~')}")
        world.wait(hours=1)
