"""``probe``: what it asks before, what it refuses, what it writes, and what it says if something stays."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.commands.probing.consent import MADE, RUN, SAVED
from sectigo_f5.commands.table import COMMANDS
from sectigo_f5.model import Device
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.clearing.leftovers import COLLECTIONS
from sectigo_f5.probe.questions.every import ASKED
from sectigo_f5.probe.report_file import from_json
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.simulator import Fault, SimulatedBigIP
from sectigo_f5.simulator.rest.wire import Exchange
from tests.commands.test_json import valid
from tests.support.console import Console, Output
from tests.support.ha_pair import Pair, ha_pair
from tests.support.installation import ROOT
from tests.support.probing import CLIENT_SSL, asking_only, holdings, make_profile
from tests.support.world import World, bigip

CONNECTED = ha_group.connected
PROBE = ("probe", "--device", "bigip-sim", "--yes")


@pytest.fixture(autouse=True)
def _nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(device: Device, _: object, **options: Any) -> AbstractContextManager[HaGroup]:
        return CONNECTED(device, lambda _: None, **options)

    monkeypatch.setattr(ha_group, "connected", connected)


@pytest.fixture(autouse=True)
def _one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask one question that makes something; whoever wants others has them asked."""
    asking_only(monkeypatch, user=makes)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path, partitions=("Shop",)) as world:
        before = holdings(world.device)
        yield world
        assert {name for name in holdings(world.device) - before if "sectigo-f5-probe" in name} == set()
        assert world.device.tokens == []


def makes(bench: Bench) -> None:
    make_profile(bench)
    make_profile(bench, "lasting", lasting=True)


def made(world: World) -> list[str]:
    items = world.device.get(f"/mgmt/tm/{CLIENT_SSL}")["items"]
    return [item["fullPath"] for item in items if "sectigo-f5-probe" in item["fullPath"]]


def posted(world: World) -> int:
    return len([call for call in world.device.writes() if call.method == "POST" and CLIENT_SSL in call.path])


@contextlib.contextmanager
def terminal(patch: pytest.MonkeyPatch, typed: bytes) -> Iterator[None]:
    master, slave = pty.openpty()
    os.write(master, typed)
    with open(slave, encoding="utf-8") as stdin, patch.context() as patched:  # noqa: PTH123  # a descriptor
        patched.setattr(sys, "stdin", stdin)
        yield
    os.close(master)


# -- the report ------------------------------------------------------------------------------------


def test_a_probe_writes_its_report_and_leaves_nothing(world: World) -> None:
    file = world.folder / "report.json"
    done = Console(world).say(*PROBE, "--output", str(file))
    assert done.code == 0, done.log
    report = from_json(json.loads(file.read_text()))
    assert [entry.question for entry in report.entries] == [question.name for question in QUESTIONS]
    assert (posted(world), made(world), report.left) == (2, [], ())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, *_ = done.out.splitlines()
    count = len(QUESTIONS)
    assert first == f"bigip-sim (127.0.0.1, TMOS 16.1.4): {count} questions, 1 answered, {count - 1} not asked"
    assert "\n  not asked: release, token, " in done.out
    assert "nothing is left on the BIG-IP" in done.out
    assert f"start_acme.py probe --explain {file}" in done.out
    assert not world.device.saved


def test_without_a_file_the_report_is_printed_alone(world: World) -> None:
    done = Console(world).say(*PROBE)
    assert done.code == 0
    assert json.loads(done.out)["report"] == "sectigo-f5 probe"


def test_the_object_of_json_has_the_report(world: World) -> None:
    printed = valid(Console(world).say(*PROBE, "--json"))
    assert (printed["results"], printed["exit_code"]) == ([], 0)
    assert from_json(printed["report"]).entry("user")


