"""``revoke`` revokes the certificate in service with the account key, after a question; the next run replaces it."""

from __future__ import annotations

import contextlib
import logging
import os
import pty
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.options import Options
from sectigo_f5.commands.revoke import revoke as revoke_command
from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.commands.session import Session
from sectigo_f5.model import Account, Configuration, Job, Outcome, Result, Settings
from sectigo_f5.simulator import Fault
from tests.support.console import Console, Output
from tests.support.issuing import new_leaf, pem
from tests.support.names import BOTH_KEYS, ONLY_EC, PROFILE_URL
from tests.support.world import World

REFUSED_LOGIN = Fault(method="POST", path="login", times=99, action="error:401:no")


def enrol(world: World, **changes: Any) -> Result:
    result = world.one(world.job(**{"keys": ONLY_EC, **changes}))
    assert result.error is None
    return result


def revoke(world: World, reason: str = "superseded", **changes: Any) -> Result:
    return world.one(world.job(**{"keys": ONLY_EC, **changes}), work=partial(revoke_in_service, reason=reason))


def command(world: World, *jobs: Job) -> tuple[int, list[dict[str, Any]]]:
    """Run the whole command with the CA of this process; return its exit code and the recorded results."""
    options = Options(jobs=2, only=("*",), reason="keycompromise", yes=True)
    settings = Settings(Account("https://ca.example/"), "INFO", Path("log"), world.state.path)
    run = world.run_of(*jobs)
    code = revoke_command(Session(options, settings, Configuration(jobs), jobs, run, world.now))
    return code, [vars(result) for result in world.state.history.results().values()]


def copies(world: World) -> list[Path]:
    return sorted((world.state.path / "certificates").rglob("*.pem"))


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        yield caplog


# -- the certificate in service --------------------------------------------------------------------


def test_a_revoked_certificate_is_served_until_the_next_run_replaces_it(world: World) -> None:
    first = enrol(world)
    before = len(world.device.writes())
    result = revoke(world)
    assert (result.outcome, result.serial) == (Outcome.REVOKED, first.serial)
    assert result.reason == "revoked at the CA (superseded); it is served until the next run replaces it"
    assert world.authority.revoked == [pem(world.authority.issued[0])]
    assert world.device.writes()[before:] == []
    assert world.seen_by_client().serial == first.serial
    replaced = world.one(world.job(keys=ONLY_EC))
    assert (replaced.outcome, replaced.serial != first.serial) == (Outcome.REPLACED, True)
    assert replaced.reason == "the certificate was revoked: superseded (start_acme.py revoke)"
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.KEPT


def test_the_certificate_in_service_after_a_rollback_is_revoked(world: World) -> None:
    first = enrol(world)
    world.wait(days=1)
    world.one(world.job(keys=ONLY_EC), force=True)
    world.one(world.job(keys=ONLY_EC), work=roll_back)
    assert revoke(world).serial == first.serial
    assert world.authority.revoked == [pem(world.authority.issued[0])]


def test_both_certificates_of_two_keys_are_revoked(world: World) -> None:
    enrol(world, keys=BOTH_KEYS)
    assert revoke(world, keys=BOTH_KEYS).outcome is Outcome.REVOKED
    assert set(world.authority.revoked) == {pem(certificate) for certificate in world.authority.issued}


def test_a_refusal_of_the_ca_leaves_everything_as_it_was(world: World) -> None:
    first = enrol(world)
    world.authority.refusal = "the certificate was not revoked: unauthorized; is it another account's?"
    assert "unauthorized" in str(revoke(world).error)
    world.authority.refusal = None
    kept = world.one(world.job(keys=ONLY_EC))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)


def test_a_certificate_that_is_not_in_service_cannot_be_revoked(world: World) -> None:
    assert "serves no certificate of ours; run `start_acme.py run` first" in str(revoke(world).error)


# -- without a copy --------------------------------------------------------------------------------


def test_a_missing_copy_prevents_revocation_and_names_the_remedy(world: World) -> None:
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
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    world.device.add_certificate(entry["cert"], pem(other))
    assert f"there is no copy of serial {other.serial_number:x}" in str(revoke(world).error)
    assert world.authority.revoked == []


def test_a_missing_copy_of_one_key_does_not_prevent_revoking_the_other(world: World) -> None:
    enrol(world, keys=BOTH_KEYS)
    rsa, ecdsa = world.authority.issued
    for path in copies(world):
        if "ecdsa" in path.name:
            path.unlink()
    result = revoke(world, keys=BOTH_KEYS)
    assert f"there is no copy of serial {ecdsa.serial_number:x}" in str(result.error)
    assert f"serial {rsa.serial_number:x} is revoked" in str(result.error)
    assert world.authority.revoked == [pem(rsa)]
    assert world.one(world.job(keys=BOTH_KEYS)).outcome is Outcome.REPLACED


def test_a_failed_revocation_does_not_prevent_the_next_one(world: World) -> None:
    world.add_virtual_server("/Common/vs_shop")
    lost = world.job(keys=ONLY_EC)
    shop = world.job("shop.example.com", keys=ONLY_EC, virtual_servers=("/Common/vs_shop",))
    world.go(lost, shop)
    for path in copies(world):
        if "www.example.com" in str(path):
            path.unlink()
    code, last = command(world, lost, shop)
    assert (code, [result["result"] for result in last]) == (1, ["revoked", "failed"])


