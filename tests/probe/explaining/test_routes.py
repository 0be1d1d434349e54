"""Routes to a key and its CSR: what an explanation says is what a run over such a device does."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import KeySpec
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.explaining.routes import KINDS, Route, route
from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.names import EC, EC_384
from tests.support.probing import asked
from tests.support.spread import spread
from tests.support.world import World, bigip

FOUND = {  # on a device as it is by default
    **{question: {"native_password_keys": "works"} for question in KINDS.values()},
    "csr-with-key": {"csr_with_key": "works", "csr_with_key_in_answer": "no", "csr_name": "as-the-key"},
    "csr-of-key": {"csr_for_password_keys": "works", "csr_pem_in_answer": "no"},
    "csr-reading": {"csr_by_tmsh": "works", "csr_by_file": "works"},
    "key-by-openssl": {"openssl_route": "works", "openssl_protected": "yes"},
}
NO_SHELL = {"csr-reading": {"csr_by_tmsh": "rejected"}, "key-by-openssl": {"openssl_route": "rejected"}}
NO_WAY_TO_READ = {**NO_SHELL, "csr-reading": {"csr_by_tmsh": "rejected", "csr_by_file": "rejected"}}
NO_NATIVE = {question: {"native_password_keys": "rejected"} for question in KINDS.values()}
APART = {"csr-with-key": {"csr_with_key": "rejected"}}


@dataclass(frozen=True)
class Case:
    """A simulated device, what a report of it differs in, and the route."""

    route: Route
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    switches: dict[str, Any] = field(default_factory=dict)
    key: KeySpec = EC


CASES = {
    "by default": Case(Route.TOGETHER),
    "without a shell": Case(Route.TOGETHER, NO_SHELL, {"bash": False}),
    "with the CSR in the answer, and no way to read it": Case(
        Route.TOGETHER,
        {**NO_WAY_TO_READ, "csr-with-key": {"csr_with_key_in_answer": "yes"}},
        {"bash": False, "unix_tools": False, "csr_pem_in_answer": True},
    ),
    "without a way to read a CSR": Case(Route.UNREADABLE, NO_WAY_TO_READ, {"bash": False, "unix_tools": False}),
    "without CSRs in the call that makes the key": Case(Route.APART, APART, {"csr_with_key": "rejected"}),
    "without any CSR of a protected key": Case(
        Route.OPENSSL,
        {**APART, "csr-of-key": {"csr_for_password_keys": "rejected"}},
        {"csr_with_key": "rejected", "csr_for_password_keys": "rejected"},
    ),
    "without protected keys": Case(Route.OPENSSL, NO_NATIVE, {"native_password_keys": "rejected"}),
    "with keys that are not protected": Case(
        Route.OPENSSL,
        {question: {"native_password_keys": "silently-normal"} for question in KINDS.values()},
        {"native_password_keys": "silently-normal"},
    ),
    "without protected keys, and without a shell": Case(
        Route.NONE, {**NO_NATIVE, **NO_SHELL}, {"native_password_keys": "rejected", "bash": False}
    ),
    "with one curve alone": Case(
        Route.OPENSSL,
        {"key-p384": {"key_as_asked": "no", "curve_name": "ignored"}},
        {"curve_name": "ignored"},
        key=EC_384,
    ),
}


def findings(more: dict[str, dict[str, str]]) -> Findings:
    entries = [Entry(name, Outcome.ANSWERED, findings=FOUND.get(name, {}) | more.get(name, {})) for name in FOUND]
    return Findings(Report("2.0.0", "Common", Release(), tuple(entries)))


def taken(world: World, key: KeySpec) -> Route:
    """Return which route a run took, as the calls that it sent tell."""
    error = world.one(world.job(keys=(key,))).error
    if error:
        return Route.UNREADABLE if "the CSR cannot be read" in error else Route.NONE
    done = [call.path for call in world.device.writes() if call.status == HTTPStatus.OK]
    if any(path.endswith(".pass") for path in done):
        return Route.OPENSSL
    return Route.APART if any(path.endswith("/sys/crypto/csr") for path in done) else Route.TOGETHER


@pytest.mark.parametrize("name", CASES)
def test_route_of_an_explanation_is_the_one_that_a_run_takes(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    question = KINDS[str(case.key)]
    assert route(findings(case.found), question) is case.route
    with bigip(tmp_path, **case.switches) as world:
        assert taken(world, case.key) is case.route


@pytest.mark.parametrize("name", spread(CASES, days=4))
def test_route_of_an_explanation_is_found_by_a_probe(name: str) -> None:
    case = CASES[name]
    with SimulatedBigIP(Switches(**case.switches)) as device:
        report = asked(device, KINDS[str(case.key)], *(FOUND.keys() - KINDS.values()))
    assert route(Findings(report), KINDS[str(case.key)]) is case.route


@pytest.mark.parametrize("missing", ["key-p256", "csr-reading"])
def test_a_route_that_rests_on_an_unanswered_question_is_not_known(missing: str) -> None:
    entries = [Entry(name, Outcome.ANSWERED, findings=FOUND[name]) for name in FOUND if name != missing]
    assert route(Findings(Report("2.0.0", "Common", Release(), tuple(entries))), "key-p256") is Route.UNKNOWN


def test_a_key_of_openssl_that_is_not_protected_is_no_route() -> None:
    found = findings({**NO_NATIVE, "key-by-openssl": {"openssl_protected": "no"}})
    assert {route(found, question) for question in KINDS.values()} == {Route.NONE}


def test_a_csr_under_an_unknown_name_is_made_apart() -> None:
    found = findings({"csr-with-key": {"csr_name": "other"}})
    assert {route(found, question) for question in KINDS.values()} == {Route.APART}