def test_an_existing_file_is_replaced_and_keeps_its_mode(world: World) -> None:
    file = world.folder / "report.json"
    file.write_text("something else")
    file.chmod(0o640)
    assert Console(world).say(*PROBE, "--quiet", "--output", str(file)).out == ""
    assert json.loads(file.read_text())["left"] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_that_cannot_be_written_is_noticed_before_anything_is_sent(world: World) -> None:
    before, console = len(world.device.journal), Console(world)
    (world.folder / "dangling").symlink_to("/nowhere/at/all")
    for path in ("nowhere/report.json", "", "dangling"):
        done = console.say(*PROBE, "--output", str(world.folder / path))
        assert done.code == 2
        assert f"--output {world.folder / path}: cannot be written (" in done.log
    assert len(world.device.journal) == before


def test_a_report_that_can_no_longer_be_written_is_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.folder / "reports"
    folder.mkdir()

    def removes(bench: Bench) -> None:
        makes(bench)
        folder.rmdir()

    asking_only(monkeypatch, user=removes)
    done = Console(world).say(*PROBE, "--output", str(folder / "report.json"))
    assert done.code == 1
    assert f"--output {folder}/report.json: cannot be written (No such file or directory)" in done.log
    assert json.loads(done.out)["report"] == "sectigo-f5 probe"


# -- the question before ---------------------------------------------------------------------------


def test_a_probe_asks_with_everything_that_it_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, b"yes\n"):
        done = Console(world).say("probe", "--device", "bigip-sim")
    assert done.code == 0
    asked = done.log.partition("Probe bigip-sim? [y/N]")[0]
    assert [kind.text for kind in (*MADE, RUN) if kind.text not in asked] == []
    for sentence in (
        f"A probe asks bigip-sim (127.0.0.1) {len(QUESTIONS)} questions",
        "Each name begins with sectigo-f5-probe- and a random number, in partition Common.",
        "changes nothing that exists",
        "earlier probes that were killed",
        "does not save the configuration",
        "two to ten minutes",
    ):
        assert sentence in asked
    assert SAVED.text not in asked


def test_what_save_does_is_said_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, b"n\n"):
        done = Console(world).say("probe", "--device", "bigip-sim", "--save")
    assert f"It saves {SAVED.text}." in done.log


def test_another_answer_than_yes_sends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before, console = len(world.device.journal), Console(world)
    for answer in (b"\n", b"no\n", b"\x04"):
        with terminal(monkeypatch, answer):
            done = console.say("probe", "--device", "bigip-sim")
        assert (done.code, done.out) == (2, ""), answer
        assert "nothing was asked of the BIG-IP" in done.log
    assert len(world.device.journal) == before


