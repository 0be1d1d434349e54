"""Certificates through the shell of a device that refuses uploads: whole, checked, and never twice the same piece."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.public_files import PIECE, store_public_file
from sectigo_f5.simulator import Fault
from tests.support.world import World, bigip

BASH = "/util/bash$"
NAME, PATH = "www.example.com_20261123T120000Z.crt", "/var/config/rest/downloads/www.example.com_20261123T120000Z.crt"
LONG = bytes(range(33, 126)) * 80  # four pieces


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[World]:
    """A device that takes no uploads."""
    with bigip(tmp_path, username="sectigo", role="resource-admin") as world:
        yield world


@contextlib.contextmanager
def unit(world: World) -> Iterator[Unit]:
    with ha_group.connected(world.connection(), lambda _: None) as group:
        yield group.active[0]


@pytest.mark.parametrize("size", [1, PIECE, PIECE + 1, len(LONG)])
def test_a_file_of_any_size_arrives_whole(closed: World, size: int) -> None:
    with unit(closed) as f5:
        assert store_public_file(f5.client, NAME, LONG[:size]) == PATH
    assert closed.device.engine.world.disk.read(PATH) == LONG[:size]
    assert max(map(len, closed.device.audit)) < 3200


@pytest.mark.parametrize("action", ["drop", "drop-after", "async-timeout-after"])
@pytest.mark.parametrize("nth", [1, 2, 5])
def test_a_lost_answer_begins_the_file_anew(closed: World, action: str, nth: int) -> None:
    closed.device.fault(Fault("POST", BASH, nth=nth, action=action))
    with unit(closed) as f5:
        store_public_file(f5.client, NAME, LONG)
    assert closed.device.engine.world.disk.read(PATH) == LONG


def test_the_first_refusal_decides_for_the_login(closed: World) -> None:
    with unit(closed) as f5:
        for _ in range(3):
            store_public_file(f5.client, NAME, b"1")
    assert len([call for call in closed.device.journal if "uploads" in call.path]) == 1


def test_a_refused_upload_does_not_log_in_again(closed: World) -> None:
    """Else a refusal for ever would lock the user out."""
    with unit(closed) as f5:
        store_public_file(f5.client, NAME, b"1")
    assert len([call for call in closed.device.journal if "authn/login" in call.path]) == 1


def test_a_token_that_is_never_valid_for_uploads_is_replaced_once(world: World) -> None:
    spurious = "error:401:Authorization failed: no user authentication header or token detected."
    world.device.fault(Fault("POST", "/uploads/", action=spurious, times=1000))
    with unit(world) as f5:
        for _ in range(3):
            store_public_file(f5.client, NAME, b"1")
    assert len([call for call in world.device.journal if "authn/login" in call.path]) == 2
    assert world.device.tokens == []


def test_an_upload_that_fails_otherwise_is_no_refusal(world: World) -> None:
    world.device.fault(Fault("POST", "/uploads/", action="status:500", times=3))
    with unit(world) as f5:
        with pytest.raises(ConnectorError, match="answered 500"):
            store_public_file(f5.client, NAME, b"1")
        assert f5.client.uploads_refused is None
    assert world.device.audit == []


def test_a_shell_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with bigip(tmp_path, upload_role="nobody") as world, unit(world) as f5:
        folder = world.device.engine.world.disk.root / "var/config/rest/downloads"
        (folder / NAME).mkdir()
        with pytest.raises(ConnectorError, match="is not what was sent"):
            store_public_file(f5.client, NAME, b"1")
