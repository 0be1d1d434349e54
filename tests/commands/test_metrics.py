"""``METRICS_FILE`` after every end of a run: an alert never falls silent because something is worse."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sectigo_f5.simulator import Fault
from tests.support.console import Console
from tests.support.names import ONLY_EC
from tests.support.scraped import Scraped
from tests.support.world import World

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
API = {"common_name": "api.example.com", "virtual_servers": ["vs_api"]}


@pytest.fixture
def file(world: World) -> Path:
    return world.folder / "sectigo.prom"


@pytest.fixture
def console(world: World, file: Path) -> Console:
    """Two certificates, both in service, and the metrics of a run with exit code 0."""
    world.add_virtual_server("/Common/vs_api")
    for name, server in (("www.example.com", "/Common/vs_www"), ("api.example.com", "/Common/vs_api")):
        world.one(world.job(name, keys=ONLY_EC, virtual_servers=(server,)))
    console = Console(world, WWW, API)
    console.write_env(METRICS_FILE=str(file))
    assert console.say("run").code == 0
    world.wait(days=1)
    return console


def ends(world: World, name: str = "www.example.com") -> float:
    last = world.state.history.results()[f"{name}@bigip-sim"]
    assert last.not_after is not None
    return datetime.fromisoformat(last.not_after.replace("Z", "+00:00")).timestamp()


def held(console: Console) -> int:
    with (console.world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return console.say("run").code


def no_configuration(console: Console) -> int:
    next(console.config.iterdir()).unlink()
    return console.say("run").code


def broken_yaml(console: Console) -> int:
    next(console.config.iterdir()).write_text("name: shop\nversion: v9\n")
    return console.say("run").code


def broken_variable(console: Console) -> int:
    console.write_env(METRICS_FILE=str(console.world.folder / "sectigo.prom"), ACME_SERVER="nonsense")
    return console.say("run").code


def broken_line(console: Console) -> int:
    text = console.env_file.read_text()
    console.env_file.write_text(f"this is no variable\n{text}")
    return console.say("run").code


def no_state_directory(console: Console) -> int:
    file = str(console.world.folder / "sectigo.prom")
    console.write_env(METRICS_FILE=file, STATE_DIR=str(console.env_file))
    return console.say("run").code


BEGINNINGS = {
    held: 75,
    no_configuration: 2,
    broken_yaml: 2,
    broken_variable: 2,
    broken_line: 2,
    no_state_directory: 2,
}


@pytest.mark.parametrize(("end", "code"), BEGINNINGS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_run_that_cannot_begin_is_in_the_metrics(
    console: Console, file: Path, end: Callable[[Console], int], code: int
) -> None:
    before = Scraped(file)
    assert end(console) == code
    after = Scraped(file)
    assert after.run("last_run_exit_code") == code
    assert after.run("last_run_timestamp_seconds") == console.world.now.timestamp()
    assert after.run(f'runs_total{{exit_code="{code}"}}') == 1
    changes = ("last_run_exit_code", "last_run_timestamp_seconds", "last_run_results", "runs_total")
    same = {name for name in before.samples if not name.startswith(changes)}
    assert {name: after.samples.get(name) for name in same} == {name: before.samples[name] for name in same}
    assert before.run("last_success_timestamp_seconds")
    assert (before.of("certificate_failed"), before.of("certificate_not_after_seconds")) == (0, ends(console.world))


@pytest.mark.parametrize("end", [held, no_configuration, broken_variable], ids=lambda end: end.__name__)
def test_the_history_knows_if_the_file_is_lost(console: Console, file: Path, end: Callable[[Console], int]) -> None:
    file.unlink()
    end(console)
    after = Scraped(file)
    for name in ("www.example.com", "api.example.com"):
        assert after.of("certificate_not_after_seconds", name) == ends(console.world, name)
        assert after.of("certificate_last_success_timestamp_seconds", name)
    assert after.run("last_success_timestamp_seconds") == 0


def test_a_device_that_is_down_keeps_the_ends(console: Console, file: Path) -> None:
    before = Scraped(file)
    console.world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    for failures in (1, 2):
        assert console.say("run").code == 1
        after = Scraped(file)
        assert after.of("certificate_not_after_seconds") == ends(console.world)
        assert (after.of("certificate_failed"), after.of("certificate_failures")) == (1, failures)
        assert after.run("last_success_timestamp_seconds") == before.run("last_success_timestamp_seconds")
        name = "certificate_last_success_timestamp_seconds"
        assert after.of(name) == before.of(name) is not None


def test_a_run_over_a_part_changes_only_lines_of_certificates(console: Console, file: Path) -> None:
    before = Scraped(file)
    console.world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    assert console.say("run", "--only", "api.example.com").code == 1
    after = Scraped(file)
    assert (after.of("certificate_failed", "api.example.com"), after.of("certificate_failed")) == (1, 0)
    assert [after.run(name) for name in before.samples if name.startswith("last_")] == [
        value for name, value in before.samples.items() if name.startswith("last_")
    ]
    assert console.say("run", "--only", "nothing.like.it").code == 2
    assert Scraped(file).samples == after.samples


@pytest.mark.parametrize("command", ["plan", "check", "status"])
def test_commands_that_only_read_leave_the_file_alone(console: Console, file: Path, command: str) -> None:
    before = file.read_bytes()
    console.say(command)
    next(console.config.iterdir()).unlink()
    assert console.say(command).code == 2
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_written_is_a_warning(console: Console) -> None:
    console.write_env(METRICS_FILE="/proc/nowhere/sectigo.prom")
    done = console.say("run")
    assert done.code == 0
    assert "WARNING run: METRICS_FILE: /proc/nowhere/sectigo.prom cannot be written (" in done.log
    console.write_env(METRICS_FILE="/proc/nowhere/sectigo.prom", ACME_SERVER="nonsense")
    done = console.say("run", "--json")
    assert (done.code, done.json["exit_code"]) == (2, 2)
