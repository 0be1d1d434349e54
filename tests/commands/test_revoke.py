"""``revoke``: what is in service, by the account's key; asked for, said, and known to the next run."""

from __future__ import annotations

import contextlib
import logging
import os
import pty
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.revoke import revoke as revoke_command
from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.commands.session import Options, Session
from sectigo_f5.model import Account, Configuration, Job, KeySpec, Outcome, Result, Settings
from sectigo_f5.simulator import Fault
from tests.support.console import Console, Said
from tests.support.issuing import new_leaf, pem
from tests.support.world import World

EC, BOTH = (KeySpec("ecdsa", "secp256r1"),), (KeySpec("rsa", "2048"), KeySpec("ecdsa", "secp256r1"))
REFUSED_LOGIN = Fault(method="POST", path="login", times=99, action="error:401:no")


def enrol(world: World, **changes: Any) -> Result:
    result = world.one(world.job(**{"keys": EC, **changes}))
    assert result.error is None
    return result


def revoke(world: World, reason: str = "superseded", **changes: Any) -> Result:
    return world.one(world.job(**{"keys": EC, **changes}), work=partial(revoke_in_service, reason=reason))


def command(world: World, *jobs: Job) -> tuple[int, list[dict[str, Any]]]:
    """Do the whole command with the CA of this process; returns its exit code and what is remembered of it."""
    options = Options(jobs=2, only=("*",), reason="keycompromise", yes=True)
    settings = Settings(Account("https://ca.example/"), "INFO", Path("log"), world.state.path)
    run = world.run_of(*jobs)
    code = revoke_command(Session(options, settings, Configuration(jobs), jobs, run, world.now))
    return code, [vars(found) for found in world.state.history.results().values()]


def copies(world: World) -> list[Path]:
    return sorted((world.state.path / "certificates").rglob("*.pem"))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        yield caplog


# -- the certificate in service ----------------------------------------------------------------------


def test_what_is_in_service_is_revoked_served_meanwhile_and_replaced_by_the_next_run(world: World) -> None:
    first = enrol(world)
    before = len(world.device.writes())
    result = revoke(world)
    assert (result.outcome, result.serial) == (Outcome.REVOKED, first.serial)
    assert result.reason == "revoked at the CA (superseded); it is served until the next run replaces it"
    assert world.authority.revoked == [pem(world.authority.issued[0])]
    assert world.device.writes()[before:] == []
    assert world.seen_by_client().serial == first.serial
    replaced = world.one(world.job(keys=EC))
    assert (replaced.outcome, replaced.serial != first.serial) == (Outcome.REPLACED, True)
    assert replaced.reason == "the certificate was revoked: superseded (start_acme.py revoke)"
    assert world.one(world.job(keys=EC)).outcome is Outcome.KEPT


def test_after_a_roll_back_the_one_that_serves_is_revoked(world: World) -> None:
    first = enrol(world)
    world.wait(days=1)
    world.one(world.job(keys=EC), force=True)
    world.one(world.job(keys=EC), work=roll_back)
    assert revoke(world).serial == first.serial
    assert world.authority.revoked == [pem(world.authority.issued[0])]


def test_both_certificates_of_two_keys(world: World) -> None:
    enrol(world, keys=BOTH)
    assert revoke(world, keys=BOTH).outcome is Outcome.REVOKED
    assert set(world.authority.revoked) == {pem(found) for found in world.authority.issued}


def test_a_ca_that_refuses_leaves_everything_as_it_was(world: World) -> None:
    first = enrol(world)
    world.authority.refusal = "the certificate was not revoked: unauthorized; is it another account's?"
    assert "unauthorized" in str(revoke(world).error)
    world.authority.refusal = None
    kept = world.one(world.job(keys=EC))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)


def test_nothing_of_ours_in_service(world: World) -> None:
    assert "serves no certificate of ours; run `start_acme.py run` first" in str(revoke(world).error)


# -- without a copy ----------------------------------------------------------------------------------


def test_without_its_copy_it_says_what_it_cannot_do(world: World) -> None:
    first = enrol(world)
    for path in copies(world):
        path.unlink()
    result = revoke(world)
    assert result.outcome is Outcome.FAILED
    assert f"there is no copy of serial {first.serial} under STATE_DIR/certificates" in str(result.error)
    assert "revoke it in Sectigo Certificate Manager, then run `start_acme.py run --force --only " in str(result.error)
    assert world.authority.revoked == []


def test_the_copy_of_another_certificate_is_not_revoked_in_its_place(world: World) -> None:
    enrol(world)
    other = new_leaf(world.authority.issuer, world.authority.issued[0], "www.example.com", begins=world.now)
    (entry,) = world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl")["certKeyChain"]
    world.device.add_certificate(entry["cert"], pem(other))
    assert f"there is no copy of serial {other.serial_number:x}" in str(revoke(world).error)
    assert world.authority.revoked == []


def test_of_two_the_one_with_a_copy_is_revoked_and_the_other_told(world: World) -> None:
    enrol(world, keys=BOTH)
    rsa, ecdsa = world.authority.issued
    for path in copies(world):
        if "ecdsa" in path.name:
            path.unlink()
    result = revoke(world, keys=BOTH)
    assert f"there is no copy of serial {ecdsa.serial_number:x}" in str(result.error)
    assert f"serial {rsa.serial_number:x} is revoked" in str(result.error)
    assert world.authority.revoked == [pem(rsa)]
    assert world.one(world.job(keys=BOTH)).outcome is Outcome.REPLACED


