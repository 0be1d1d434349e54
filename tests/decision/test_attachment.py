"""The table of docs/taking-over.md, row by row."""

from dataclasses import replace

import pytest

from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.device_objects import Observation, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job
from tests.support.builders import hand_made, job, pair, profile, seen, server

OTHER = "/Common/hand_made"


def plan_attachment(of: Job, observed: Observation, only: VirtualServer) -> Attachment:
    (attachment,) = plan_attachments(replace(observed, job=of, virtual_servers=(only,)))
    return attachment


def planned(
    of: Job, *attached: str, others: tuple[str, ...] = (), default: bool = False, managed: bool = False
) -> Attachment:
    """Plan for a virtual server with ``attached`` profiles; OTHER serves the names ``others``."""
    present = (hand_made(OTHER, *others, sni_default=default),) if others else ()
    observed = seen(of, others=present)
    if managed:
        observed = replace(observed, managed=frozenset({OTHER}))
    parent = profile(of.parent_profile)
    observed = replace(observed, profiles={parent.path: parent, **observed.profiles})
    return plan_attachment(of, observed, server(*attached))


PLAIN, SNI = job(), job(sni=True)


@pytest.mark.parametrize("of", [PLAIN, SNI])
def test_a_virtual_server_without_a_profile_gets_ours(of: Job) -> None:
    attachment = planned(of)
    assert (attachment.add, attachment.remove, attachment.make_default) == (True, (), ())


@pytest.mark.parametrize("of", [PLAIN, SNI])
def test_the_stock_profile_and_the_parent_are_taken_over(of: Job) -> None:
    assert planned(of, "/Common/clientssl").remove == ("/Common/clientssl",)
    own = replace(of, parent_profile="/Common/our_parent")
    assert planned(own, "/Common/our_parent").remove == ("/Common/our_parent",)


@pytest.mark.parametrize("of", [PLAIN, SNI])
@pytest.mark.parametrize("name", ["www.example.com", "*.example.com"])
def test_a_profile_that_covers_our_name_is_taken_over(of: Job, name: str) -> None:
    attachment = planned(of, OTHER, others=(name,))
    assert attachment.remove == ((OTHER,) if of is PLAIN or name == "www.example.com" else ())


def test_a_profile_with_more_names_stays_with_sni() -> None:
    attachment = planned(SNI, OTHER, others=("www.example.com", "shop.example.com"))
    assert (attachment.add, attachment.remove) == (True, ())


def test_a_profile_for_another_name_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConnectorError, match=r"hand_made \(shop.example.com\).*write `sni: true` for www.example.com"):
        planned(PLAIN, OTHER, others=("shop.example.com",))


def test_a_profile_for_another_name_stays_the_default_with_sni() -> None:
    attachment = planned(SNI, OTHER, others=("shop.example.com",), default=True)
    assert (attachment.add, attachment.remove, attachment.make_default, attachment.drop_default) == (True, (), (), ())
    assert not attachment.ours_is_default


def test_a_lone_profile_becomes_the_default_before_ours_is_attached() -> None:
    attachment = planned(SNI, OTHER, others=("shop.example.com",))
    assert (attachment.make_default, attachment.ours_is_default) == ((OTHER,), False)


def test_our_profile_becomes_the_default_if_configured() -> None:
    attachment = planned(replace(SNI, sni_default=True), OTHER, others=("shop.example.com",), default=True)
    assert (attachment.drop_default, attachment.ours_is_default, attachment.make_default) == ((OTHER,), True, ())


def test_a_default_that_is_taken_over_passes_its_flag_to_ours() -> None:
    third = "/Common/third"
    default = hand_made(OTHER, "www.example.com", sni_default=True)
    observed = seen(SNI, others=(default, hand_made(third, "third.example.com")))
    attachment = plan_attachment(SNI, observed, server(OTHER, third))
    assert (attachment.remove, attachment.make_default, attachment.ours_is_default) == ((OTHER,), (), True)


def test_a_profile_that_we_manage_is_never_taken_over() -> None:
    attachment = planned(SNI, OTHER, others=("*.example.com",), managed=True)
    assert (attachment.remove, attachment.add) == ((), True)
    with pytest.raises(ConnectorError):
        planned(PLAIN, OTHER, others=("www.example.com",), managed=True)


def test_several_profiles_are_each_judged_by_their_own_rule() -> None:
    attachment = planned(SNI, "/Common/clientssl", OTHER, others=("shop.example.com",))
    assert (attachment.remove, attachment.make_default) == (("/Common/clientssl",), (OTHER,))


def test_an_attached_profile_changes_nothing() -> None:
    old = pair(PLAIN)
    attachment = plan_attachment(PLAIN, seen(PLAIN, old, serving=old), server(PLAIN.profile))
    assert not attachment.changes


def test_our_profile_stays_the_default_it_became() -> None:
    old = pair(SNI)
    observed = seen(SNI, old, serving=old, sni_default=True, others=(hand_made(OTHER, "shop.example.com"),))
    attachment = plan_attachment(SNI, observed, server(SNI.profile, OTHER))
    assert (attachment.changes, attachment.ours_is_default) == (False, True)
