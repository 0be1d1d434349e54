"""What clients lose by a takeover is said in one sentence each, with what to write in the YAML."""

from __future__ import annotations

from dataclasses import replace

from sectigo_f5.decision.losses import losses, lost_names
from tests.support.builders import hand_made, job, profile, seen, server

HAND = "/Common/hand_made"


def test_profile_with_our_names_and_settings_loses_nothing() -> None:
    of = job()
    observed = seen(of, others=(hand_made(HAND, "www.example.com"),), servers=(server(HAND),))
    assert losses(observed) == ()


def test_names_that_only_the_replaced_profile_covered_are_lost() -> None:
    of = job("www.example.com", "api.example.com")
    names = ("www.example.com", "api.example.com", "shop.example.com", "localhost")
    observed = seen(of, others=(hand_made(HAND, *names),), servers=(server(HAND),))
    assert lost_names(observed, observed.virtual_servers[0]) == ("shop.example.com",)
    assert losses(observed) == ("/Common/vs_www no longer serves shop.example.com, which the replaced profile covered",)


def test_settings_that_differ_are_named_with_the_parent_that_has_them() -> None:
    of = job()
    old, certificate = hand_made(HAND, "www.example.com", client_settings={"ciphers": "ECDHE", "tmOptions": "a"})
    observed = seen(of, others=((old, certificate),), servers=(server(HAND),))
    parent = profile("/Common/clientssl", parent=None, client_settings={"ciphers": "DEFAULT", "tmOptions": "a"})
    observed = replace(observed, profiles={**observed.profiles, parent.path: parent})
    assert losses(observed) == (
        "/Common/vs_www has ciphers of /Common/clientssl, no longer of /Common/hand_made; write "
        "`parent_profile: /Common/hand_made` for www.example.com to have them back",
    )


def test_stock_profile_has_no_names_to_lose() -> None:
    observed = seen(job(), servers=(server("/Common/clientssl"),))
    assert lost_names(observed, observed.virtual_servers[0]) == ()


def test_foreign_profile_of_our_name_loses_its_names_and_its_parent() -> None:
    of = job()
    theirs, certificate = hand_made(of.profile, "www.example.com", "shop.example.com", parent="/Common/corporate")
    observed = replace(seen(of, others=((theirs, certificate),)), profile=theirs)
    assert losses(observed) == (
        f"{of.profile} was there before and no longer serves shop.example.com",
        f"{of.profile} was there before with the parent /Common/corporate; write `parent_profile: /Common/corporate` "
        "for www.example.com to have its settings back",
    )
