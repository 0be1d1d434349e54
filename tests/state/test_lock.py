"""The lock that cannot be opened; what two runs at once see is in ``tests/end_to_end``."""

from __future__ import annotations

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
