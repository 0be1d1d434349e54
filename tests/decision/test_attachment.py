"""The table of docs/taking-over.md, line by line."""

from dataclasses import replace

import pytest

from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.losses import lost_names
from sectigo_f5.device_objects import Observation, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job
from tests.support.builders import hand_made, job, pair, profile, seen, server

OTHER = "/Common/hand_made"


def plan_attachment(of: Job, observed: Observation, only: VirtualServer) -> Attachment:
    (found,) = plan_attachments(replace(observed, job=of, virtual_servers=(only,)))
    return found


def planned(
    of: Job, *attached: str, others: tuple[str, ...] = (), default: bool = False, managed: bool = False
) -> Attachment:
    """Plan for a virtual server with ``attached`` profiles; OTHER serves the names ``others``."""
    there = (hand_made(OTHER, *others, sni_default=default),) if others else ()
    observed = seen(of, others=there)
    if managed:
        observed = replace(observed, managed=frozenset({OTHER}))
    parent = profile(of.parent_profile)
    observed = replace(observed, profiles={parent.path: parent, **observed.profiles})
    return plan_attachment(of, observed, server(*attached))


PLAIN, SNI = job(), job(sni=True)


@pytest.mark.parametrize("of", [PLAIN, SNI])
def test_no_profile_yet(of: Job) -> None:
    found = planned(of)
    assert (found.add, found.remove, found.make_default) == (True, (), ())


@pytest.mark.parametrize("of", [PLAIN, SNI])
def test_the_stock_profile_and_the_parent_are_taken_over(of: Job) -> None:
    assert planned(of, "/Common/clientssl").remove == ("/Common/clientssl",)
    own = replace(of, parent_profile="/Common/our_parent")
    assert planned(own, "/Common/our_parent").remove == ("/Common/our_parent",)


@pytest.mark.parametrize("of", [PLAIN, SNI])
@pytest.mark.parametrize("name", ["www.example.com", "*.example.com"])
def test_a_profile_that_covers_our_name(of: Job, name: str) -> None:
    found = planned(of, OTHER, others=(name,))
    assert found.remove == ((OTHER,) if of is PLAIN or name == "www.example.com" else ())


def test_beside_others_a_profile_with_more_names_stays() -> None:
    found = planned(SNI, OTHER, others=("www.example.com", "shop.example.com"))
    assert (found.add, found.remove) == (True, ())


def test_names_that_are_served_no_more_are_told() -> None:
    observed = seen(PLAIN, others=(hand_made(OTHER, "www.example.com", "shop.example.com"),))
    assert lost_names(observed, server(OTHER)) == ("shop.example.com",)


def test_another_name_is_refused_with_what_to_write() -> None:
    with pytest.raises(ConnectorError, match=r"hand_made \(shop.example.com\).*write `sni: true` for www.example.com"):
        planned(PLAIN, OTHER, others=("shop.example.com",))


def test_another_name_stays_beside_and_stays_default() -> None:
    found = planned(SNI, OTHER, others=("shop.example.com",), default=True)
    assert (found.add, found.remove, found.make_default, found.drop_default) == (True, (), (), ())
    assert not found.ours_is_default


def test_a_lone_profile_without_the_flag_becomes_the_default_before_a_second_comes() -> None:
    found = planned(SNI, OTHER, others=("shop.example.com",))
    assert (found.make_default, found.ours_is_default) == ((OTHER,), False)


def test_our_profile_becomes_the_default_when_asked() -> None:
    found = planned(replace(SNI, sni_default=True), OTHER, others=("shop.example.com",), default=True)
    assert (found.drop_default, found.ours_is_default, found.make_default) == ((OTHER,), True, ())


def test_the_default_that_is_taken_over_hands_its_flag_on() -> None:
    third = "/Common/third"
    default = hand_made(OTHER, "www.example.com", sni_default=True)
    observed = seen(SNI, others=(default, hand_made(third, "third.example.com")))
    found = plan_attachment(SNI, observed, server(OTHER, third))
    assert (found.remove, found.make_default, found.ours_is_default) == ((OTHER,), (), True)


def test_a_profile_of_another_certificate_of_ours_is_never_taken_over() -> None:
    found = planned(SNI, OTHER, others=("*.example.com",), managed=True)
    assert (found.remove, found.add) == ((), True)
    with pytest.raises(ConnectorError):
        planned(PLAIN, OTHER, others=("www.example.com",), managed=True)


def test_several_profiles_each_by_its_own_line() -> None:
    found = planned(SNI, "/Common/clientssl", OTHER, others=("shop.example.com",))
    assert (found.remove, found.make_default) == (("/Common/clientssl",), (OTHER,))


def test_attached_already_changes_nothing() -> None:
    old = pair(PLAIN)
    found = plan_attachment(PLAIN, seen(PLAIN, old, serving=old), server(PLAIN.profile))
    assert not found.changes


def test_ours_stays_the_default_it_became() -> None:
    old = pair(SNI)
    observed = seen(SNI, old, serving=old, sni_default=True, others=(hand_made(OTHER, "shop.example.com"),))
    found = plan_attachment(SNI, observed, server(SNI.profile, OTHER))
    assert (found.changes, found.ours_is_default) == (False, True)
