"""Words of findings, beside runs over simulated BIG-IPs of which they are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.probe.explaining.facts.every import FACTS
from sectigo_f5.simulator import Switches
from tests.support.names import BOTH_KEYS, ONLY_EC
from tests.support.spread import spread
from tests.support.world import bigip

REFUSED = {  # foreseen, and no run can do anything about it
    *(("role", role) for role in ("certificate-manager", "manager", "guest")),
    ("ha", "standby"),
    ("ec_only", "no"),
}
FAILING = {  # unforeseen, and an enrolment meets it; what is not here shows elsewhere: in a deletion, say
    ("attachment", "rejected"),
    ("certificate_checksum", "other"),
    ("digit_first_certificates", "rejected"),
    ("profile_with_passphrase", "rejected"),
    ("rsa_and_ec", "rejected"),
    ("transaction_commit", "rejected"),
}
JOBS: dict[str, dict[str, Any]] = {  # that meet a finding
    "rsa_and_ec": {"keys": BOTH_KEYS},
    "two_of_a_kind": {"keys": BOTH_KEYS},
    "digit_first_certificates": {"common_name": "7x.example.com"},
    "digit_first_names": {"common_name": "7x.example.com"},
}


@dataclass(frozen=True)
class Side:
    """A word that is no default of the simulated BIG-IP, and whether a run ends in an error."""

    finding: str
    word: str
    value: Any
    fails: bool

    def __str__(self) -> str:
        return f"{self.finding} {self.word}"


def sides() -> Iterator[Side]:
    """Yield every word for which a simulated BIG-IP has a switch, but its default."""
    switches = {switch.name: switch for switch in fields(Switches)}
    for row in (row for fact in FACTS for row in fact.rows if row.finding in switches):
        choices = switches[row.finding].metadata.get("choices") or ()
        words = {{True: "yes", False: "no"}.get(value, value): value for value in choices}
        for word in words.keys() & row.words.keys():
            of = row.finding, word
            if words[word] != switches[row.finding].default and (of in FAILING or not row.words[word].unforeseen):
                yield Side(*of, words[word], of in REFUSED | FAILING)


SIDES = sorted(sides(), key=str)


@pytest.mark.parametrize("side", spread(SIDES, days=8), ids=str)
def test_a_run_fails_only_for_a_word_that_is_unforeseen_or_says_so(side: Side, tmp_path: Path) -> None:
    with bigip(tmp_path, **{side.finding: side.value}) as world:
        result = world.one(world.job(**{"keys": ONLY_EC, **JOBS.get(side.finding, {})}))
    assert bool(result.error) is side.fails, result.error


@pytest.mark.parametrize(("patch", "fails"), [("replaces", False), ("adds", True)])
def test_a_kind_of_key_can_be_dropped_only_if_a_patch_replaces_pairs(patch: str, fails: bool, tmp_path: Path) -> None:
    with bigip(tmp_path, cert_key_chain_patch=patch) as world:
        assert world.one(world.job(keys=BOTH_KEYS)).error is None
        world.wait(hours=1)
        assert bool(world.one(world.job(keys=ONLY_EC)).error) is fails


def test_words_of_most_findings_are_run() -> None:
    assert len({side.finding for side in SIDES}) > 40
    assert {(side.finding, side.word) for side in SIDES} >= REFUSED
