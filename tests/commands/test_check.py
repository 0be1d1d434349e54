"""``check`` fails where the next run would fail, and names the same cause."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import Fault
from tests.support.acme_directory import acme_directory
from tests.support.console import Console
from tests.support.names import ONLY_EC
from tests.support.world import World

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
BINDING = {"ACME_EAB_KID": "kid-1", "ACME_EAB_HMAC_KEY": "bm9ib2R5"}


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """A certificate that is in service, and a CA of which only the directory is asked."""
    world.one(world.job(keys=ONLY_EC))
    console = Console(world)
    with acme_directory() as url:
        console.write_env(ACME_SERVER=url, **BINDING)
        yield console


def test_check_and_run_succeed_if_nothing_is_wrong(console: Console) -> None:
    check, run = console.say("check"), console.say("run")
    assert (check.code, run.code) == (0, 0), check.out + run.log
    assert [line.split()[0] for line in check.out.splitlines()] == ["ok", "ok"]


# -- each arranges what makes the next run fail, and returns the cause in the words of the run ------------


def in_the_way(name: str) -> Callable[[Console], str]:
    """Put a file where a run needs a directory."""

    def arrange(console: Console) -> str:
        path = console.world.state.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        return str(path)

    return arrange


def a_lock_of_another_kind(console: Console) -> str:
    (console.world.state.path / "lock").mkdir()
    return "cannot be opened (Is a directory); run as its owner"


def no_room_for_the_state(console: Console) -> str:
    console.write_env(STATE_DIR=str(console.env_file))
    return "cannot be written (File exists); run as root or set STATE_DIR"


def a_broken_file(console: Console) -> str:
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    return "broken.yaml:2: version"


def no_env_file(console: Console) -> str:
    console.env_file.unlink()
    return "--env-file: there is no such file"


def a_wrong_password(console: Console) -> str:
    console.configure(password="wrong")
    return "the BIG-IP refused the login of"


def a_device_that_is_down(console: Console) -> str:
    console.world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    return "no answer"


def a_missing_virtual_server(console: Console) -> str:
    console.configure({**WWW, "virtual_servers": ["vs_www", "vs_nowhere"]})
    return "the virtual server /Common/vs_nowhere does not exist"


def a_save_that_is_refused(console: Console) -> str:
    console.world.state.unsaved.mark("bigip-sim")
    console.world.device.fault(Fault(method="POST", path="sys/config", times=99, action="error:500:disk full"))
    return "not saved"


def no_ca(console: Console) -> str:
    console.write_env()
    return "ACME_SERVER https://127.0.0.1:1/directory cannot be reached"


def no_binding(console: Console) -> str:
    console.write_env(ACME_SERVER=console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0])
    return "the CA requires external account binding"


def no_answer_for_http_01(console: Console) -> str:
    console.configure({**WWW, "validation": "http-01"})
    return "validation http-01"


SITUATIONS = [
    in_the_way("certbot"),
    in_the_way("certbot/private"),
    a_lock_of_another_kind,
    no_room_for_the_state,
    a_broken_file,
    no_env_file,
    a_wrong_password,
    a_device_that_is_down,
    a_missing_virtual_server,
    a_save_that_is_refused,
]
ORDERING = [no_ca, no_binding, no_answer_for_http_01]  # what keeps certificates from being ordered


@pytest.mark.parametrize("arrange", [*SITUATIONS, *ORDERING], ids=lambda arrange: arrange.__name__)
def test_check_fails_where_the_next_run_fails(console: Console, arrange: Callable[[Console], str]) -> None:
    cause = arrange(console)
    check, run = console.say("check"), console.say("run", *(["--force"] if arrange in ORDERING else []))
    assert 0 not in (check.code, run.code)
    assert cause in check.out + check.log
    assert cause in run.out + run.log


def test_check_finds_that_certbot_is_missing(console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in (["check"], ["run", "--force"]):
        done = console.say(*command)
        assert done.code == 1
        assert "Certbot is not installed: install the connector again" in done.out


def test_check_finds_a_disk_without_locks(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    cause = "cannot be locked (No locks available); set STATE_DIR to a directory on a local disk"
    check, run = console.say("check"), console.say("run")
    assert (check.code, run.code) == (1, 2)
    assert cause in check.out
    assert cause in run.log


def test_check_does_not_disturb_a_run_that_is_at_work(console: Console) -> None:
    with (console.world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert console.say("check").code == 0


def test_check_changes_nothing(console: Console) -> None:
    def found() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in console.world.state.path.rglob("*") if path.is_file()}

    console.say("check")
    before, writes = found(), len(console.world.device.writes())
    console.say("check")
    assert found() == before
    assert console.world.device.writes()[writes:] == []


# -- what a run only warns of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("METRICS_FILE", "/proc/nowhere/sectigo.prom", "cannot be written (No such file or directory)"),
        ("METRICS_FILE", "/tmp", "/tmp is a directory; name a file in it, such as /tmp/sectigo.prom"),  # noqa: S108
        ("LOG_FILE", "/proc/nowhere/start_acme.log", "cannot be written (No such file or directory)"),
    ],
)
def test_check_names_files_that_a_run_cannot_write(console: Console, variable: str, value: str, problem: str) -> None:
    console.write_env(**{variable: value})
    check = console.say("check")
    assert check.code == 1
    (line,) = (line for line in check.out.splitlines() if line.startswith(f"problem  {variable}: "))
    assert problem in line


def test_check_names_a_history_that_cannot_be_kept(console: Console) -> None:
    (console.world.state.path / "results.json").unlink()
    (console.world.state.path / "results.json").mkdir()
    check = console.say("check")
    assert check.code == 1
    assert "results.json is a directory; make room, or correct its owner and rights" in check.out


def test_check_finds_a_place_for_a_new_metrics_file(console: Console) -> None:
    console.write_env(
        **BINDING,
        ACME_SERVER=console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0],
        METRICS_FILE=str(console.world.folder / "not" / "there" / "yet.prom"),
    )
    assert console.say("check").code == 0
    assert not (console.world.folder / "not").exists()
