"""A ``STATE_DIR`` that cannot be written: no site goes down for it, nobody is deceived, and nothing is "a bug".

A file or directory in the way stands for a full disk, a read-only one and one that is somebody else's:
each is an ``OSError``, and this one root meets as well.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

import pytest

from sectigo_f5 import fleet, workflow
from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.model import KeySpec, Outcome, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.state.history import LastResult
from tests.support.console import Console
from tests.support.world import World

EC = (KeySpec("ecdsa", "secp256r1"),)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.WARNING, logger="sectigo_f5"):
        yield caplog


def in_the_way(world: World, name: str) -> None:
    path = world.state.path / name
    path.write_text("")


def results_in_the_way(world: World) -> None:
    (world.state.path / "results.json").unlink(missing_ok=True)
    (world.state.path / "results.json").mkdir()


def enrol(world: World) -> Result:
    return world.one(world.job(keys=EC))


def test_an_issued_certificate_goes_into_service_without_its_copy(world: World, told: pytest.LogCaptureFixture) -> None:
    in_the_way(world, "certificates")
    result = enrol(world)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)
    assert "no copy of the certificate is kept, so `revoke`, OCSP and ARI will not work for it: " in told.text
    assert "make room, or correct its owner and rights" in told.text
    assert enrol(world).outcome is Outcome.KEPT
    world.wait(days=65)
    assert enrol(world).outcome is Outcome.RENEWED


def test_the_mark_of_what_is_not_saved_is_no_reason_not_to_renew(world: World, told: pytest.LogCaptureFixture) -> None:
    in_the_way(world, "unsaved")
    result = enrol(world)
    assert (result.outcome, world.device.saved_is_current) == (Outcome.ENROLLED, True)
    assert "if this run dies before it saves the BIG-IP's configuration, no later run will save it: " in told.text


def test_a_history_that_cannot_be_written_costs_the_history_alone(world: World) -> None:
    enrol(world)
    console = Console(world)
    results_in_the_way(world)
    said = console.say("run")
    assert (said.code, "kept        www.example.com@bigip-sim" in said.out) == (0, True)
    assert f"WARNING run: {world.state.path / 'results.json'} cannot be written (" in said.log
    assert "bug" not in said.log


def test_a_roll_back_that_cannot_be_noted_is_refused_before_anything_is_changed(world: World) -> None:
    """The next run would undo it at once, and the operator would find out from the clients."""
    enrol(world)
    world.wait(days=1)
    second = world.one(world.job(keys=EC), force=True)
    console, wrote = Console(world), len(world.device.writes())
    results_in_the_way(world)
    said = console.say("rollback", "--only", "www.example.com")
    assert said.code == 1
    assert "nothing was changed, because the next run would undo it: " in said.out
    assert "results.json cannot be written (Is a directory); make room, or correct its owner and rights" in said.out
    assert world.device.writes()[wrote:] == []
    assert world.seen_by_client().serial == second.serial


def test_a_revocation_that_cannot_be_noted_has_happened_all_the_same(
    world: World, told: pytest.LogCaptureFixture
) -> None:
    first = enrol(world)
    folder = world.state.path / "certificates" / "bigip-sim" / "www.example.com"
    (copy,) = [path for path in folder.glob("*.pem") if "chain" not in path.name]
    copy.with_suffix(".revoked").mkdir()
    result = world.one(world.job(keys=EC), work=partial(revoke_in_service, reason="superseded"))
    assert (result.outcome, result.serial, len(world.authority.revoked)) == (Outcome.REVOKED, first.serial, 1)
    assert "replace the certificate by `start_acme.py run --force --only www.example.com@bigip-sim`" in told.text


@pytest.mark.parametrize("command", [("run",), ("revoke", "--only", "*", "--yes"), ("rollback", "--only", "*")])
def test_a_lock_that_cannot_be_opened_is_said_in_one_line(world: World, command: tuple[str, ...]) -> None:
    (world.state.path / "lock").mkdir()
    said = Console(world).say(*command)
    assert said.code == 2
    assert f"the lock {world.state.path / 'lock'} cannot be opened (Is a directory); run as its owner, or" in said.log
    assert "bug" not in said.log


def test_reading_commands_need_no_lock(world: World) -> None:
    (world.state.path / "lock").mkdir()
    assert Console(world).say("plan").code == 0


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\xff"])
@pytest.mark.parametrize("which", ["certificate", "chain"])
def test_a_damaged_copy_is_as_good_as_none(
    world: World, which: str, content: str, told: pytest.LogCaptureFixture
) -> None:
    first = enrol(world)
    for path in (world.state.path / "certificates").rglob("*.pem"):
        if ("chain" in path.name) == (which == "chain"):
            path.write_text(content, encoding="latin-1")
    kept = world.one(world.job(keys=EC, revocation_check=True))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)
    if content or which == "certificate":
        assert "has no copy under STATE_DIR/certificates" in told.text


@pytest.mark.parametrize("content", ["", "[]", "{", '{"www.example.com@bigip-sim": {"surprise": 1}}', '{"x": 3}'])
def test_a_damaged_history_starts_anew(world: World, content: str) -> None:
    enrol(world)
    (world.state.path / "results.json").write_text(content)
    assert enrol(world).outcome is Outcome.KEPT
    assert world.state.history.results()["www.example.com@bigip-sim"].result == "kept"


# -- what is remembered ----------------------------------------------------------------------------


def last(world: World) -> LastResult:
    return world.state.history.results()["www.example.com@bigip-sim"]


def test_since_when_something_fails(world: World) -> None:
    first = enrol(world)
    world.device.fault(Fault(method="POST", path="login", times=2, action="error:401:no"))
    world.wait(days=1)
    began = f"{world.now:%Y-%m-%dT%H:%M:%SZ}"
    assert enrol(world).outcome is Outcome.FAILED
    world.wait(days=1)
    assert enrol(world).outcome is Outcome.FAILED
    failing = last(world)
    assert (failing.result, failing.since, failing.at) == ("failed", began, f"{world.now:%Y-%m-%dT%H:%M:%SZ}")
    assert (failing.serial, failing.not_after) == (first.serial, f"{first.not_after:%Y-%m-%dT%H:%M:%SZ}")
    world.wait(days=1)
    assert enrol(world).outcome is Outcome.KEPT
    assert (last(world).since, last(world).error) == (last(world).at, None)


def test_a_certificate_that_was_skipped_keeps_what_was_known_of_it(world: World) -> None:
    enrol(world)
    before, run = last(world), world.run_of(world.job(keys=EC))
    run.stop.set()
    world.wait(days=1)
    (skipped,) = fleet.on_every_device(run, [world.job(keys=EC)], workflow.keep_alive, 1)
    world.state.history.record([skipped], world.now)
    assert (skipped.outcome, last(world)) == (Outcome.SKIPPED, before)