# -- a device that cannot be asked -----------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [REFUSED_LOGIN, Fault(method="POST", path="login", times=99, action="drop")], ids=["login", "down"]
)
def test_a_device_that_is_down_does_not_prevent_revocation(
    world: World, fault: Fault, log: pytest.LogCaptureFixture
) -> None:
    """The last run recorded what was in service, and STATE_DIR has the copy."""
    enrol(world)
    world.wait(days=1)
    second = world.one(world.job(keys=ONLY_EC), force=True)
    world.device.fault(fault)
    world.wait(days=1)
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.FAILED
    code, (last,) = command(world, world.job(keys=ONLY_EC))
    assert (code, last["result"], last["serial"]) == (0, "revoked", second.serial)
    assert "without asking the BIG-IP: what was in service at " in last["reason"]
    assert world.authority.revoked == [pem(world.authority.issued[-1])]
    assert f"found in service there: serial {second.serial}" in log.text


def test_a_certificate_revoked_while_the_device_was_down_is_replaced(world: World) -> None:
    enrol(world, keys=BOTH_KEYS)
    world.device.fault(replace(REFUSED_LOGIN, times=1))
    assert command(world, world.job(keys=BOTH_KEYS))[0] == 0
    assert len(world.authority.revoked) == 2
    assert world.one(world.job(keys=BOTH_KEYS)).outcome is Outcome.REPLACED


def test_a_certificate_that_no_run_recorded_is_not_revoked(world: World) -> None:
    first = enrol(world)
    (world.state.path / "results.json").unlink()
    world.device.fault(REFUSED_LOGIN)
    code, (last,) = command(world, world.job(keys=ONLY_EC))
    assert (code, last["result"], world.authority.revoked) == (1, "failed", [])
    assert "and no run has recorded which certificate is in service there, so none was revoked" in last["error"]
    assert f"copies here: {first.serial} of {world.now:%Y-%m-%d}" in last["error"]


def test_a_stopped_run_revokes_nothing_more(world: World) -> None:
    enrol(world)
    job = world.job(keys=ONLY_EC)
    options = Options(jobs=1, quiet=True, only=("*",), yes=True)
    settings = Settings(Account("https://ca.example/"), "INFO", Path("log"), world.state.path)
    run = world.run_of(job)
    run.stop.request("stopped by a test")
    revoke_command(Session(options, settings, Configuration((job,)), (job,), run, world.now))
    assert world.authority.revoked == []


# -- the question ----------------------------------------------------------------------------------


@contextlib.contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard input a terminal; yields the end for typing."""
    master, slave = pty.openpty()
    with open(slave, encoding="utf-8") as typed, monkeypatch.context() as patched:  # noqa: PTH123  # a descriptor
        patched.setattr(sys, "stdin", typed)
        yield master
    os.close(master)


QUESTION = "Really revoke the certificate in service of www.example.com@bigip-sim? This cannot be undone. [y/N]"
REVOKE = ("revoke", "--only", "www.example.com")


@pytest.mark.parametrize("answer", [b"\n", b"n\n", b"what?\n", b"\x04"])
def test_an_answer_other_than_yes_revokes_nothing(world: World, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    enrol(world)
    console, before = Console(world), len(world.device.journal)
    with terminal(monkeypatch) as typing:
        os.write(typing, answer)
        output = console.say(*REVOKE)
    assert (output.code, output.out) == (2, "")
    assert QUESTION in output.log
    assert "nothing was revoked" in output.log
    assert len(world.device.journal) == before


def test_ctrl_c_at_the_question_revokes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(world)
    console = Console(world)

    def press() -> None:
        deadline = time.monotonic() + 20
        while "1 read" not in _log(world) and time.monotonic() < deadline:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with terminal(monkeypatch), ThreadPoolExecutor() as pool:
        pool.submit(press)
        output = console.say(*REVOKE)
    assert (output.code, output.out) == (2, "")
    assert "nothing was revoked" in output.log
    assert "Traceback" not in output.log


def test_the_answer_yes_continues_to_the_ca(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CA does not answer here; end_to_end has a real one."""
    enrol(world)
    console = Console(world)
    with terminal(monkeypatch) as typing:
        os.write(typing, b"y\n")
        output = console.say(*REVOKE)
    assert output.code == 1
    assert "ACME_SERVER https://127.0.0.1:1/directory cannot be reached" in output.out


def test_a_script_must_confirm_with_the_option_yes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(world)
    with Path(os.devnull).open() as nobody, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", nobody)
        output = Console(world).say(*REVOKE)
    assert (output.code, "needs confirmation: add --yes" in output.log) == (2, True)


def test_an_unanswered_question_does_not_hold_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal left open on a Friday must not keep certificates from renewing until Monday."""
    enrol(world)
    console, outputs = Console(world), list[Output]()
    with terminal(monkeypatch) as typing:
        asking = threading.Thread(target=lambda: outputs.append(console.say(*REVOKE)))
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
    assert [output.code for output in outputs] == [2]


def _log(world: World) -> str:
    file = world.folder / "start_acme.log"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize("which", ["revoke", "rollback"])
def test_a_command_without_the_option_only_is_refused(world: World, which: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        Console(world).say(which)


@pytest.mark.parametrize("which", ["revoke", "rollback", "run", "plan", "status", "check"])
def test_an_unmatched_only_pattern_lists_the_configured_certificates(world: World, which: str) -> None:
    output = Console(world).say(which, "--only", "ww.example.com")
    assert (output.code, output.out) == (2, "")
    assert "--only 'ww.example.com' matches no certificate; did you mean" in output.log
    assert "configured: www.example.com@bigip-sim" in output.log
    assert world.device.journal == []
