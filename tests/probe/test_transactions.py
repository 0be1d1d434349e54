"""The questions about transactions: on each simulated device they find what its switches say."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import MovableClock, asked, entry, found_by

JUDGES = {"validate_only": "works", "validate_only_judges": "yes"}
WORKS = {"transaction_commit": "works", "transaction_undone": "yes"}


@pytest.mark.parametrize(
    ("switches", "findings"),
    [
        ({}, {**WORKS, **JUDGES}),
        ({"validate_only_judges": False}, {**WORKS, "validate_only": "works", "validate_only_judges": "no"}),
        ({"validate_only": "ignored"}, {**WORKS, "validate_only": "ignored"}),
        ({"validate_only": "rejected"}, {**WORKS, "validate_only": "rejected"}),
        ({"transaction_undone": False}, {**WORKS, **JUDGES, "transaction_undone": "no"}),
        ({"transaction_commit": "rejected"}, {**WORKS, "transaction_commit": "rejected", "validate_only": "rejected"}),
    ],
)
def test_transaction_is_found(switches: dict[str, Any], findings: dict[str, str]) -> None:
    assert found_by("transaction", **switches) == findings


def test_refusals_of_transactions_are_noted() -> None:
    with SimulatedBigIP() as device:
        texts = entry(asked(device, "transaction"), "transaction").texts
        assert device.engine.transactions.show_all() == []
    assert {kind: (text.status, text.message) for kind, text in texts.items()} == {
        "transaction_failed": (400, "transaction failed:{reason}"),
        "nothing_to_commit": (400, "there is no command to commit in the transaction"),
    }


def test_commit_that_ends_later_is_waited_for() -> None:
    """No state is answered, and then there is no such transaction: only its objects tell."""
    with SimulatedBigIP() as device:
        device.fault(Fault("PATCH", r"/transaction/\d+$", action="error-after:200:under way"))
        found = entry(asked(device, "transaction"), "transaction").findings
    assert found["transaction_commit"] == "works"


@pytest.mark.parametrize("role", ["guest", "certificate-manager"])
def test_user_who_may_make_no_profile_is_refused(role: str) -> None:
    with SimulatedBigIP(Switches(role=role)) as device:
        found = entry(asked(device, "transaction"), "transaction")
    assert (found.outcome, dict(found.findings)) == (Outcome.REFUSED, {})


@pytest.mark.parametrize("word", ["configuration", "everything", "neither"])
def test_crypto_in_a_transaction_is_found(word: str) -> None:
    assert found_by("transaction-crypto", transactions_take=word) == {"transactions_take": word}


@pytest.mark.parametrize("seconds", [120, 30])
def test_transaction_that_nobody_commits_is_dropped(seconds: int) -> None:
    clock = MovableClock()
    with SimulatedBigIP(Switches(transaction_timeout=seconds), clock=clock) as device:
        report = asked(device, "transaction-timeout", "transaction", "transaction-expiry")
        assert device.engine.transactions.show_all() == []
    assert entry(report, "transaction-timeout").findings == {"transaction_timeout": seconds}
    expired = entry(report, "transaction-expiry")
    assert dict(expired.findings) == {"transaction_expires": "yes"}
    assert expired.texts["transaction_missing"].message == "Missing transaction ID for this call."
    assert len(expired.exchanges) == 1  # a look may be a use
    assert seconds < clock.moved <= seconds + 5


def test_transaction_that_stays_is_found_and_dropped() -> None:
    with SimulatedBigIP(Switches(transaction_expires=False), clock=MovableClock()) as device:
        report = asked(device, "transaction-timeout", "transaction-expiry")
        assert device.engine.transactions.show_all() == []
    assert entry(report, "transaction-expiry").findings == {"transaction_expires": "no"}


def test_transaction_that_waits_for_long_is_not_waited_for() -> None:
    clock = MovableClock()
    with SimulatedBigIP(Switches(transaction_timeout=300), clock=clock) as device:
        found = entry(asked(device, "transaction-timeout", "transaction-expiry"), "transaction-expiry")
        assert device.engine.transactions.show_all() == []
    assert (found.outcome, clock.moved) == (Outcome.NOT_ASKED, 0)
    assert found.because == "a transaction waits longer for a commit than a probe does"


def test_expiry_is_not_asked_without_a_transaction() -> None:
    with SimulatedBigIP() as device:
        found = entry(asked(device, "transaction-expiry"), "transaction-expiry")
    assert found.outcome is Outcome.NOT_ASKED
