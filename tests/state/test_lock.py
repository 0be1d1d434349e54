"""The lock: one that cannot be opened, one that a killed run has left held; two runs at once: tests/end_to_end."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from typing import Any

import pytest

from sectigo_f5 import stopping
from sectigo_f5.acme import certbot_program
from sectigo_f5.state.lock import LockedError, locked
from tests.support.acme_directory import acme_directory
from tests.support.console import Console
from tests.support.world import World


@pytest.mark.parametrize("command", [("run",), ("revoke", "--only", "*", "--yes"), ("rollback", "--only", "*")])
def test_a_lock_that_cannot_be_opened_is_a_one_line_error(world: World, command: tuple[str, ...]) -> None:
    (world.state.path / "lock").mkdir()
    done = Console(world).say(*command)
    assert done.code == 2
    assert f"the lock {world.state.path / 'lock'} cannot be opened (Is a directory); run as its owner, or" in done.log
    assert "bug" not in done.log


def test_reading_commands_need_no_lock(world: World) -> None:
    (world.state.path / "lock").mkdir()
    assert Console(world).say("plan").code == 0


def test_a_disk_without_locks_is_not_taken_for_another_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    done = Console(world).say("run")
    assert done.code == 2
    expected = "cannot be locked (No locks available); its file system has no locks; set STATE_DIR to a directory"
    assert f"{world.state.path / 'lock'} {expected}" in done.log


RUN = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from sectigo_f5 import process
from sectigo_f5.state.directory import StateDirectory

state = Path(sys.argv[1])
with StateDirectory(state).locked(datetime.now(timezone.utc)) as lock:
    certbot = f"cd {state.parent}; echo begun > begun; read line < end"
    process.run(["/bin/sh", "-c", certbot], timeout=60, env={}, holds=[lock])
"""


def test_the_certbot_of_a_killed_run_is_waited_for(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A shell stands for Certbot; it ends once somebody writes to a pipe."""
    end, begun = world.state.path.parent / "end", world.state.path.parent / "begun"
    for pipe in (end, begun):
        os.mkfifo(pipe)
    run = subprocess.Popen([sys.executable, "-c", RUN, str(world.state.path)])
    begun.read_text()
    with pytest.raises(LockedError, match=f"another run holds .*: process {run.pid}, started"), hold(world):
        pass
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    left = rf"a run that was killed \(process {run.pid}, started .*\) has left its Certbot at work"
    with pytest.raises(LockedError, match=f"{left}.* still; `fuser -v"), hold(world, patience=0):
        pass
    waited: list[float] = []

    def wait(seconds: float) -> None:
        if not waited:
            end.write_text("\n")
        waited.append(seconds)
        stopping.pause(seconds / 100)

    with hold(world, pause=wait):
        assert waited
    assert "waiting until it has cleared up" in caplog.text


def hold(world: World, **how: Any) -> AbstractContextManager[int]:
    return locked(world.state.path / "lock", world.now, **how)


def test_certbot_holds_the_lock_of_its_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, console = world.folder / "seen", Console(world)
    shell = ["/bin/sh", "-c", f"ls -l /proc/$$/fd > {seen}; exit 1", "certbot"]
    monkeypatch.setattr(certbot_program, "find_certbot", lambda: shell)
    with acme_directory() as url:
        console.write_env(ACME_SERVER=url, ACME_EAB_KID="kid-1", ACME_EAB_HMAC_KEY="bm9ib2R5")
        assert console.say("run").code == 1
    assert f"-> {world.state.path / 'lock'}" in seen.read_text()