def test_without_a_terminal_it_needs_the_option(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        done = Console(world).say("probe", "--device", "bigip-sim")
    assert done.code == 2
    assert "to probe bigip-sim needs confirmation: add --yes" in done.log


def test_the_question_comes_before_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who does not answer keeps runs from renewing."""
    with (world.state.path / "lock").open("w") as lock, terminal(monkeypatch, b"n\n"):
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert Console(world).say("probe", "--device", "bigip-sim").code == 2


def test_a_run_and_a_probe_exclude_each_other(world: World) -> None:
    before = len(world.device.journal)
    with (world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Console(world).say(*PROBE)
    assert (done.code, len(world.device.journal)) == (75, before)


# -- which device, which partition -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "probe needs --device with the name of a BIG-IP in the YAML, or --explain with a report"),
        (["--device", "x", "--explain", "y"], "--explain only reads a report: it takes no --device"),
        (["--explain", "y", "--allow-sync"], "--explain only reads a report: it takes no --allow-sync"),
        (["--device", "x", "--only", "*"], "probe takes neither --only nor --shard: --device says which BIG-IP"),
        (["--device", "x", "--shard", "0/2"], "probe takes neither --only nor --shard"),
        (["--device", "x", "--force"], "--force belongs to run and plan, not to probe"),
        (["--device", "x", "--partition", "A", "--partition", "B"], "write --partition once"),
    ],
)
def test_a_mistake_on_the_command_line_exits_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        _parse(["probe", *arguments])
    assert raised.value.code == 2
    assert sentence in capsys.readouterr().err


def _parse(arguments: list[str]) -> None:
    from sectigo_f5.commands.arguments import parse  # noqa: PLC0415

    parse(arguments, "start_acme.py")


def test_options_of_probe_belong_to_it_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parse(["run", "--allow-sync"])
    assert "--allow-sync belongs to probe, not to run" in capsys.readouterr().err
    assert COMMANDS["probe"].writes


def test_an_unknown_device_is_answered_with_a_guess(world: World) -> None:
    done = Console(world).say("probe", "--device", "bigip-sin", "--yes")
    assert done.code == 2
    assert "--device 'bigip-sin' is not a BIG-IP of the YAML files; did you mean bigip-sim?; configured: " in done.log


def test_a_host_of_the_device_is_as_good_as_its_name(world: World) -> None:
    assert Console(world).say("probe", "--device", world.device.address, "--yes").code == 0


def test_scratch_objects_go_into_the_first_partition_of_the_yaml(world: World) -> None:
    console = several_partitions(world)
    done = console.say(*PROBE, "--json")
    assert "scratch objects are made in Shop, the first partition of its certificates" in done.log
    assert from_json(valid(done)["report"]).partition == "other"
    assert "/Shop/sectigo-f5-probe" in world.state.path.joinpath("audit.jsonl").read_text()


def test_another_partition_can_be_chosen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    console = several_partitions(world)
    assert from_json(valid(console.say(*PROBE, "--json", "--partition", "Common"))["report"]).partition == "Common"
    with terminal(monkeypatch, b"n\n"):
        done = console.say("probe", "--device", "bigip-sim")
    assert "in partition Shop; --partition chooses Common instead." in done.log
    done = console.say(*PROBE, "--partition", "Shopp")
    assert done.code == 2
    assert "--partition 'Shopp' has no certificate of bigip-sim in the YAML files; did you mean Shop?" in done.log


def several_partitions(world: World) -> Console:
    world.add_virtual_server("/Shop/vs_shop")
    shop = {"common_name": "shop.example.com", "virtual_servers": ["vs_shop"], "partition": "Shop"}
    return Console(world, shop, {"common_name": "www.example.com", "virtual_servers": ["vs_www"]})


# -- high availability -----------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ha_pair(tmp_path) as pair:
        yield pair


def at_pair(pair: Pair, *arguments: str, hosts: tuple[SimulatedBigIP, ...] = ()) -> Output:
    console = Console(pair.world)
    console.configure(host=[unit.address for unit in hosts or pair.units])
    return console.say(*PROBE, *arguments)


def test_a_group_with_manual_sync_is_probed_with_a_warning(pair: Pair) -> None:
    done = at_pair(pair)
    assert done.code == 0, done.log
    assert "which is synced by hand: it will show Changes Pending" in done.log
    assert not [call for call in pair.other.writes() if CLIENT_SSL in call.path]


def test_the_active_unit_is_probed_wherever_it_is_listed(pair: Pair) -> None:
    pair.first.fail_over()
    assert at_pair(pair).code == 0
    assert not [call for call in pair.first.writes() if CLIENT_SSL in call.path]
    assert [call for call in pair.other.writes() if CLIENT_SSL in call.path]


def test_a_lone_unit_is_asked_for_no_groups(world: World) -> None:
    assert Console(world).say(*PROBE).code == 0
    assert [call.path for call in world.device.journal if "device-group" in call.path] == []


@pytest.mark.parametrize("allowed", [False, True])
def test_a_group_that_syncs_by_itself_is_refused_unless_allowed(pair: Pair, allowed: bool) -> None:
    pair.first.make_pair(pair.other, auto_sync=True)
    done = at_pair(pair, *(["--allow-sync"] if allowed else []))
    assert done.code == (0 if allowed else 2)
    assert "which syncs by itself: scratch objects would be copied" in done.log
    assert ("add --allow-sync if that does no harm" in done.log) is not allowed
    assert bool([call for call in pair.first.writes() if CLIENT_SSL in call.path]) is allowed


def test_a_unit_that_does_not_tell_of_its_group_is_refused(pair: Pair) -> None:
    for unit in pair.units:
        unit.fault(Fault("GET", "cm/device-group", action="error:401:Authorization failed: user", times=99))
    done = at_pair(pair)
    assert done.code == 2
    assert "may not read whether" in done.log
    assert pair.first.writes() == []


def test_a_unit_that_is_not_active_is_refused(pair: Pair) -> None:
    done = at_pair(pair, hosts=(pair.other,))
    assert done.code == 1
    assert "is not the active unit" in done.log
    assert pair.other.writes() == []


# -- what stays, and how it ends -------------------------------------------------------------------


def test_what_cannot_be_deleted_is_named_with_the_command(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(bench: Bench) -> None:
        makes(bench)
        world.device.fault(Fault("DELETE", "lasting", action="error:400:01070712:3: no", times=99))

    asking_only(monkeypatch, user=refuses)
    console = Console(world)
    done = console.say(*PROBE, "--output", str(world.folder / "report"), "--quiet")
    (path,) = made(world)
    command = f"tmsh delete ltm profile client-ssl {path}"
    assert done.code == 1
    assert f"LEFT on the BIG-IP: {CLIENT_SSL} {path}; delete it there: {command}" in done.out
    assert f"could not be deleted; delete it on the BIG-IP: {command}" in done.log
    (left,) = json.loads((world.folder / "report").read_text())["left"]
    assert path not in left, "the report has no name of this probe alone"
    assert '"result": "not-taken-back"' in (world.state.path / "audit.jsonl").read_text()
    world.device.heal()
    asking_only(monkeypatch, user=makes)
    done = console.say(*PROBE)
    assert (done.code, made(world)) == (0, [])
    assert f"a probe that was killed has left 1 thing(s); now deleted: {CLIENT_SSL} {path}" in done.log


def test_the_trail_has_one_line_of_a_probe(world: World) -> None:
    Console(world).say(*PROBE, "--ticket", "CHG-1")
    (line,) = (json.loads(line) for line in (world.state.path / "audit.jsonl").read_text().splitlines())
    assert (line["what"], line["result"], line["device"]) == ("probed", "taken-back", "bigip-sim")
    assert line["ticket"] == "CHG-1"
    assert len(line["objects"]) == 3


def test_a_signal_ends_it_with_a_report_and_nothing_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_interrupted(bench: Bench) -> None:
        makes(bench)
        signal.raise_signal(signal.SIGTERM)
        while True:
            bench.ask("GET", f"/mgmt/tm/{CLIENT_SSL}")

    asking_only(monkeypatch, user=is_interrupted, shell=makes)
    done = Console(world).say(*PROBE)
    assert (done.code, made(world)) == (1, [])
    report = from_json(json.loads(done.out))
    assert {entry.because for entry in report.entries[3:]} == {"the probe was interrupted"}
    assert "not everything was asked: the probe was interrupted" in done.log
    assert posted(world) == 2


def test_a_bug_exits_3_with_the_report_and_nothing_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(bench: Bench) -> None:
        makes(bench)
        raise ZeroDivisionError

    asking_only(monkeypatch, user=breaks)
    printed = valid(Console(world).say(*PROBE, "--json"))
    assert (printed["exit_code"], made(world)) == (3, [])
    assert from_json(printed["report"]).entry("user")


def test_a_device_that_is_down_is_exit_code_1_without_a_report(world: World) -> None:
    world.device.fault(Fault("POST", "login", action="error:401:no", times=9))
    done = Console(world).say(*PROBE)
    assert (done.code, done.out) == (1, "")
    assert "the BIG-IP refused the login" in done.log


def test_other_certificates_mistakes_are_told_and_exit_2(world: World) -> None:
    console = Console(world)
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    printed = valid(console.say(*PROBE, "--json"))
    assert (printed["exit_code"], "broken.yaml:2" in printed["errors"][0]) == (2, True)
    assert from_json(printed["report"]).entry("user")


def test_the_password_of_the_device_is_in_no_log(world: World) -> None:
    done = Console(world).say(*PROBE, "--log-level", "DEBUG")
    assert "nobody's business" not in done.log + done.out


# -- all of it -------------------------------------------------------------------------------------


def test_all_that_a_probe_makes_is_told_before_and_found_if_it_is_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, note = set[str](), Scratch.object

    def remember(scratch: Scratch, collection: str, path: str, **options: bool) -> str:
        noted.add(collection)
        return note(scratch, collection, path, **options)

    monkeypatch.setattr(Scratch, "object", remember)
    asking_only(monkeypatch, **{name.replace("-", "_"): ask for name, ask in ASKED.items()})
    done = Console(world).say(*PROBE, "--save")
    assert (done.code, made(world)) == (0, []), done.log
    told = tuple(path for kind in (*MADE, RUN, SAVED) for path in kind.paths)
    assert sorted({call.path for call in world.device.writes() if not call.path.startswith(told)}) == []
    assert noted - {*COLLECTIONS} == set()


# -- a probe that is killed ------------------------------------------------------------------------


def test_the_next_probe_deletes_what_a_killed_one_has_left(world: World) -> None:
    """SIGKILL, when a virtual server with a profile with a pair has been made and nobody has heard of it."""
    console, before = Console(world), holdings(world.device)
    options = ["--config-dir", str(console.config), "--env-file", str(console.env_file)]
    with subprocess.Popen([sys.executable, str(ROOT / "start_acme.py"), *PROBE, *options], stderr=PIPE) as killed:

        def kill(exchange: Exchange) -> None:
            if exchange.method == "POST" and exchange.path == "/mgmt/tm/ltm/virtual":
                killed.kill()

        world.device.hook = kill
        said = killed.stderr.read().decode() if killed.stderr else ""
    world.device.hook = None
    assert killed.returncode == -signal.SIGKILL, said
    left = {name.partition(" ")[0] for name in holdings(world.device) - before if "sectigo-f5-probe" in name}
    assert left >= {"ltm/virtual", "ltm/virtual-address", CLIENT_SSL, "sys/file/ssl-key", "sys/file/ssl-cert"}
    done = console.say(*PROBE)
    assert done.code == 0, done.log
    assert "a probe that was killed has left " in done.log
    world.device.engine.world.accounts.end_all()  # the token of the killed one ends by itself
    results = [json.loads(line)["result"] for line in (world.state.path / "audit.jsonl").read_text().splitlines()]
    assert results == ["unknown", "made", "taken-back"]


# -- explaining ------------------------------------------------------------------------------------


def test_a_report_is_explained_without_any_configuration(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    console = Console(world)
    assert console.say(*PROBE, "--output", str(file)).code == 0
    console.env_file.unlink()
    for child in console.config.iterdir():
        child.unlink()
    before = len(world.device.journal)
    done = console.say("probe", "--explain", str(file))
    assert done.code == 0
    assert done.out.startswith("BIG-IP ")
    printed = valid(console.say("probe", "--explain", str(file), "--json"))
    assert printed["explanation"].rstrip("\n") == done.out.rstrip("\n")
    assert len(world.device.journal) == before


def test_what_is_not_a_report_exits_2(world: World) -> None:
    file, console = world.folder / "report.json", Console(world)
    for content in (None, b"", b"[]", b"{}", b'{"report": "x"}', b"\xff"):
        if content is not None:
            file.write_bytes(content)
        done = console.say("probe", "--explain", str(file))
        assert (done.code, done.out) == (2, ""), content
        assert f"--explain: {file}" in done.log
