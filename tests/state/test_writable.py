"""The files that a run writes: what will be in its way is found beforehand, in its own words."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from sectigo_f5.model import Account, Settings
from sectigo_f5.state.writable import problems_of_files
from tests.support.console import Console
from tests.support.world import World


def problems(world: World, metrics_file: Path | None = None) -> dict[str, str | None]:
    account = Account("https://acme.example.com")
    return problems_of_files(Settings(account, "INFO", world.folder / "log", world.state.path, metrics_file))


def found(world: World) -> set[Path]:
    return set(world.folder.rglob("*"))


def test_nothing_is_wrong_with_a_new_directory(world: World) -> None:
    before = found(world)
    assert problems(world, world.folder / "not" / "there" / "yet.prom") == {
        "STATE_DIR": None,
        "LOG_FILE": None,
        "METRICS_FILE": None,
    }
    assert found(world) - before == {world.folder / "log"}, "the command has opened its log by then"


def test_nothing_is_wrong_while_a_run_is_at_work(world: World) -> None:
    with (world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert problems(world)["STATE_DIR"] is None


@pytest.mark.parametrize("name", ["certbot", "certbot/private"])
def test_a_file_in_the_place_of_a_directory_is_named(world: World, name: str) -> None:
    path = world.state.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    problem = problems(world)["STATE_DIR"]
    assert problem == f"{path} is not a directory; make room, or correct its owner and rights"
    done = Console(world).say("run")
    assert (done.code, str(path) in done.log) == (1, True)


def test_a_link_that_leads_nowhere_is_named(world: World) -> None:
    (world.state.path / "certbot").symlink_to(world.folder / "gone")
    assert "certbot is not a directory" in (problems(world)["STATE_DIR"] or "")


@pytest.mark.parametrize("name", ["results.json", "devices.json"])
def test_a_directory_in_the_place_of_a_file_is_named(world: World, name: str) -> None:
    (world.state.path / name).mkdir()
    assert problems(world)["STATE_DIR"] == (
        f"{world.state.path / name} is a directory; make room, or correct its owner and rights"
    )


def test_a_lock_that_cannot_be_opened_is_named(world: World) -> None:
    (world.state.path / "lock").mkdir()
    problem = problems(world)["STATE_DIR"]
    assert problem
    assert "cannot be opened (Is a directory); run as its owner" in problem
    done = Console(world).say("run")
    assert (done.code, problem in done.log) == (2, True)


def test_a_disk_without_locks_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    problem = problems(world)["STATE_DIR"]
    assert problem
    assert (
        "cannot be locked (No locks available); its file system has no locks; set STATE_DIR to a directory" in problem
    )
    done = Console(world).say("run")
    assert (done.code, problem in done.log) == (2, True)


def test_a_directory_in_the_place_of_the_metrics_file_is_named(world: World) -> None:
    assert problems(world, world.folder)["METRICS_FILE"] == (
        f"{world.folder} is a directory; name a file in it, such as {world.folder / 'sectigo.prom'}"
    )


@pytest.mark.parametrize("name", ["", "certbot", "orders"])
def test_no_run_begins_where_others_could_put_files(world: World, name: str) -> None:
    folder = world.state.path / name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    done = Console(world).say("run")
    assert (done.code, f"STATE_DIR: others could put files into {folder}: chmod o-w {folder}" in done.log) == (2, True)
    assert world.device.journal == []


def test_a_log_in_a_directory_open_to_all_is_a_warning(world: World) -> None:
    folder = world.folder / "open"
    folder.mkdir()
    folder.chmod(0o777)
    console = Console(world)
    console.write_env(LOG_FILE=str(folder / "log"))
    assert "cannot be written (others could exchange files in" in console.say("plan").log
    assert list(folder.iterdir()) == []
