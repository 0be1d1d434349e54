"""``audit``: the trail, shown and verified; and what a command that changes something writes into it."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import jsonschema
import pytest

from sectigo_f5.commands.arguments import parse
from sectigo_f5.commands.auditing import since, trail
from sectigo_f5.commands.auditing.sentences import sentence
from sectigo_f5.commands.options import Options
from sectigo_f5.logs.services import Places
from sectigo_f5.model import Account, Settings
from sectigo_f5.trail import reading
from sectigo_f5.trail.actor import actor
from sectigo_f5.trail.nouns import Line
from tests.commands.test_json import SCHEMA, closed
from tests.logs.test_formats import listening
from tests.support.console import Console
from tests.support.names import ONLY_EC
from tests.support.trails import chained, lines_of_chain, record, write_trail
from tests.support.world import World

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
SHOP = "shop.example.com@bigip-ams"


def two_certificates(world: World) -> None:
    told = [
        record(
            1, actor={"user": "root", "login": "alice"}, serial="2a", ticket="CHG-1", virtual_servers=["/Common/vs"]
        ),
        record(2, certificate=SHOP, device="bigip-ams", result="refused", reason="01070734: no"),
        record(3, certificate="", device="bigip-ams", what="configuration-saved", objects=[]),
    ]
    write_trail(world.state.path, chained(told))


def test_each_change_is_a_line_for_people(world: World) -> None:
    two_certificates(world)
    heading, *lines = Console(world).say("audit").out.splitlines()
    assert heading.startswith("TIME (UTC)")
    told = "www.example.com@bigip-fra, /Common/vs, serial 2a, by root (alice), ticket CHG-1"
    assert lines[0] == f"2026-11-26 00:00:01  certificate-stored       made            {told}"
    assert "shop.example.com@bigip-ams, 01070734: no" in lines[1]
    assert lines[0].index("made") == lines[1].index("refused") == lines[2].index("made")


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [("*", [1, 2, 3]), ("shop.example.com", [2]), ("bigip-ams", [2, 3]), ("*@bigip-fra", [1]), ("WWW*", [1])],
)
def test_only_chooses_what_is_in_the_trail_configured_or_not(world: World, pattern: str, numbers: list[int]) -> None:
    two_certificates(world)
    printed = Console(world).say("audit", "--json", "--only", pattern)
    assert [line["number"] for line in printed.json["lines"]] == numbers


def test_only_that_matches_nothing_names_what_is_there(world: World) -> None:
    two_certificates(world)
    printed = Console(world).say("audit", "--only", "shp.example.com")
    assert printed.code == 2
    assert "matches no certificate; did you mean shop.example.com?; in the trail: @bigip-ams, shop." in printed.log


def test_since_chooses_by_time(world: World) -> None:
    two_certificates(world)
    world.now = datetime(2026, 11, 26, 1, 0, 2, tzinfo=timezone.utc)
    console = Console(world)
    for text in ("2026-11-26T00:00:02", "60m", "1h"):
        assert [line["number"] for line in console.say("audit", "--json", "--since", text).json["lines"]] == [2, 3]
    assert "nothing was changed" in console.say("audit", "--since", "5m").out


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25", datetime(2026, 11, 25, tzinfo=timezone.utc)),
        ("2026-11-25T10:30", datetime(2026, 11, 25, 10, 30, tzinfo=timezone.utc)),
        ("2026-11-25 10:30:05Z", datetime(2026, 11, 25, 10, 30, 5, tzinfo=timezone.utc)),
        ("7d", NOW - timedelta(days=7)),
        ("12h", NOW - timedelta(hours=12)),
        ("999999d", datetime.min.replace(tzinfo=timezone.utc)),
    ],
)
def test_a_time_is_a_date_a_moment_or_how_long_ago(text: str, moment: datetime) -> None:
    assert since.moment(since.parse(text), NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "7", "0d", "2026-13-01", "2026-11-25T25:00", "7dd", "１d"])
def test_a_time_that_is_none_is_told_with_examples(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["audit", f"--since={text}"], "start_acme.py")
    assert "is no time; write 2026-11-26, 2026-11-26T14:30 (UTC), 7d, 12h or 30m" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", " ", "a\nb", "\x1b[0m", "x" * 201])
def test_a_ticket_is_one_printable_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["run", f"--ticket={text}"], "start_acme.py")
    assert "write one printable line of at most 200 characters" in capsys.readouterr().err


def test_the_whole_trail_is_verified_or_a_part_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["audit", "--verify", "--since", "7d"], "start_acme.py")
    assert "it takes neither --only nor --since" in capsys.readouterr().err


def test_a_shard_is_a_state_directory_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["audit", "--shard", "0/2"], "start_acme.py")
    assert "audit takes no --shard: it is about one STATE_DIR, and each shard has its own" in capsys.readouterr().err


def test_a_trail_is_verified_with_its_head_for_comparing(world: World) -> None:
    console = Console(world)
    assert "there is no trail yet" in console.say("audit", "--verify").out
    write_trail(world.state.path, lines_of_chain(3))
    printed = console.say("audit", "--verify")
    head = reading.head(world.state.path)
    assert head
    assert printed.code == 0
    assert printed.out.splitlines() == ["3 lines in 1 file(s), unbroken", f"head: number 3, SHA-256 {head.sha256}"]
    assert console.say("audit", "--verify", "--quiet").out == ""


def test_a_broken_trail_ends_with_exit_code_1_and_says_where(world: World) -> None:
    lines = lines_of_chain(4)
    file = write_trail(world.state.path, [lines[0], lines[1].replace(b"made", b"fake"), *lines[2:]])
    console = Console(world)
    printed = console.say("audit", "--verify", "--quiet")
    assert printed.code == 1
    expected = f"{file}, line 3: {file}, line 2 was changed after it was written"
    assert "4 lines in 1 file(s), BROKEN" in printed.out
    assert expected in printed.out
    as_json = console.say("audit", "--verify", "--json").json
    assert (as_json["exit_code"], as_json["verified"]["lines"]) == (1, 4)
    assert as_json["errors"][0].startswith(expected)


def test_older_files_elsewhere_and_cut_lines_are_said_and_no_break(world: World) -> None:
    file = write_trail(world.state.path, lines_of_chain(4)[2:])
    file.write_bytes(file.read_bytes() + b'{"number": 5')
    printed = Console(world).say("audit", "--verify")
    assert printed.code == 0
    assert "numbers 1 to 2 are not here, the last of them with the SHA-256" in printed.out
    assert "the last line is cut, by a power failure or a full disk: the next run closes it" in printed.out


@pytest.mark.parametrize("options", [(), ("--verify",), ("--since", "7d")])
def test_the_object_is_what_the_schema_describes(world: World, options: tuple[str, ...]) -> None:
    console = Console(world)
    for count in (0, 1, 3):
        write_trail(world.state.path, lines_of_chain(count))
        printed = console.say("audit", "--json", *options)
        for schema in (SCHEMA, closed(SCHEMA)):
            jsonschema.Draft202012Validator(schema).validate(printed.json)
        assert (printed.code, printed.json["exit_code"], printed.json["results"]) == (0, 0, [])


def test_neither_yaml_nor_a_bigip_is_needed(world: World) -> None:
    two_certificates(world)
    console = Console(world)
    (console.config / "shop.yaml").write_text("}{")
    before = len(world.device.journal)
    assert console.say("audit").code == console.say("audit", "--verify").code == 0
    assert len(world.device.journal) == before


def test_a_trail_that_cannot_be_read_is_told(world: World) -> None:
    (world.state.path / "audit.jsonl").mkdir()
    console = Console(world)
    printed = console.say("audit")
    assert printed.code == 2
    assert "cannot be read" in printed.log
    assert "audit.jsonl is a directory" in console.say("check").out


# -- who, and for what -------------------------------------------------------------------------------


def test_a_command_says_who_has_typed_what_for_which_ticket(world: World) -> None:
    assert world.one(world.job(keys=ONLY_EC)).error is None
    world.wait(days=1)
    world.one(world.job(keys=ONLY_EC), force=True)
    console, metrics = Console(world), world.folder / "metrics.prom"
    console.write_env(METRICS_FILE=str(metrics))
    printed = console.say("rollback", "--only", "www.example.com", "--ticket", "CHG-7")
    assert printed.code == 0, printed.log
    *_, change, saved = reading.lines(world.state.path)
    assert (change.what, change.ticket, saved.ticket) == ("put-in-service", "CHG-7", "CHG-7")
    assert change.record["command"].startswith("start_acme.py rollback --only www.example.com --ticket CHG-7 --config")
    assert change.record["actor"]["user"]
    head = reading.head(world.state.path)
    assert head
    assert f"sectigo_f5_audit_lines {head.number}.0" in metrics.read_text()
    assert f'sectigo_f5_audit_head_info{{sha256="{head.sha256}"}} 1.0' in metrics.read_text()
    assert f"the trail has {head.number} lines, the last with the SHA-256 {head.sha256}" in printed.log


def test_a_command_that_cannot_write_the_trail_changes_nothing(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    before = len(world.device.writes())
    (world.state.path / "audit.jsonl").rename(world.folder / "elsewhere")
    (world.state.path / "audit.jsonl").mkdir()
    printed = Console(world).say("run", "--force")
    assert printed.code == 2
    assert "so nothing is changed; run as its owner" in printed.log
    assert len(world.device.writes()) == before


def test_a_command_that_only_reads_opens_no_trail(world: World) -> None:
    assert Console(world).say("plan").code == 0
    assert not (world.state.path / "audit.jsonl").exists()


@pytest.mark.parametrize("log_file", ["file", "syslog"])
def test_the_head_is_sent_to_syslog_once(tmp_path: Path, log_file: str) -> None:
    place: Path | Literal["syslog"] = "syslog" if log_file == "syslog" else tmp_path / log_file
    settings = Settings(Account("https://acme.example.com"), "INFO", place, tmp_path)
    write_trail(tmp_path, lines_of_chain(2))
    places = Places(syslog=tmp_path / "log", environment={})
    with listening(places.syslog) as service:
        with trail.recorded(Options(typed=("start_acme.py",)), settings, [], lambda: NOW, places):
            pass
        if log_file == "syslog":
            service.setblocking(False)
            with pytest.raises(BlockingIOError):
                service.recv(9999)
        else:
            line = service.recv(9999).decode()
            assert line.startswith(f"<30>sectigo-f5[{os.getpid()}]: the trail has 2 lines, the last with the SHA-256 ")


def test_nobody_listens_to_syslog_and_nothing_happens(tmp_path: Path) -> None:
    settings = Settings(Account("https://acme.example.com"), "INFO", tmp_path / "log", tmp_path)
    with trail.recorded(Options(typed=("x",)), settings, [], lambda: NOW, Places(syslog=tmp_path / "none")):
        pass


def process(folder: Path, loginuid: str, cgroup: str) -> Path:
    (folder / "loginuid").write_text(loginuid)
    (folder / "cgroup").write_text(cgroup)
    return folder


def test_who_it_is_comes_from_the_kernel_and_the_environment_only_claims(tmp_path: Path) -> None:
    of_service = process(tmp_path, "4294967295", "0::/system.slice/sectigo-f5.service\n")
    claimed = {"SUDO_USER": "mallory", "INVOCATION_ID": "0f" * 500, "HOME": "/root"}
    found = actor(claimed, of_service)
    assert (found["unit"], "login" in found) == ("sectigo-f5.service", False)
    assert found["claims"] == {"SUDO_USER": "mallory", "INVOCATION_ID": ("0f" * 500)[:200]}
    of_login = process(tmp_path, "0", "0::/user.slice/user-0.slice/session-3.scope\n")
    assert actor({}, of_login) == {"user": found["user"], "login": "root", "unit": "session-3.scope"}
    assert process(tmp_path, "4000000", "12:cpu:/\n0::/\n")
    assert actor({}, tmp_path)["login"] == "user 4000000"
    assert actor({}, tmp_path / "none") == {"user": found["user"]}


def test_a_line_that_somebody_has_made_up_is_shown_without_obeying_it() -> None:
    shown = sentence(Line.of({**record(1, actor="root", objects="x", serial=3, what="\x1b[2J"), "number": 1}))
    assert shown.isprintable()
    assert json.dumps(shown)
