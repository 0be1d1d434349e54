"""Step 3: what was read, and what follows from it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sectigo_f5.decision.rules import Circumstances, Decision, decide, replaced_after_refusal
from sectigo_f5.device_objects import Entry, Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, KeySpec, Outcome
from tests.support.builders import NOW, hand_made, job, pair, seen, server
from tests.support.names import BOTH_KEYS, EC, ONLY_EC

LATER = NOW + timedelta(days=20)


def decided(of: Job, observed: Observation, **known: Any) -> Decision:
    return decide(
        replace(observed, job=of), Circumstances(**{"now": NOW, "due_at": LATER, "due_reason": "due", **known})
    )


def test_a_missing_certificate_is_enrolled() -> None:
    decision = decided(job(), seen(job()), due_at=None)
    assert (decision.outcome, decision.issues) == (Outcome.ENROLLED, True)
    assert decision.reason == "found no certificate for www.example.com on the BIG-IP"


def test_a_good_certificate_is_kept_with_its_renewal_date() -> None:
    old = pair(job())
    decision = decided(job(), seen(job(), old, serving=old))
    assert decision.outcome is Outcome.KEPT
    assert decision.reason == "valid until 2027-01-22, renewal planned for 2026-12-13"


@pytest.mark.parametrize(
    ("days", "known", "outcome", "reason"),
    [
        (-1, {}, Outcome.RENEWED, "the certificate expired on 2026-11-22"),
        (60, {"due_at": NOW, "due_reason": "the CA says so"}, Outcome.RENEWED, "the CA says so"),
        (60, {"force": True}, Outcome.RENEWED, "renewal was forced (--force)"),
        (60, {"revoked": "superseded (CRL)"}, Outcome.REPLACED, "the certificate was revoked: superseded (CRL)"),
    ],
)
def test_expiry_due_date_force_and_revocation_get_a_new_certificate(
    days: int, known: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    old = pair(job(), days=days)
    decision = decided(job(), seen(job(), old, serving=old), **known)
    assert (decision.outcome, decision.reason) == (outcome, reason)


@pytest.mark.parametrize("asked", [EC, KeySpec("rsa", "4096")])
def test_another_key_specification_is_rekeyed(asked: KeySpec) -> None:
    old = pair(job())
    wanted = job(keys=(asked,))
    decision = decided(wanted, seen(wanted, old, serving=old))
    assert decision.outcome is Outcome.REKEYED
    assert decision.reason == f"the key is RSA 2048, the configuration asks for {asked}"


def test_an_added_second_key_is_rekeyed() -> None:
    wanted = job(keys=BOTH_KEYS)
    old = pair(wanted)
    assert decided(wanted, seen(wanted, old, serving=old)).outcome is Outcome.REKEYED


def test_two_keys_in_service_are_kept() -> None:
    wanted = job(keys=BOTH_KEYS)
    both = (pair(wanted), pair(wanted, variant="_ecdsa"))
    assert decided(wanted, seen(wanted, *both, serving=both)).outcome is Outcome.KEPT


def test_other_names_are_replaced() -> None:
    old = pair(job("www.example.com", "old.example.com"))
    wanted = job("www.example.com", "api.example.com")
    decision = decided(wanted, seen(wanted, old, serving=old))
    assert decision.outcome is Outcome.REPLACED
    assert "lacks api.example.com and also covers old.example.com" in decision.reason


def test_the_order_of_names_is_not_a_change() -> None:
    wanted = job("www.example.com", "a.example.com", "b.example.com")
    old = pair(wanted, names=("b.example.com", "www.example.com", "a.example.com"))
    assert decided(wanted, seen(wanted, old, serving=old)).outcome is Outcome.KEPT


def test_names_that_the_release_does_not_show_are_not_a_change() -> None:
    old = pair(job("www.example.com", "a.example.com"))
    old = replace(old, certificate=replace(old.certificate, names=None, key=None), key=replace(old.key, spec=None))
    wanted = job("www.example.com", "a.example.com")
    assert decided(wanted, seen(wanted, old, serving=old)).outcome is Outcome.KEPT


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [(("www.example.com", "a.example.com"), Outcome.KEPT), (("www.example.com", "x.example.com"), Outcome.REPLACED)],
)
def test_names_that_were_cut_off_are_not_a_change(shown: tuple[str, ...], outcome: Outcome) -> None:
    wanted = job("www.example.com", "a.example.com", "b.example.com")
    old = pair(wanted, names=shown)
    old = replace(old, certificate=replace(old.certificate, cut=True))
    assert decided(wanted, seen(wanted, old, serving=old)).outcome is outcome


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (("example.com", "api.example.com"), None),
        (("example.com", "api.example.com", "www.example.com"), None),  # it covers that already
        (("example.com",), "also covers api.example.com"),
        (("example.com", "api.example.com", "shop.example.com"), "lacks shop.example.com"),
        (("example.com", "shop.example.com"), "lacks shop.example.com and also covers api.example.com"),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_names_that_the_ca_added_are_not_a_change(wanted: tuple[str, ...], sentence: str | None, cut: bool) -> None:
    """What counts is what was asked for: the CA would add ``www`` to each new certificate too."""
    asked = ("example.com", "api.example.com")
    old = pair(job(*asked), names=(*asked, "www.example.com"))
    old = replace(old, certificate=replace(old.certificate, asked=frozenset(asked), cut=cut))
    now = job(*wanted)
    decision = decided(now, seen(now, old, serving=old))
    assert decision.outcome is (Outcome.REPLACED if sentence and not (cut and "also" not in sentence) else Outcome.KEPT)
    assert sentence is None or decision.outcome is Outcome.KEPT or sentence in decision.reason


def test_an_unprotected_key_is_replaced() -> None:
    old = pair(job(), security="normal")
    decision = decided(job(), seen(job(), old, serving=old))
    assert (decision.outcome, "not password-protected" in decision.reason) == (Outcome.REPLACED, True)


def test_the_first_rule_that_applies_decides() -> None:
    old = pair(job(), days=-1)
    wanted = job("www.example.com", "new.example.com", keys=ONLY_EC)
    assert decided(wanted, seen(wanted, old, serving=old), revoked="x (OCSP)").outcome is Outcome.RENEWED


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"parent": "/Common/old_parent"}, "the profile's parent is /Common/old_parent, not /Common/clientssl"),
        (
            {"entries": (Entry("default", "/Common/x.crt", "/Common/x.key", None),)},
            "the profile points at /Common/x.crt",
        ),
    ],
)
def test_drift_of_the_profile_is_repaired(changes: dict[str, Any], sentence: str) -> None:
    old = pair(job())
    decision = decided(job(), seen(job(), old, serving=old, **changes))
    assert (decision.outcome, decision.issues) == (Outcome.REPAIRED, False)
    assert sentence in decision.reason
    assert decision.pairs == (old,)


def test_a_deleted_profile_is_repaired_with_the_remaining_pair() -> None:
    old = pair(job())
    decision = decided(job(), seen(job(), old))
    assert (decision.outcome, decision.pairs) == (Outcome.REPAIRED, (old,))
    assert "profile /Common/www.example.com_clientssl is missing" in decision.reason


def test_a_missing_key_is_named() -> None:
    lost = pair(job())
    observed = replace(seen(job()), certificates={lost.certificate.path: lost.certificate})
    decision = decided(job(), observed)
    assert decision.outcome is Outcome.ENROLLED
    assert decision.reason == f"the key of {lost.certificate.path} is missing on the BIG-IP"


@pytest.mark.parametrize("issued_with", [True, False])
def test_a_missing_chain_is_repaired_if_the_ca_issued_one(issued_with: bool) -> None:
    old = replace(pair(job()), has_chain=False)
    known = frozenset([old.generation.certificate]) if issued_with else frozenset[str]()
    decision = decided(job(), seen(job(), old, serving=old), chained=known)
    assert decision.outcome is (Outcome.REPAIRED if issued_with else Outcome.KEPT)
    assert (f"the chain {old.generation.chain} is missing" in decision.reason) is issued_with


def test_a_pair_that_the_device_refuses_is_replaced() -> None:
    old = pair(job())
    decision = replaced_after_refusal(
        decided(job(), seen(job(), old)), ConnectorError("01070317:3: they do not match.")
    )
    assert (decision.outcome, decision.issues) == (Outcome.REPLACED, True)
    assert decision.reason.endswith("but the pair is refused: 01070317:3: they do not match.")


def test_a_newly_listed_virtual_server_is_repaired() -> None:
    wanted = job(virtual_servers=("/Common/vs_www", "/Common/vs_new"))
    old = pair(wanted)
    servers = (server(wanted.profile), server(path="/Common/vs_new"))
    decision = decided(wanted, seen(wanted, old, serving=old, servers=servers))
    assert (decision.outcome, decision.reason) == (Outcome.REPAIRED, "attach to /Common/vs_new")


def test_a_complete_newer_pair_of_an_interrupted_run_is_used() -> None:
    old, new = pair(job()), pair(job(), "20261120T000000Z", days=150)
    decision = decided(job(), seen(job(), old, new, serving=old))
    assert (decision.outcome, decision.pairs) == (Outcome.REPAIRED, (new,))


def test_a_newer_pair_with_other_names_is_not_used() -> None:
    old = pair(job())
    new = pair(job(), "20261120T000000Z", names=("other.example.com",))
    assert decided(job(), seen(job(), old, new, serving=old)).outcome is Outcome.KEPT


def test_a_pair_put_in_service_by_rollback_stays() -> None:
    old, new = pair(job(), key=KeySpec("rsa", "4096")), pair(job(), "20261120T000000Z", days=150)
    observed = seen(job(), old, new, serving=old)
    kept = decided(job(), observed, rolled_back=True)
    assert (kept.outcome, kept.pairs) == (Outcome.KEPT, (old,))
    assert kept.reason.endswith("left in service after a rollback")
    assert decided(job(), observed, rolled_back=True, due_at=NOW).outcome is Outcome.RENEWED
    assert decided(job(), observed, rolled_back=True, force=True).outcome is Outcome.RENEWED
    assert decided(job(), observed, rolled_back=True, revoked="keycompromise (OCSP)").issues


def test_a_profile_that_holds_only_a_foreign_certificate_is_enrolled() -> None:
    foreign, certificate = hand_made(job().profile, "www.example.com")
    observed = seen(job(), servers=(server(job().profile),))
    observed = replace(observed, profile=foreign, profiles={**observed.profiles, foreign.path: foreign})
    observed = replace(observed, certificates={certificate.path: certificate})
    assert decided(job(), observed).outcome is Outcome.ENROLLED


def test_sni_settings_that_drifted_are_repaired() -> None:
    wanted = job(sni=True, server_name="www.example.com", sni_default=True)
    old = pair(wanted)
    decision = decided(wanted, seen(wanted, old, serving=old, server_name="old.example.com"))
    assert decision.outcome is Outcome.REPAIRED
    assert "server name is old.example.com, not www.example.com" in decision.reason
    assert "not the SNI default" in decision.reason


def test_sni_flags_are_ignored_without_sni() -> None:
    old = pair(job())
    assert (
        decided(job(), seen(job(), old, serving=old, server_name="x.example.com", sni_default=True)).outcome
        is Outcome.KEPT
    )
