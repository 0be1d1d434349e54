"""The questions about iRules for challenges, and about server SSL profiles."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.probe.bench import NotAskedError, RefusedError
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probe_pairs import Asked, asked

RULES, TRANSACTION, SERVER_SSL = "/ltm/rule", "/tm/transaction", "/profile/server-ssl"
REFUSED = "error:400:01070151:3: Rule error"


def found(question: str, *faults: Fault, complete: bool = True, **switches: Any) -> Asked:
    with SimulatedBigIP(Switches(**switches)) as device:
        for fault in faults:
            device.fault(fault)
        return asked(device, question, complete=complete)


@pytest.mark.parametrize("partition", ["Common", "Shop"])
def test_challenge_rule_is_attached_and_removed(partition: str) -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        given = asked(device, "challenge-rule", partition)
    assert given.findings == {"challenge_rule": "works", "challenge_rule_removal": "works"}


def test_challenge_rule_that_is_refused_is_found_so() -> None:
    given = found("challenge-rule", Fault("POST", RULES, action=REFUSED), complete=False)
    assert (given.findings, given.error) == ({"challenge_rule": "rejected"}, None)


def test_refused_removal_of_a_challenge_rule_is_found_and_mended() -> None:
    given = found("challenge-rule", Fault("PATCH", TRANSACTION, action=REFUSED))
    assert given.findings == {"challenge_rule": "works", "challenge_rule_removal": "rejected"}


def test_challenge_rule_of_a_user_who_may_make_none_is_refused() -> None:
    given = found("challenge-rule", Fault("POST", RULES, action="error:403:access denied"), complete=False)
    assert (given.findings, type(given.error)) == ({}, RefusedError)


def test_server_ssl_profile_takes_a_pair() -> None:
    assert found("server-ssl").findings == {"server_ssl": "works"}
    given = found("server-ssl", Fault("PATCH", SERVER_SSL, action="error:400:01070313:3: Error reading key"))
    assert given.findings == {"server_ssl": "rejected"}


def test_server_ssl_is_not_asked_without_a_pair() -> None:
    with SimulatedBigIP() as device:
        given = asked(device, "server-ssl", pairs=(), complete=False)
    assert isinstance(given.error, NotAskedError)


@pytest.mark.parametrize("action", ["garbage", "empty"])
def test_answer_that_was_cut_short_is_no_finding(action: str) -> None:
    given = found("challenge-rule", Fault("PATCH", "/ltm/virtual/", action=action), complete=False)
    assert (given.findings, type(given.error)) == ({}, OutcomeUnknownError)
