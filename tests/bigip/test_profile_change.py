"""The one change as operations: forward, and back to the former state, over generated virtual servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sectigo_f5.bigip.profile_change import (
    CLIENT_SSL_URL,
    ProfileChange,
    backward,
    changed_properties,
    forward,
    new_entry,
    without_ciphertext,
)
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.device_objects import ClientSslProfile, KeyObject, Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Generation
from sectigo_f5.secret import Secret
from tests.support.builders import hand_made, job, pair, profile, seen, server
from tests.support.device_model import Model
from tests.support.names import EC
from tests.support.properties import generated

NAMES = ("www.example.com", "shop.example.com", "*.example.com")
OTHERS = ("/Common/a", "/Common/b", "/Common/c")
CIPHERTEXT = "$M$xy$abc="


def as_shown(client_ssl: ClientSslProfile) -> dict[str, Any]:
    return {
        "defaultsFrom": client_ssl.parent or "none",
        "serverName": client_ssl.server_name or "none",
        "sniDefault": "true" if client_ssl.sni_default else "false",
        "sniRequire": "true" if client_ssl.sni_require else "false",
        "files": [(entry.certificate, entry.key, entry.chain) for entry in client_ssl.entries],
        "own": {},
    }


def device_of(observed: Observation) -> Model:
    profiles = {path: as_shown(each) for path, each in observed.profiles.items()}
    return Model(profiles, {each.path: list(each.client_ssl) for each in observed.virtual_servers})


def attached(model: Model) -> dict[str, list[str]]:
    return {path: sorted(profiles) for path, profiles in model.servers.items()}


@st.composite
def changes(draw: st.DrawFn) -> ProfileChange:
    """Draw a certificate, in service or not, among hand-made profiles, on one or two virtual servers."""
    sni = draw(st.booleans())
    of = job(
        keys=(EC,), sni=sni, sni_default=sni and draw(st.booleans()), parent_profile=draw(st.sampled_from(PARENTS))
    )
    others = [
        hand_made(path, *draw(st.sets(st.sampled_from(NAMES), min_size=1)), sni_default=draw(st.booleans()))
        for path in draw(st.sets(st.sampled_from(OTHERS)))
    ]
    old = pair(of) if draw(st.booleans()) else None
    available = ["/Common/clientssl", *(each.path for each, _ in others), *([of.profile] if old else [])]
    servers = tuple(
        server(*draw(st.lists(st.sampled_from(available), unique=True)), path=path)
        for path in ("/Common/vs_a", "/Common/vs_b")[: draw(st.integers(1, 2))]
    )
    observed = seen(of, *([old] if old else []), serving=old, servers=servers, others=tuple(others))
    parent = profile("/Common/corporate", parent="/Common/clientssl")
    observed = replace(observed, profiles={parent.path: parent, **observed.profiles})
    try:
        attachments = plan_attachments(observed)
    except ConnectorError:
        assume(False)  # noqa: FBT003  # refused: nothing is sent
        raise
    generation = Generation("Common", of.base, "20261123T120000Z")
    entries = (new_entry(generation, has_chain=True, passphrase=Secret("clear")),)
    pair_only = bool(old) and draw(st.booleans())
    return ProfileChange(observed, entries, () if pair_only else attachments, pair_only)


PARENTS = ("/Common/clientssl", "/Common/corporate")


@generated(300)
@given(changes())
def test_forward_reaches_the_plan_and_backward_the_former_state(change: ProfileChange) -> None:
    before = device_of(change.seen)
    changed = before.after(forward(change))
    assert set(changed.profiles[change.profile]["files"]) == change.files
    for plan in change.attachments:
        assert change.profile in changed.servers[plan.virtual_server]
        assert not set(plan.remove) & set(changed.servers[plan.virtual_server])
    again = changed.after(backward(change, {}))
    assert (again.profiles, attached(again)) == (before.profiles, attached(before))


@generated(100)
@given(changes())
def test_a_property_without_a_difference_is_not_sent(change: ProfileChange) -> None:
    """But for the SNI settings that the profile may inherit: from another parent, or one whose flag changes."""
    present = change.seen.profile
    if present is not None:
        body = {name: value for name, value in changed_properties(change).items() if name != "certKeyChain"}
        same = {name for name, _ in body.items() & as_shown(present).items()}
        flags = {path for plan in change.plans for path in (*plan.make_default, *plan.drop_default)}
        inherits = "defaultsFrom" in body or change.seen.job.parent_profile in flags
        assert same <= ({"serverName", "sniDefault", "sniRequire"} if inherits else set())


def test_a_renewal_is_one_patch_of_the_profile() -> None:
    of, old = job(keys=(EC,)), pair(job(keys=(EC,)))
    generation = Generation("Common", of.base, "20261123T120000Z")
    entries = (new_entry(generation, has_chain=False, passphrase=Secret("clear")),)
    change = ProfileChange(seen(of, old, serving=old), entries, (), pair_only=True)
    (operation,) = forward(change)
    assert (operation.method, operation.path) == ("PATCH", f"{CLIENT_SSL_URL}/~Common~www.example.com_clientssl")
    assert operation.body == {"certKeyChain": list(entries)}
    assert "clear" not in repr(operation)


@pytest.mark.parametrize("shown", [CIPHERTEXT, None])
def test_the_former_pair_opens_by_the_ciphertext_of_entry_or_key(shown: str | None) -> None:
    of, old = job(keys=(EC,)), pair(job(keys=(EC,)))
    observed = seen(of, old, serving=old)
    assert observed.profile is not None
    entry = replace(observed.profile.entries[0], ciphertext=shown)
    observed = replace(observed, profile=replace(observed.profile, entries=(entry,)))
    generation = Generation("Common", of.base, "20261123T120000Z")
    entries = (new_entry(generation, has_chain=False, passphrase=Secret("clear")),)
    key = KeyObject(old.generation.key, "password", EC, CIPHERTEXT)
    (operation,) = operations = backward(ProfileChange(observed, entries, (), pair_only=True), {key.path: key})
    assert (operation.body or {})["certKeyChain"][0]["passphrase"] == CIPHERTEXT
    (plain,) = without_ciphertext(operations)
    assert "passphrase" not in (plain.body or {})["certKeyChain"][0]
