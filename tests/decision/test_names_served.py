"""Rule 3, case by case; tests/decision/test_three_rules.py has it over generated devices."""

from __future__ import annotations

from dataclasses import replace

from sectigo_f5.decision.answers import HIDDEN, answering, scenes
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.names_served import names_lost, turnover
from sectigo_f5.device_objects import Observation
from tests.support.builders import hand_made, job, pair, profile, seen, server

HAND, WWW, SHOP = "/Common/hand", "www.example.com", "shop.example.com"


def lost(observed: Observation) -> str:
    """Return the refusal of the one virtual server; empty if there is none."""
    foreseen = scenes(observed, plan_attachments(observed), observed.virtual_servers)
    refusals = names_lost(observed, [turnover(observed, scene) for scene in foreseen])
    return "; ".join(refusals.values())


def test_an_address_in_a_certificate_is_served_without_sni() -> None:
    """A client cannot send an address as SNI (RFC 6066), so the default answers it."""
    made = hand_made(HAND, WWW, "192.0.2.80")
    observed = seen(job(), others=(made,), servers=(server(HAND),))
    assert "no longer serve 192.0.2.80" in lost(observed)
    beside = seen(job(sni=True), others=(made,), servers=(server(HAND),))
    assert lost(beside) == ""


def test_a_common_name_beside_alternative_names_is_not_served() -> None:
    made, certificate = hand_made(HAND, WWW)
    old = replace(certificate, common_name="old.example.com")
    assert lost(seen(job(), others=((made, old),), servers=(server(HAND),))) == ""


def test_people_and_uris_in_a_certificate_are_not_served() -> None:
    made = hand_made(HAND, WWW, "admin@example.com", "http://example.com/", "localhost.localdomain")
    assert lost(seen(job(), others=(made,), servers=(server(HAND),))) == ""


def test_a_list_of_names_that_is_cut_off_may_hold_more() -> None:
    made, certificate = hand_made(HAND, WWW)
    observed = seen(job(), others=((made, replace(certificate, cut=True)),), servers=(server(HAND),))
    assert HIDDEN in lost(observed)
    assert lost(replace(observed, job=job(replace_profiles=(HAND,)))) == ""


def test_plain_text_is_lost_if_the_new_parent_may_end_it() -> None:
    """Whether our profile keeps its own settings below another parent is not documented: both are foreseen."""
    of = job(parent_profile="/Common/corporate")
    old = pair(of)
    observed = seen(of, old, serving=old, client_settings={"allowNonSsl": "enabled"})
    parent = profile("/Common/corporate", client_settings={"allowNonSsl": "disabled"})
    stock = profile("/Common/clientssl", parent=None, client_settings={"allowNonSsl": "disabled"})
    profiles = {**observed.profiles, parent.path: parent, stock.path: stock}
    assert "no longer serve clients without TLS" in lost(replace(observed, profiles=profiles))


def test_several_profiles_that_match_are_each_possible() -> None:
    """Which of them a BIG-IP chooses is not documented."""
    exact, wild = hand_made("/Common/exact", WWW, sni_default=True), hand_made("/Common/wild", "*.example.com")
    observed = seen(job(SHOP, sni=True), others=(exact, wild), servers=(server("/Common/exact", "/Common/wild"),))
    (scene,) = scenes(observed, None, observed.virtual_servers)
    assert {answer.profile for answer in answering(scene.before, WWW)} == {"/Common/exact", "/Common/wild"}
    assert {answer.profile for answer in answering(scene.before, None)} == {"/Common/exact"}
    assert {answer.profile for answer in answering(scene.before, "unknown.example.org")} == {"/Common/exact"}
