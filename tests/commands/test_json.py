"""``--json`` of every command: one object that the published schema describes, also if the command cannot begin."""

from __future__ import annotations

import fcntl
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sectigo_f5.commands.table import COMMANDS
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from tests.support.console import Console, Output
from tests.support.installation import ROOT
from tests.support.names import ONLY_EC
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "output.schema.json").read_text())
WWW: dict[str, Any] = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
NEW: dict[str, Any] = {"common_name": "new.example.com", "virtual_servers": ["vs_nowhere"]}
CONFIGURED = [name for name, command in COMMANDS.items() if command.reads_yaml]
OF_CERTIFICATES = [name for name in CONFIGURED if not COMMANDS[name].of_one_device]
SAID = {name: ("--only", "*", "--yes") if command.needs_only else () for name, command in COMMANDS.items()}
SAID |= {name: ("--device", "bigip-sim", "--yes") for name, command in COMMANDS.items() if command.of_one_device}


def closed(schema: Any) -> Any:
    """Return the schema for this release alone, which refuses a field that it does not describe."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in schema and "type" in schema else inner


def valid(output: Output) -> Any:
    """Return the object that was printed, and nothing else was."""
    printed = output.json
    for schema in (SCHEMA, closed(SCHEMA)):
        jsonschema.Draft202012Validator(schema).validate(printed)
    assert printed["exit_code"] == output.code
    return printed


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["command"]["enum"] == list(COMMANDS)
    assert SCHEMA["$defs"]["word"]["enum"] == [outcome.value for outcome in Outcome]


def test_the_object_shown_in_the_docs_is_valid() -> None:
    page = (ROOT / "docs" / "json.md").read_text()
    shown = page.split("```json\n")[1].split("```")[0]
    assert valid(Output(1, shown, ""))["results"][0]["failures"] == 3


@pytest.mark.parametrize("command", OF_CERTIFICATES)
def test_every_command_prints_the_same_kind_of_object(world: World, command: str) -> None:
    world.one(world.job(keys=ONLY_EC))
    attach(world, hand_made(world, "other", "other.example.com"), path=world.add_virtual_server("/Common/vs_other"))
    console = Console(world, WWW, NEW, {"common_name": "api.example.com", "virtual_servers": ["vs_other"]})
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    printed = valid(console.say(command, "--json", *SAID[command]))
    assert printed["command"] == command
    assert printed["exit_code"] == 2
    assert "broken.yaml:2: version" in printed["errors"][0]
    names = [result["common_name"] for result in printed["results"]]
    assert sorted(names) == ["api.example.com", "new.example.com", "www.example.com"]


@pytest.mark.parametrize("command", OF_CERTIFICATES)
def test_a_device_that_is_down_leaves_what_the_last_run_knew(world: World, command: str) -> None:
    began, enrolled = world.now, world.one(world.job(keys=ONLY_EC))
    world.wait(days=20)
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    world.one(world.job(keys=ONLY_EC))
    world.wait(hours=1)
    (result,) = valid(Console(world).say(command, "--json", *SAID[command]))["results"]
    assert enrolled.not_after is not None
    assert (result["result"], result["serial"], result["days_left"]) == ("failed", enrolled.serial, 69)
    assert result["not_after"] == f"{enrolled.not_after:%Y-%m-%dT%H:%M:%SZ}"
    assert result["last_success"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"
    assert result["failures"] == (2 if command == "run" else 1), "a run that failed, and no other command"
    assert result["error"]


def test_check_tells_of_each_certificate_and_of_what_they_share(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    world.state.unsaved.mark("bigip-sim")
    printed = valid(Console(world, WWW, NEW).say("check", "--json"))
    results = {result["common_name"]: result for result in printed["results"]}
    good, bad = results["www.example.com"], results["new.example.com"]
    assert (good["result"], good["error"], good["problems"]) == ("ok", None, [])
    assert bad["result"] == "failed"
    assert "the virtual server /Common/vs_nowhere does not exist" in bad["problems"][0]
    assert bad["error"] == "; ".join(bad["problems"])
    wrong = {(check["scope"], check["what"], check["look"]) for check in printed["checks"] if check["result"] != "ok"}
    assert wrong == {
        ("acme", "ACME server", "directory"),
        ("device", "bigip-sim", "saved configuration"),
        ("certificate", "new.example.com@bigip-sim", "virtual servers"),
    }
    assert {"STATE_DIR", "LOG_FILE", "www.example.com@bigip-sim"} < {check["what"] for check in printed["checks"]}
    assert (printed["summary"], printed["exit_code"]) == ({"ok": 1, "failed": 1}, 1)


def test_status_lists_other_peoples_certificates(world: World) -> None:
    other = hand_made(world, "other", "other.example.com")
    attach(world, other)
    (row,) = valid(Console(world).say("status", "--json"))["unmanaged"]
    assert (row["common_name"], row["managed"]) == ("other.example.com", False)


def test_an_unwritable_page_is_in_the_object_of_status(world: World, tmp_path: Path) -> None:
    printed = valid(Console(world).say("status", "--json", "--html", str(tmp_path)))
    assert printed["exit_code"] == 2
    assert [error for error in printed["errors"] if "cannot be written (Is a directory)" in error] == printed["errors"]
    assert len(printed["results"]) == 1


def no_configuration(console: Console) -> str:
    next(console.config.iterdir()).unlink()
    return "contains no *.yaml or *.yml file"


def broken_env_file(console: Console) -> str:
    console.write_env(ACME_SERVER="nonsense")
    return "ACME_SERVER"


def no_env_file(console: Console) -> str:
    console.env_file.unlink()
    return "--env-file: there is no such file"


def no_state_directory(console: Console) -> str:
    console.write_env(STATE_DIR=str(console.env_file))
    return "cannot be written (File exists)"


BEGINNINGS = [no_configuration, broken_env_file, no_env_file, no_state_directory]


@pytest.mark.parametrize("arrange", BEGINNINGS, ids=lambda arrange: arrange.__name__)
@pytest.mark.parametrize("command", CONFIGURED)
def test_a_command_that_cannot_begin_prints_why(world: World, command: str, arrange: Callable[[Console], str]) -> None:
    console = Console(world)
    reason = arrange(console)
    printed = valid(console.say(command, "--json", *SAID[command]))
    assert (printed["command"], printed["exit_code"], printed["results"]) == (command, 2, [])
    assert reason in printed["errors"][-1]


def test_a_command_that_needs_confirmation_prints_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        printed = valid(Console(world).say("revoke", "--json", "--only", "*"))
    assert printed["errors"] == ["to revoke the certificate in service of www.example.com@bigip-sim needs "
                                 "confirmation: add --yes"]  # fmt: skip


class Interrupted:
    """A terminal at which somebody presses Ctrl-C."""

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        signal.raise_signal(signal.SIGINT)
        return "y"


def test_ctrl_c_at_the_question_revokes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Interrupted())
    done = Console(world).say("revoke", "--json", "--only", "*")
    assert valid(done)["errors"] == ["nothing was revoked"]
    assert (done.code, "Traceback" in done.log) == (2, False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("command", [name for name, command in COMMANDS.items() if command.writes])
def test_a_lock_that_is_held_is_in_the_object(world: World, command: str) -> None:
    console = Console(world)
    with (world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        printed = valid(console.say(command, "--json", *SAID[command]))
    assert (printed["exit_code"], printed["results"]) == (75, [])
    assert "another run holds" in printed["errors"][0]