def test_one_that_cannot_be_revoked_does_not_keep_the_next_from_it(world: World) -> None:
    world.add_virtual_server("/Common/vs_shop")
    lost = world.job(keys=EC)
    shop = world.job("shop.example.com", keys=EC, virtual_servers=("/Common/vs_shop",))
    world.go(lost, shop)
    for path in copies(world):
        if "www.example.com" in str(path):
            path.unlink()
    code, last = command(world, lost, shop)
    assert (code, [found["result"] for found in last]) == (1, ["revoked", "failed"])


# -- a device that cannot be asked -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [REFUSED_LOGIN, Fault(method="POST", path="login", times=99, action="drop")], ids=["login", "down"]
)
def test_a_device_that_is_down_does_not_keep_a_stolen_key_valid(
    world: World, fault: Fault, told: pytest.LogCaptureFixture
) -> None:
    """What the last run found in service is known here, and the copy is here."""
    enrol(world)
    world.wait(days=1)
    second = world.one(world.job(keys=EC), force=True)
    world.device.fault(fault)
    world.wait(days=1)
    assert world.one(world.job(keys=EC)).outcome is Outcome.FAILED
    code, (last,) = command(world, world.job(keys=EC))
    assert (code, last["result"], last["serial"]) == (0, "revoked", second.serial)
    assert "without asking the BIG-IP: what was in service at " in last["reason"]
    assert world.authority.revoked == [pem(world.authority.issued[-1])]
    assert f"found in service there: serial {second.serial}" in told.text


def test_the_next_run_replaces_what_was_revoked_while_the_device_was_down(world: World) -> None:
    enrol(world, keys=BOTH)
    world.device.fault(replace(REFUSED_LOGIN, times=1))
    assert command(world, world.job(keys=BOTH))[0] == 0
    assert len(world.authority.revoked) == 2
    assert world.one(world.job(keys=BOTH)).outcome is Outcome.REPLACED


def test_what_no_run_has_told_is_not_guessed(world: World) -> None:
    first = enrol(world)
    (world.state.path / "results.json").unlink()
    world.device.fault(REFUSED_LOGIN)
    code, (last,) = command(world, world.job(keys=EC))
    assert (code, last["result"], world.authority.revoked) == (1, "failed", [])
    assert "and no run has recorded which certificate is in service there, so none was revoked" in last["error"]
    assert f"copies here: {first.serial} of {world.now:%Y-%m-%d}" in last["error"]


def test_a_run_that_was_told_to_stop_revokes_nothing_more(world: World) -> None:
    enrol(world)
    job = world.job(keys=EC)
    options = Options(jobs=1, quiet=True, only=("*",), yes=True)
    settings = Settings(Account("https://ca.example/"), "INFO", Path("log"), world.state.path)
    run = world.run_of(job)
    run.stop.set()
    revoke_command(Session(options, settings, Configuration((job,)), (job,), run, world.now))
    assert world.authority.revoked == []


# -- the question ------------------------------------------------------------------------------------


@contextlib.contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard input a terminal; yields the end where somebody types."""
    master, slave = pty.openpty()
    with open(slave, encoding="utf-8") as typed, monkeypatch.context() as patched:  # noqa: PTH123  # a descriptor
        patched.setattr(sys, "stdin", typed)
        yield master
    os.close(master)


QUESTION = "Really revoke the certificate in service of www.example.com@bigip-sim? This cannot be undone. [y/N]"
REVOKE = ("revoke", "--only", "www.example.com")


@pytest.mark.parametrize("answer", [b"\n", b"n\n", b"what?\n", b"\x04"])
def test_anything_but_yes_revokes_nothing(world: World, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    enrol(world)
    console, before = Console(world), len(world.device.journal)
    with terminal(monkeypatch) as typing:
        os.write(typing, answer)
        said = console.say(*REVOKE)
    assert (said.code, said.out) == (2, "")
    assert QUESTION in said.log
    assert "nothing was revoked" in said.log
    assert len(world.device.journal) == before


def test_yes_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as the CA, which is not there: end_to_end has a real one."""
    enrol(world)
    console = Console(world)
    with terminal(monkeypatch) as typing:
        os.write(typing, b"y\n")
        said = console.say(*REVOKE)
    assert said.code == 1
    assert "ACME_SERVER https://127.0.0.1:1/directory cannot be reached" in said.out


def test_a_script_has_to_say_yes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(world)
    with Path(os.devnull).open() as nobody, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", nobody)
        said = Console(world).say(*REVOKE)
    assert (said.code, "needs confirmation: add --yes" in said.log) == (2, True)


def test_a_question_that_nobody_answers_does_not_hold_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal left open on a Friday must not keep certificates from renewing until Monday."""
    enrol(world)
    console, done = Console(world), list[Said]()
    with terminal(monkeypatch) as typing:
        asking = threading.Thread(target=lambda: done.append(console.say(*REVOKE)))
        asking.start()
        try:
            deadline = time.monotonic() + 20
            while "1 read" not in _log(world) and time.monotonic() < deadline:
                time.sleep(0.01)
            with world.state.locked(world.now):
                pass
        finally:
            os.write(typing, b"n\n")
            asking.join()
    assert [said.code for said in done] == [2]


def _log(world: World) -> str:
    file = world.folder / "start_acme.log"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize("which", ["revoke", "rollback"])
def test_it_never_acts_on_everything(world: World, which: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        Console(world).say(which)


@pytest.mark.parametrize("which", ["revoke", "rollback", "run", "plan", "status", "check"])
def test_only_that_matches_nothing_is_said_with_what_there_is(world: World, which: str) -> None:
    said = Console(world).say(which, "--only", "ww.example.com")
    assert (said.code, said.out) == (2, "")
    assert "--only 'ww.example.com' matches no certificate; did you mean" in said.log
    assert "configured: www.example.com@bigip-sim" in said.log
    assert world.device.journal == []
