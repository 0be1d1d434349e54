"""The log as JSON, for syslog and for the journal; and what waits for the summary."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import log
from sectigo_f5.logs.services import Places, datagram
from sectigo_f5.logs.terminal import MOST
from sectigo_f5.report import stdout
from sectigo_f5.secret import Secret
from tests.support.properties import generated
from tests.support.terminal import Terminal

ROOT = Path(__file__).parent.parent.parent
SECRET = Secret("hunter22")
logger = logging.getLogger("sectigo_f5.test")


@contextmanager
def listening(place: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.bind(str(place))
        service.settimeout(5)
        yield service


def parsed(data: bytes) -> dict[str, str]:
    """Read an entry of the journal, as systemd documents it."""
    entry = {}
    while data:
        head, _, data = data.partition(b"\n")
        name, equals, value = head.partition(b"=")
        if not equals:
            length = int.from_bytes(data[:8], "little")
            value, data = data[8 : 8 + length], data[8 + length :].removeprefix(b"\n")
        entry[name.decode()] = value.decode()
    return entry


def tell_all() -> None:
    with log.about("www.example.com@bigip-fra"):
        logger.info("11 client SSL profile %s holds hunter22\nand more", "/Common/www")
    with log.about("bigip-fra"):
        logger.warning("%s: look", "12 x")
    logger.error("this is a bug", exc_info=ValueError("with\nhunter22"))


def test_json_has_an_object_a_line_with_the_documented_fields(tmp_path: Path) -> None:
    file, err = tmp_path / "log", io.StringIO()
    with redirect_stderr(err), log.opened("INFO", file, False, [SECRET], form="json", run="0a1b"):
        tell_all()
    assert err.getvalue() == file.read_text()
    assert "hunter22" not in file.read_text()
    first, second, third = map(json.loads, file.read_text().splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {
        "level": "INFO",
        "common_name": "www.example.com",
        "device": "bigip-fra",
        "step": 11,
        "message": "11 client SSL profile /Common/www holds *** and more",
        "run": "0a1b",
    }
    assert {key: second.get(key) for key in ("level", "device", "common_name", "step")} == {
        "level": "WARNING",
        "device": "bigip-fra",
        "common_name": None,
        "step": None,  # a number in a value is no step
    }
    assert "device" not in third
    assert "ValueError: with" in third["exception"]
    documented = set(re.findall(r"^\| `(\w+)` ", (ROOT / "docs" / "log.md").read_text(), re.MULTILINE))
    assert {"time", *first, *second, *third} <= documented


@generated(100)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["json", "text"]))
def test_any_message_is_one_line_without_secrets(
    tmp_path_factory: pytest.TempPathFactory, text: str, form: str
) -> None:
    file = tmp_path_factory.mktemp("log") / "log"
    with redirect_stderr(io.StringIO()), log.opened("INFO", file, True, [SECRET], form=form):
        logger.info("3 %shunter22%s", text, text)
    (line,) = file.read_text(encoding="utf-8").split("\n")[:-1]
    assert "hunter22" not in line
    assert form == "text" or json.loads(line)["step"] == 3


def test_the_journal_gets_fields_and_the_levels_that_it_knows(tmp_path: Path) -> None:
    places = Places(journal=tmp_path / "journal", environment={})
    with listening(places.journal) as service:
        with redirect_stderr(io.StringIO()), log.opened("INFO", "journal", True, [SECRET], run="0a1b", places=places):
            tell_all()
        entries = [parsed(service.recv(1 << 20)) for _ in range(3)]
    assert entries[0] == {
        "MESSAGE": "www.example.com@bigip-fra: 11 client SSL profile /Common/www holds *** and more",
        "PRIORITY": "6",
        "SYSLOG_FACILITY": "3",
        "SYSLOG_IDENTIFIER": "sectigo-f5",
        "SYSLOG_PID": str(os.getpid()),
        "CERTIFICATE": "www.example.com@bigip-fra",
        "DEVICE": "bigip-fra",
        "STEP": "11",
        "RUN": "0a1b",
    }
    assert (entries[1]["PRIORITY"], entries[1]["DEVICE"], "CERTIFICATE" in entries[1]) == ("4", "bigip-fra", False)
    assert entries[2]["PRIORITY"] == "3"
    assert entries[2]["MESSAGE"].splitlines()[1:] == ["  ValueError: with", "  ***"]
    assert not any("hunter22" in text for entry in entries for text in entry.values())


@generated(100)
@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z_]{0,9}", fullmatch=True), st.text(st.characters(codec="utf-8"))))
def test_any_entry_of_the_journal_can_be_read_back(entry: dict[str, str]) -> None:
    assert parsed(datagram(entry)) == entry


def test_syslog_gets_lines_with_priority_and_name(tmp_path: Path) -> None:
    places = Places(syslog=tmp_path / "log", environment={})
    with listening(places.syslog) as service:
        with redirect_stderr(io.StringIO()), log.opened("INFO", "syslog", True, [SECRET], places=places):
            tell_all()
        lines = [service.recv(1 << 20).decode() for _ in range(3)]
    me = f"sectigo-f5[{os.getpid()}]: "
    assert lines[0] == (f"<30>{me}INFO www.example.com@bigip-fra: 11 client SSL profile /Common/www holds *** and more")
    assert lines[1].startswith(f"<28>{me}WARNING bigip-fra: 12 x: look")
    assert lines[2].startswith(f"<27>{me}ERROR run: this is a bug | ")
    assert not any("\n" in line or "\0" in line for line in lines)


@pytest.mark.parametrize("service", ["syslog", "journal"])
def test_a_service_that_does_not_listen_is_a_warning(tmp_path: Path, service: Any) -> None:
    err, places = io.StringIO(), Places(tmp_path / "none", tmp_path / "none", {})
    with redirect_stderr(err), log.opened("INFO", service, True, [], places=places):
        assert f"LOG_FILE {service} cannot be written (No such file or directory): logging here only" in err.getvalue()


@pytest.mark.parametrize("service", ["syslog", "journal"])
def test_a_service_that_has_ended_is_given_up_once(tmp_path: Path, service: Any) -> None:
    err, places = io.StringIO(), Places(tmp_path / "place", tmp_path / "place", {})
    with listening(tmp_path / "place"):
        opened = log.opened("INFO", service, False, [], places=places)
        with redirect_stderr(err):
            opened.__enter__()
            (tmp_path / "place").unlink()
    try:
        for number in range(3):
            logger.warning("line %d", number)
    finally:
        opened.__exit__(None, None, None)
    assert err.getvalue().count(f"LOG_FILE {service} can no longer be written") == 1
    assert [line[-6:] for line in err.getvalue().splitlines() if "line" in line and "LOG_FILE" not in line] == [
        "line 0",
        "line 1",
        "line 2",
    ]


def test_standard_error_that_is_the_journal_carries_priorities(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w+") as err:
        found = os.fstat(err.fileno())
        places = Places(environment={"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        with redirect_stderr(err), log.opened("INFO", tmp_path / "log", True, [SECRET], places=places):
            tell_all()
            first = (tmp_path / "stream").read_text().splitlines()
        assert first[0] == "<4>bigip-fra: 12 x: look", "nothing is held back: nobody mails it"
        assert {line[:3] for line in first[1:]} == {"<3>"}


def test_lines_are_in_the_journal_once(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w+") as err, listening(tmp_path / "journal") as service:
        found = os.fstat(err.fileno())
        environment = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        places = Places(journal=tmp_path / "journal", environment=environment)
        with redirect_stderr(err), log.opened("INFO", "journal", False, [], places=places):
            logger.info("1 read")
        assert parsed(service.recv(1 << 20))["MESSAGE"] == "run: 1 read"
    assert (tmp_path / "stream").read_text() == ""


# -- what waits for the summary --------------------------------------------------------------------


def test_a_mail_of_cron_begins_with_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = io.StringIO()
    monkeypatch.setattr("sys.stdout", both)
    with redirect_stderr(both), log.opened("INFO", tmp_path / "log", True, []):
        logger.error("the device is down")
        assert (both.getvalue(), log.are_held()) == ("", True)
        assert "the device is down" in (tmp_path / "log").read_text(), "a run that is killed has left it there"
        stdout.say("1 of 1 failed")
        logger.warning("after it")
    assert [line.rpartition(": ")[2] for line in both.getvalue().splitlines()] == [
        "1 of 1 failed",
        "the device is down",
        "after it",
    ]


def test_lines_that_wait_are_written_at_the_end_and_are_not_too_many(tmp_path: Path) -> None:
    err = io.StringIO()

    def crash() -> None:
        with redirect_stderr(err), log.opened("INFO", tmp_path / "log", True, []):
            for number in range(MOST + 2):
                logger.warning("%d", number)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    lines = err.getvalue().splitlines()
    assert len(lines) == MOST + 1
    assert lines[-1] == "... and 2 more lines: the log file has them"


def test_no_line_waits_that_is_nowhere_else_or_is_watched(tmp_path: Path) -> None:
    err = io.StringIO()
    with redirect_stderr(err), log.opened("INFO", tmp_path, True, []):
        assert "cannot be written (Is a directory)" in err.getvalue()
    with redirect_stderr(io.StringIO()) as err, log.opened("INFO", Path("/dev/full"), True, []):
        logger.warning("first")
        assert [line[-5:] for line in err.getvalue().splitlines()][0] == "first"
    terminal = Terminal()
    with redirect_stderr(terminal), log.opened("INFO", tmp_path / "log", True, []):
        logger.warning("live")
        assert terminal.seen[0].endswith("live")
    with redirect_stderr(io.StringIO()) as err, log.opened("INFO", tmp_path / "log", False, []):
        logger.warning("as it comes")
        assert err.getvalue().endswith("as it comes\n")
