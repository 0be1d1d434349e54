"""Certbot's log is kept wherever there is room, and nowhere else; that never fails."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sectigo_f5.acme import certbot_logs
from sectigo_f5.acme.certbot_logs import keep_log

NOW = datetime(2026, 11, 26, 1, 0, tzinfo=timezone.utc)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    folder = tmp_path / "run-abc"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "letsencrypt.log").write_text("urn:ietf:params:acme:error:caa")
    return folder


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "certbot" / "logs"


def test_a_log_is_kept_by_its_time(workplace: Path, logs: Path) -> None:
    text, kept = keep_log(workplace, logs, "certonly", NOW)  # the folder may have been removed meanwhile
    assert kept == logs / "20261126T010000Z-certonly-abc.log"
    assert kept.read_text() == text == "urn:ietf:params:acme:error:caa"
    assert (kept.stat().st_mode & 0o777, logs.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_log_is_kept_on_another_file_system(workplace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, rename)
    text, kept = keep_log(workplace, logs, "certonly", NOW)
    assert kept is not None
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (text, 0o600)
    assert not list(workplace.glob("logs/*"))


@pytest.mark.parametrize("year", ["2020", "2099"])  # the clock was set back meanwhile
def test_old_logs_are_deleted(workplace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch, year: str) -> None:
    monkeypatch.setattr(certbot_logs, "LOGS_KEPT", 2)
    logs.mkdir(parents=True)
    old = [logs / f"{year}010{number}T000000Z-certonly-x.log" for number in range(1, 5)]
    for file in old:
        file.touch(mode=0o600)
    _, kept = keep_log(workplace, logs, "certonly", NOW)
    assert {*logs.glob("*.log")} == {old[-1], kept}


@pytest.mark.parametrize("module", ["os", "shutil"])
def test_a_full_disk_costs_the_log_alone(
    workplace: Path, logs: Path, module: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "chmod", full) if module == "os" else (shutil, "move", full)))
    assert keep_log(workplace, logs, "certonly", NOW) == ("urn:ietf:params:acme:error:caa", None)
    (warning,) = caplog.messages
    assert warning == (
        f"Certbot's log cannot be kept in {logs} (No space left on device); make room, or correct its owner and rights"
    )


def test_a_file_in_place_of_the_folder_costs_the_log_alone(
    workplace: Path, logs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs.parent.mkdir()
    logs.write_text("")
    assert keep_log(workplace, logs, "certonly", NOW) == ("urn:ietf:params:acme:error:caa", None)
    assert "cannot be kept in" in caplog.text


def test_a_workplace_that_was_removed_has_no_log(workplace: Path, logs: Path) -> None:
    shutil.rmtree(workplace)
    assert keep_log(workplace, logs, "certonly", NOW) == ("", None)


def test_an_old_log_that_cannot_be_deleted_is_a_warning(
    workplace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(certbot_logs, "LOGS_KEPT", 2)
    for year in (2020, 2021):
        (logs / f"{year}0101T000000Z-certonly-old.log").mkdir(parents=True)
    assert keep_log(workplace, logs, "certonly", NOW)[1] == logs / "20261126T010000Z-certonly-abc.log"
    assert "cannot be kept in" in caplog.text
