"""A profile has one SNI default flag for all its virtual servers: each of them keeps exactly one default."""

from __future__ import annotations

from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.sni_flags import changed_flags, flag_conflicts
from sectigo_f5.device_objects import Observation
from tests.support.builders import hand_made, job, seen, server

A, B = "/Common/a", "/Common/b"
HERE, THERE = "/Common/vs_here", "/Common/vs_there"


def observed(default: str, ours_is_default: bool = False) -> Observation:
    of = job(sni=True, sni_default=ours_is_default)
    others = tuple(hand_made(path, f"{path[-1]}.example.com", sni_default=path == default) for path in (A, B))
    return seen(of, others=others, servers=(server(A, path=HERE),))


def test_joining_a_default_changes_no_flag() -> None:
    here = observed(default=A)
    assert changed_flags(here, plan_attachments(here)) == {}


def test_becoming_the_default_takes_the_flag_from_the_other() -> None:
    here = observed(default=A, ours_is_default=True)
    assert changed_flags(here, plan_attachments(here)) == {A: False, here.job.profile: True}


def test_other_virtual_server_left_without_a_default_is_a_conflict() -> None:
    here = observed(default=A, ours_is_default=True)
    everywhere = (*here.virtual_servers, server(A, B, path=THERE))
    (sentence,) = flag_conflicts(here, plan_attachments(here), everywhere).values()
    assert sentence == (
        "/Common/a would have to stop being the SNI default, and /Common/vs_there has no other one: a profile has one "
        "flag for all its virtual servers; make another profile of /Common/vs_there the default first, or take "
        "/Common/a off it"
    )


def test_other_virtual_server_with_two_defaults_is_a_conflict() -> None:
    here = observed(default=B)  # on this virtual server nobody answers unknown names yet, so A would have to
    everywhere = (*here.virtual_servers, server(A, B, path=THERE))
    (sentence,) = flag_conflicts(here, plan_attachments(here), everywhere).values()
    assert sentence.startswith("/Common/a would have to become the SNI default, and /Common/vs_there has another one")
    assert "write `sni_default: true` for www.example.com, or take /Common/a off /Common/vs_there" in sentence


def test_virtual_server_with_one_profile_needs_no_default() -> None:
    here = observed(default=A, ours_is_default=True)
    assert flag_conflicts(here, plan_attachments(here), (*here.virtual_servers, server(A, path=THERE))) == {}
