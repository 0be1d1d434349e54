"""The lock that cannot be opened; what two runs at once see is in ``tests/end_to_end``."""

from __future__ import annotations

import errno
import fcntl

import pytest

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
    expected = "cannot be locked (No locks available); set STATE_DIR to a directory on a local disk"
    assert f"{world.state.path / 'lock'} {expected}" in done.log
