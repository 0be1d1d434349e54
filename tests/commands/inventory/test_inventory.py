"""``inventory``: every certificate and key of the devices, in four forms; nothing on a device is changed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.arguments import parse
from sectigo_f5.simulator import Fault
from tests.commands.test_json import valid
from tests.report.page.test_rendering import Page
from tests.support.console import Console
from tests.support.ha_pair import ha_pair
from tests.support.installation import ROOT
from tests.support.names import ONLY_EC
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

OURS: dict[str, Any] = {
    "common_name": "www.example.com",
    "virtual_servers": ["vs_www"],
    "owner": "Web team",
    "purpose": "Customer portal",
}


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """Somebody else's certificate, on a virtual server of its own; ours is still to be enrolled."""
    attach(world, hand_made(world, "other", "other.example.com"), path=world.add_virtual_server("/Common/vs_other"))
    before = len(world.device.writes())
    yield Console(world, OURS)
    assert world.device.writes()[before:] == [], "it only reads"


def items_of(console: Console, *options: str) -> dict[str, Any]:
    """Return the items of the object, by path."""
    printed = valid(console.say("inventory", "--json", *options))
    return {item["certificate"] or item["key"] or item["unit"]: item for item in printed["items"]}


def test_everything_is_in_the_json(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    attach(world, hand_made(world, "other", "other.example.com"), path=world.add_virtual_server("/Common/vs_other"))
    items, some = items_of(console := Console(world, OURS)), items_of(console, "--only", "www.example.com")
    assert {item["configured_as"] for item in some.values()} == {"www.example.com@bigip-sim"}
    assert {"/Common/other.crt", *some} < {*items}
    assert len(some) == 2, "the pair, and its chain"
    (ours,) = (item for item in items.values() if item["ours"] and item["holds"] == "pair")
    assert (ours["configured_as"], ours["owner"], ours["purpose"]) == (
        "www.example.com@bigip-sim", "Web team", "Customer portal",
    )  # fmt: skip
    assert (ours["security_type"], ours["protected"], ours["curve"]) == ("password", True, "secp256r1")
    assert (ours["last_change"]["what"], ours["last_change"]["result"]) == ("put-in-service", "made")
    assert ours["planned_renewal"] > ours["not_before"]
    (use,) = ours["uses"]
    assert (use["path"], use["role"]) == ("/Common/www.example.com_clientssl", "pair")
    assert use["virtual_servers"][0]["path"] == "/Common/vs_www"
    other = items["/Common/other.crt"]
    assert (other["ours"], other["owner"], other["planned_renewal"]) == (False, None, None)
    assert "unprotected-key" in [finding["word"] for finding in other["findings"]]
    assert "management" in [item["holds"] for item in items.values()]


def test_what_was_on_no_inventory_before_is_new_once(console: Console, world: World) -> None:
    first = valid(console.say("inventory", "--json"))
    assert first["devices"][0]["last_inventory"] is None
    assert "'new'" not in str(first["items"])
    hand_made(world, "later", "later.example.com")
    console.say("inventory", "--json", "--only", "www.example.com")

    def new() -> list[str]:
        return [
            path for path, item in items_of(console).items() if "new" in [each["word"] for each in item["findings"]]
        ]

    assert new() == ["/Common/later.crt"], "an inventory of one certificate remembers nothing"
    assert new() == []


def test_only_with_the_name_of_a_device_means_everything_on_it(console: Console, world: World) -> None:
    assert items_of(console, "--only", "bigip-sim").keys() > {"/Common/other.crt"}
    assert world.state.inventory.of("bigip-sim") is not None


def timeless(line: str) -> tuple[str, ...]:
    """Return the cells of a line, without the days and the date."""
    cells = re.split(r"\s{2,}", line)
    return (*cells[:4], *cells[6:])


def test_table_begins_with_what_needs_attention_and_says_that_it_is_the_first(console: Console) -> None:
    first = console.say("inventory")
    assert first.code == 0, "a finding is no failure"
    head, *rows = first.out.split("\n\n")[0].splitlines()
    assert head.split()[:4] == ["STATE", "CERTIFICATE", "DEVICE", "OBJECT"]
    assert re.match(r"expiring +other\.example\.com ", rows[0])
    sample = (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8").split("```\n")[1].splitlines()
    assert {timeless(line) for line in sample} < {timeless(line) for line in (head, *rows)}
    assert rows[-1].startswith("fine ")
    assert first.out.endswith("bigip-sim: this is the first inventory, so nothing counts as new\n")
    assert len(console.say("inventory").out.split("\n\n")) == 1


def test_quiet_shows_only_what_is_more_than_a_note(console: Console) -> None:
    said = console.say("inventory", "--quiet").out
    assert "other.example.com" in said
    assert "\nfine" not in said
    assert "f5-ca-bundle" not in said


def test_on_a_terminal_the_remedies_stand_below(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = console.say("inventory", on_terminal=True).out
    assert "whoever reads the configuration or a UCS archive has the key" in text
    assert "certificates and keys, " in text


def test_csv_and_page_are_files_that_are_replaced_whole(console: Console, tmp_path: Path) -> None:
    sheet, page = tmp_path / "inventory.csv", tmp_path / "inventory.html"
    for option, file in (("--csv", sheet), ("--html", page)):
        file.write_text("old")
        file.chmod(0o640)
        said = console.say("inventory", option, str(file))
        assert (said.code, said.out) == (0, "")
        assert f"the inventory is in {file}" in said.log
        assert file.stat().st_mode & 0o777 == 0o640
    with sheet.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["custody"] for row in rows if row["certificate"] == "/Common/other.crt"] == ["normal"]
    assert "/Common/other.crt" in Page(page.read_text()).text


def test_a_file_that_cannot_be_written_is_exit_code_2(console: Console, tmp_path: Path) -> None:
    for option in ("--csv", "--html"):
        said = console.say("inventory", option, str(tmp_path / "nowhere" / "file"))
        assert said.code == 2
        assert "cannot be written (No such file or directory)" in said.log


FORMS = [("--json", "--csv", "x"), ("--csv", "x", "--html", "y"), ("--json", "--html", "y")]


@pytest.mark.parametrize("options", FORMS, ids=" ".join)
def test_forms_exclude_each_other(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["inventory", *options], "start_acme.py")
    assert ended.value.code == 2
    assert "inventory takes only one of --json, --csv, --html" in capsys.readouterr().err


def test_a_device_that_does_not_answer_is_said_and_the_others_are_shown(console: Console, world: World) -> None:
    console.say("inventory", "--quiet")
    console.configure({**OURS, "common_name": "far.example.com"}, name="far", host="127.0.0.1", port=1)
    text = (console.config / "far.yaml").read_text().replace("bigip-sim", "bigip-far")
    (console.config / "far.yaml").write_text(text)
    said = console.say("inventory")
    assert said.code == 1
    assert "other.example.com" in said.out
    assert re.search("^bigip-far: .*refused", said.out, re.MULTILINE)
    assert world.state.inventory.of("bigip-far") is None


def test_a_device_that_fails_halfway_keeps_what_is_known_of_it_and_shows_none_of_it(
    console: Console, world: World
) -> None:
    console.say("inventory", "--quiet")
    known = world.state.inventory.of("bigip-sim")
    refused = "error:400:01070734:3: Configuration error"
    world.device.fault(Fault(method="GET", path="sys/file/ssl-cert$", nth=2, times=99, action=refused))
    said = console.say("inventory", "--json")
    printed = valid(said)
    assert said.code == 1
    assert printed["items"] == []
    assert printed["devices"][0]["error"]
    assert world.state.inventory.of("bigip-sim") == known


def test_units_of_a_group_are_each_known_by_their_management_certificate(tmp_path: Path) -> None:
    with ha_pair(tmp_path) as pair:
        console, device = Console(pair.world), pair.job().device
        console.configure(host=list(device.hosts), port=device.port)

        units = [item for item in items_of(console).values() if item["holds"] == "management"]
        assert len({item["fingerprint"] for item in units}) == 2
        known = pair.world.state.inventory.of("bigip-sim")
        pair.down(pair.other)
        said = console.say("inventory")
        note = f"{pair.other.address} did not answer: the certificate of its management interface is not known"
        assert (said.code, f"bigip-sim: {note}" in said.out) == (0, True)
        assert known == pair.world.state.inventory.of("bigip-sim"), "nor is it new when it answers again"


def test_what_cannot_be_remembered_is_a_warning_and_no_failure(console: Console, world: World) -> None:
    (world.state.path / "inventory").write_text("in the way")
    said = console.say("inventory")
    assert said.code == 0
    assert "the next inventory compares with an earlier one" in said.log
