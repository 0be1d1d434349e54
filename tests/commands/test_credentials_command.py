"""``credentials_command`` with every command: asked once per device and run, and one that fails concerns its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.console import Console, Output
from tests.support.names import ONLY_EC
from tests.support.probing import asking_only
from tests.support.world import World, bigip

ROOT = Path(__file__).parents[2]
WWW: dict[str, Any] = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
API: dict[str, Any] = {"common_name": "api.example.com", "virtual_servers": ["vs_api"]}
WITHOUT: dict[str, Any] = {"username": None, "password": None}
DOCUMENTED = next(
    example
    for example in re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "credentials.md").read_text(), re.DOTALL)
    if "credentials_command" in example
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP whose password is no word of ours."""
    with bigip(tmp_path, tmos="16.1.4", password="hunter2: $ecret") as world:
        yield world


@pytest.fixture
def vault(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for HashiCorp Vault's client that knows one secret; returns the file with a line for each call."""
    calls, user, password = world.folder / "calls", world.device.username, world.device.password
    data = f'{{"data": {{"data": {{"username": "{user}", "password": "{password}"}}, "metadata": {{"version": 3}}}}}}'
    program = world.folder / "bin" / "vault"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$*" >>{calls}\n'
        '[ "$*" = "kv get -format=json secret/bigip-fra" ] || { echo "Usage: vault <command>" >&2; exit 1; }\n'
        '[ "$VAULT_ADDR" = http://127.0.0.1:8100 ] || { echo "connection refused" >&2; exit 2; }\n'
        '[ -z "$ACME_EAB_KID$ACME_EAB_HMAC_KEY$(cat)" ] || exit 3\n'
        f"echo 'WARNING: {password}' >&2\n"
        f"echo '{data}'\n"
    )
    program.chmod(0o700)
    calls.touch()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:8100")
    monkeypatch.setenv("ACME_EAB_KID", "")
    return calls


@pytest.fixture
def other(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path, hostname="bigip9.example.net") as other:
        other.one(other.job(keys=ONLY_EC))
        yield other


def documented() -> list[str]:
    """Return the command that docs/credentials.md shows."""
    command: list[str] = yaml.safe_load(DOCUMENTED)["devices"][0]["credentials_command"]
    return command


def must_hide(password: str, folder: Path, *outputs: Output) -> None:
    said = "".join(output.out + output.log for output in outputs) + (folder / "start_acme.log").read_text()
    assert " asking " in said
    assert password not in said


def test_vault_is_asked_once_by_each_command(world: World, vault: Path) -> None:
    """Two certificates, in two files, of one device."""
    world.add_virtual_server("/Common/vs_api")
    for job in (
        world.job(keys=ONLY_EC),
        world.job(API["common_name"], keys=ONLY_EC, virtual_servers=("/Common/vs_api",)),
    ):
        assert world.one(job).error is None
    console = Console(world)
    console.configure(WWW, **WITHOUT, credentials_command=documented())
    console.configure(API, name="api", **WITHOUT, credentials_command=documented())
    lines = (["check", "--verbose"], ["plan"], ["status"], ["run"])
    outputs = [console.say(*line, "--log-level", "DEBUG") for line in lines]
    assert [output.code for output in outputs[1:]] == [0, 0, 0], outputs[1].log
    assert f"{world.device.username} is logged in" in outputs[0].out
    assert vault.read_text().splitlines() == [" ".join(documented()[1:])] * 4
    must_hide(world.device.password, world.folder, *outputs)


def two_devices(world: World, other: World, command: list[str]) -> Console:
    console = Console(world)
    console.configure(WWW, **WITHOUT, credentials_command=command)
    where = {"host": other.device.address, "port": other.device.port, "verify_tls": str(other.device.ca_file)}
    console.configure(WWW, name="two", **where, username=other.device.username, password=other.device.password)
    file = console.config / "two.yaml"
    file.write_text(file.read_text().replace("name: bigip-sim", "name: bigip-two"))
    return console


def test_a_program_that_fails_fails_the_certificates_of_its_device(world: World, other: World, vault: Path) -> None:
    serial = world.one(world.job(keys=ONLY_EC)).serial
    console = two_devices(world, other, [*documented(), "-field=x"])
    before = len(world.device.journal)
    for command, words in (("plan", ["failed", "kept"]), ("status", [None, None])):
        output = console.say(command, "--json", "--log-level", "DEBUG")
        failed, fine = sorted(output.json["results"], key=lambda each: str(each["device"]))
        assert output.code == 1
        assert failed["error"] == (
            f"{console.config}/shop.yaml:4: credentials_command: {vault.parent}/bin/vault ended with the exit code 1; "
            "run it by hand, as the user of the connector, to see why"
        )
        assert fine["error"] is None
        assert command == "status" or [failed["result"], fine["result"]] == words
    assert failed["serial"] == serial  # what the last run knew
    assert len(world.device.journal) == before


def test_a_probe_asks_for_the_credentials_of_its_device(
    world: World, other: World, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking_only(monkeypatch)
    console = two_devices(world, other, documented())
    assert console.say("probe", "--device", "bigip-two", "--yes").code == 0
    assert vault.read_text() == ""
    done = console.say("probe", "--device", "bigip-sim", "--yes", "--log-level", "DEBUG")
    assert done.code == 0
    assert len(vault.read_text().splitlines()) == 1
    must_hide(world.device.password, world.folder, done)


def test_no_program_is_run_for_what_is_not_selected(world: World, other: World, vault: Path) -> None:
    console = two_devices(world, other, documented())
    assert console.say("plan", "--only", "bigip-two").code == 0
    console.configure({**WWW, "virtual_servers": None}, **WITHOUT, credentials_command=documented())
    assert console.say("plan").code == 2  # a mistake in the file
    assert vault.read_text() == ""


def test_a_program_that_is_not_there_is_a_mistake_in_its_file(world: World, other: World, vault: Path) -> None:
    output = two_devices(world, other, ["bao", "kv", "get"]).say("plan", "--json")
    assert (output.code, [each["device"] for each in output.json["results"]]) == (2, ["bigip-two"])
    assert "shop.yaml:15: credentials_command: 'bao' is no program in PATH" in output.json["errors"][0]
