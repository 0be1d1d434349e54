"""Text from outside: one line, nothing that a terminal obeys, and not too much of it."""

from __future__ import annotations

import json
import logging
import unicodedata
import warnings
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import log
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Outcome, Result
from sectigo_f5.printable import LONGEST, one_line
from sectigo_f5.report.answer import Answer
from sectigo_f5.report.page.rendering import About, render
from sectigo_f5.report.status.plain import to_text
from sectigo_f5.report.status.rows import Row
from sectigo_f5.report.summary import summary
from sectigo_f5.secret import Secret
from tests.support.properties import generated

NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
# A line break, ESC, CSI as C1, a reversal of writing, half of a character, what only some call a line break.
FORGED = "x\n2026-11-25T00:00:00Z INFO forged\x1b[2J\x9b2J\u202e\ud800\x85y\u2028z"
TEXT = st.text(st.characters(), max_size=60) | st.sampled_from([FORGED, "\r\n", "\t", " " * 9])
BAD = ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_clean(text: str) -> bool:
    return not any(unicodedata.category(character) in BAD for character in text)


@generated(200)
@given(TEXT)
def test_any_text_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert is_clean(line)
    assert one_line(line) == line == line.strip()
    assert set(line) <= set(text) | {" "}


@pytest.mark.parametrize("text", ["", "a b", "münchen.example – ok", "中文", "a  b"])
def test_text_that_can_be_printed_stays(text: str) -> None:
    assert one_line(text) == " ".join(text.split())


def test_a_long_text_is_cut() -> None:
    assert one_line("x" * LONGEST) == "x" * LONGEST
    assert one_line("x" * 99_999) == "x" * (LONGEST - 1) + "…"
    assert len(str(ConnectorError("x" * 99_999))) == LONGEST


def test_a_record_of_the_log_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, secret = tmp_path / "log", Secret("two\nlines")
    with log.opened("INFO", file, quiet=True, known=[secret]), log.about(f"www{FORGED}@bigip"):
        logging.getLogger("sectigo_f5.workflow").info("3 to be renewed: %s; two\nlines", FORGED)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert is_clean(lines[0])
    assert lines[0].endswith("; ***")


def test_what_libraries_say_is_no_more_than_a_line_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 warns of odd headers, which it quotes, with a traceback."""
    file, root = tmp_path / "log", logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    with log.opened("DEBUG", file, quiet=True, known=[]):
        logging.getLogger("urllib3.connectionpool").warning("headers: %s", FORGED, exc_info=ValueError(FORGED))
        warnings.showwarning(UserWarning(FORGED), UserWarning, "x.py", 7)
    assert capsys.readouterr().err == ""
    urllib3, python = file.read_text(encoding="utf-8").splitlines()
    assert "urllib3.connectionpool: headers: x 2026-11-25T00:00:00Z INFO forged[2J2J y z" in urllib3
    assert is_clean(python)
    assert "UserWarning: x 2026" in python
    assert root.handlers == []


def test_a_traceback_cannot_pass_for_records(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with log.opened("ERROR", file, quiet=False, known=[]):
        logging.getLogger("sectigo_f5.cli").error("this is a bug", exc_info=ValueError(FORGED))
    first, *more = file.read_text(encoding="utf-8").splitlines()
    assert first.endswith("this is a bug")
    assert all(line.startswith("  ") and is_clean(line) for line in more)


def test_summary_table_page_and_json_hold_lines() -> None:
    result = Result("www.example.com", "bigip", (), Outcome.RENEWED, FORGED, notes=(FORGED,))
    assert len(summary([result], NOW).splitlines()) == 2
    row = Row(f"CN={FORGED}", "bigip", (), (FORGED,), managed=False, reason=FORGED, error=FORGED, issuer=FORGED)
    assert len(to_text([row]).splitlines()) == 2
    assert is_clean("".join(to_text([row]).splitlines()))
    assert is_clean(render([row], About(NOW, Path("/etc"))).replace("\n", ""))
    answer = json.loads(
        Answer("status", NOW, NOW, 0, [{"result": "kept", "reason": FORGED, "names": [FORGED]}]).to_json()
    )
    assert is_clean(answer["results"][0]["reason"] + answer["results"][0]["names"][0])
