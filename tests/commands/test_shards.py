"""``--shard`` with every command: each does its own BIG-IPs, says which, and leaves the others alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from sectigo_f5.commands.arguments import parse
from sectigo_f5.commands.table import COMMANDS
from sectigo_f5.configuration.shards import INDEX, index_of
from sectigo_f5.simulator import SimulatedBigIP
from tests.commands.test_json import valid
from tests.support.console import Console
from tests.support.loopback import own_address
from tests.support.names import ONLY_EC
from tests.support.scraped import Scraped
from tests.support.world import World

WWW, API = "www.example.com", "api.example.com"
SUCCESS = "last_success_timestamp_seconds"


class Two:
    """Two BIG-IPs in shards of their own, and the command line for both."""

    def __init__(self, world: World, other: World) -> None:
        self.worlds = {WWW: world, API: other}
        other.add_virtual_server()
        self.console = Console(world)
        where = {"host": other.device.address, "port": other.device.port, "verify_tls": str(other.device.ca_file)}
        credentials = {"username": other.device.username, "password": other.device.password}
        two = {"common_name": API, "virtual_servers": ["vs_www"]}
        self.console.configure(two, name="two", **where, **credentials)
        file = self.console.config / "two.yaml"
        file.write_text(file.read_text().replace("name: bigip-sim", "name: bigip-two"))
        hosts = {name: each.device.address for name, each in self.worlds.items()}
        self.count = next(n for n in range(3, 99) if len({index_of(host, n) for host in hosts.values()}) == 2)
        self.index = {name: str(index_of(host, self.count)) for name, host in hosts.items()}
        self.shard = {name: f"{index}/{self.count}" for name, index in self.index.items()}
        self.empty = next(s for i in range(3) if (s := f"{i}/{self.count}") not in self.shard.values())

    def enrol(self) -> None:
        for name, each in self.worlds.items():
            each.one(each.job(name, keys=ONLY_EC))

    def requests(self) -> list[int]:
        return [len(each.device.journal) for each in self.worlds.values()]

    def metrics(self, file: Path) -> Path:
        self.enrol()
        self.console.write_env(METRICS_FILE=str(file))
        return file


@pytest.fixture
def two(world: World, tmp_path: Path) -> Iterator[Two]:
    with SimulatedBigIP(address=own_address(3)) as device:
        yield Two(world, World(device, tmp_path / "other"))


def test_a_command_does_the_certificates_of_its_shard(two: Two) -> None:
    two.enrol()
    for command, (name, other) in product(("run", "plan", "check", "status", "rollback"), ((WWW, 1), (API, 0))):
        before, arguments = two.requests(), ("--only", "*") if command == "rollback" else ()
        printed = valid(two.console.say(command, "--json", "--shard", two.shard[name], *arguments))
        assert [result["common_name"] for result in printed["results"]] == [name]
        assert printed["shard"] == two.shard[name]
        assert two.requests()[other] == before[other]


def test_an_empty_shard_is_no_error(two: Two) -> None:
    before = two.requests()
    for command in (command for command in COMMANDS.values() if command.reads_yaml and not command.of_one_device):
        arguments = ("--only", "*") if command.needs_only else ()  # and nothing is asked
        done = two.console.say(command.name, "--shard", two.empty, *arguments)
        assert done.code == (1 if command.name == "check" else 0), "check looks at the CA as well, and there is none"
        assert f"nothing to do in shard {two.empty}: what was selected is in shard " in done.log
    assert two.requests() == before


def test_only_and_shard_both_apply(two: Two) -> None:
    for name, (of, shard) in product((WWW, API), two.shard.items()):
        printed = valid(two.console.say("status", "--json", "--only", name, "--shard", shard))
        assert [each["common_name"] for each in printed["results"]] == ([name] if of == name else [])
    done = two.console.say("plan", "--only", "nothing.example.com", "--shard", two.shard[WWW])
    assert (done.code, "matches no certificate" in done.log) == (2, True)


def test_a_pod_has_the_shard_of_its_index(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(INDEX, two.index[API])
    printed = valid(two.console.say("status", "--json", "--shard", f"/{two.count}"))
    assert (printed["shard"], [each["common_name"] for each in printed["results"]]) == (two.shard[API], [API])


@pytest.mark.parametrize(
    ("arguments", "index", "sentence"),
    [
        (["--shard", "4/4"], None, "argument --shard: '4/4' is not possible; write I/N"),
        (["--shard=-1/2"], None, "argument --shard: '-1/2' is not possible; write I/N"),
        (["--shard", "-1/2"], None, "argument --shard: expected one argument"),
        (["--shard", "/4"], None, "argument --shard: '/4' takes I from $JOB_COMPLETION_INDEX, which is not set"),
        (["--shard", "/4"], "4", "argument --shard: '/4' with $JOB_COMPLETION_INDEX='4' is not possible"),
        ([], "2", "$JOB_COMPLETION_INDEX is 2: each pod of the Job would do all BIG-IPs; add --shard /N"),
    ],
)
def test_a_mistake_in_the_shard_exits_2(
    arguments: list[str],
    index: str | None,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(INDEX, raising=False)
    if index is not None:
        monkeypatch.setenv(INDEX, index)
    with pytest.raises(SystemExit) as raised:
        parse(["status", *arguments], "start_acme.py")
    assert raised.value.code == 2
    assert f"error: {sentence}" in capsys.readouterr().err


def test_shards_with_one_state_directory_exclude_each_other(two: Two) -> None:
    state = two.worlds[WWW].state
    with state.locked(two.console.world.now, "0/4"):
        done = two.console.say("run", "--shard", two.shard[API])
    assert done.code == 75
    assert f"{state.path}/lock: process " in done.log
    assert ", shard 0/4; shards that run at once need a STATE_DIR each" in done.log
    with (state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "STATE_DIR each" not in two.console.say("run").log


def test_a_bigip_with_two_names_in_two_shards_is_a_warning(world: World) -> None:
    """Who answers where is known from a command without shards, and the shards stay what the configuration says."""
    console, other = Console(world), {"host": "localhost", "verify_tls": False}
    console.configure({"common_name": API, "virtual_servers": ["vs_www"]}, name="two", **other)
    file = console.config / "two.yaml"
    file.write_text(file.read_text().replace("name: bigip-sim", "name: bigip-two"))
    count = next(n for n in range(3, 99) if index_of("127.0.0.1", n) < index_of("localhost", n))
    first, second = index_of("127.0.0.1", count), index_of("localhost", count)
    warning = f"WARNING run: 127.0.0.1 and localhost are one BIG-IP, in shards {first} and {second}, which may change"
    assert warning not in console.say("status", "--shard", f"{first}/{count}").log
    console.say("status")
    for index in range(count):
        log = console.say("status", "--shard", f"{index}/{count}").log
        assert (warning in log) == (index in (first, second))


def test_metrics_of_a_shard_tell_of_its_certificates_alone(two: Two, tmp_path: Path) -> None:
    file, ran = two.metrics(tmp_path / "sectigo.prom"), two.console.world.now.timestamp()
    assert two.console.say("run").code == 0
    assert Scraped(file).samples[SUCCESS] == ran
    two.console.world.wait(days=1)
    (two.console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    assert two.console.say("run", "--shard", two.shard[WWW]).code == 2
    share, label = Scraped(file), f'{{shard="{two.index[WWW]}"}}'
    assert share.run(SUCCESS + label) == ran, "a run over everything was one over this shard, too"
    assert share.run("last_run_exit_code" + label) == 2
    assert share.run(SUCCESS) is None
    told = {name.partition("{")[0]: WWW in name for name in share.samples if name.startswith("certificate_")}
    assert len(told) == 6
    assert all(told.values())


def test_metrics_of_another_shard_stay(two: Two, tmp_path: Path) -> None:
    file = two.metrics(tmp_path / "sectigo.prom")
    assert two.console.say("run", "--shard", two.shard[WWW]).code == 0
    before = file.read_bytes()
    done = two.console.say("run", "--shard", two.shard[API])
    why = f"{file} is the file of shard {two.index[WWW]}; give each shard one of its own, or delete it"
    assert (done.code, f"METRICS_FILE: {why}" in done.log) == (0, True)
    assert file.read_bytes() == before
    assert two.console.say("run").code == 0, "without shards it is everybody's"
    assert API in file.read_text()
