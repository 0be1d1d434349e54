"""What is looked at on this host."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from sectigo_f5.checkup import host
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration
from sectigo_f5.report.looks import Level
from tests.support.world import World

MANY = 1 << 40


def left(monkeypatch: pytest.MonkeyPatch, free: int, inodes: int = MANY, of: int = MANY) -> None:
    found = SimpleNamespace(f_bavail=free, f_frsize=1, f_favail=inodes, f_files=of)
    monkeypatch.setattr(os, "statvfs", lambda path: found)


@pytest.mark.parametrize(
    ("free", "inodes", "level"),
    [
        (MANY, MANY, Level.OK),
        (1 << 20, MANY, Level.WARNING),
        (1 << 16, MANY, Level.FAILED),
        (MANY, 100, Level.WARNING),
        (MANY, 10, Level.FAILED),
        (0, 0, Level.FAILED),
    ],
)
def test_the_room_is_compared_with_what_a_run_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, inodes: int, level: Level
) -> None:
    left(monkeypatch, free, inodes)
    look = host.room(tmp_path, 1)
    assert (look.level, bool(look.remedy)) == (level, level is not Level.OK)
    assert f"{host.size(free)} and {inodes} files are free under STATE_DIR {tmp_path}" in look.text


def test_more_certificates_need_more_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    left(monkeypatch, 48 << 20)
    assert [host.room(tmp_path, count).level for count in (1, 100, 1000)] == [Level.OK, Level.WARNING, Level.FAILED]


def test_a_file_system_without_a_limit_of_files_is_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    left(monkeypatch, MANY, 0, of=0)
    assert host.room(tmp_path, 1).level is Level.OK


def test_room_that_cannot_be_asked_for_is_not_known(tmp_path: Path) -> None:
    look = host.room(tmp_path / "gone", 1)
    assert (look.level, "is not known (No such file or directory)" in look.text) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1 KiB"), (1 << 50, "1024 TiB")]
)
def test_a_size_is_rounded_down(count: int, words: str) -> None:
    assert host.size(count) == words


def test_another_release_of_certbot_is_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        world.authority, "releases", lambda: {"certbot": ("6.0", "made for 5.8"), "acme": ("5.8.0", None)}
    )
    assert [(look.what, look.level, look.text) for look in host.certbot(world.authority)] == [
        ("certbot", Level.FAILED, "made for 5.8"),
        ("acme", Level.OK, "5.8.0"),
    ]


def test_a_certbot_that_cannot_be_run_is_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ConnectorError("Certbot is not installed")

    monkeypatch.setattr(world.authority, "releases", refuse)
    assert [(look.what, look.level) for look in host.certbot(world.authority)] == [("certbot", Level.FAILED)]


def test_every_mistake_and_warning_of_the_configuration_is_a_line() -> None:
    found = host.configured(Configuration((), ("a.yaml:1: one", "a.yaml:2: two"), ("b.yaml: three",)), ())
    assert [look.level for look in found] == [Level.FAILED, Level.FAILED, Level.WARNING]
    assert [look.level for look in host.configured(Configuration(()), ())] == [Level.OK]
