"""The progress of a run on a terminal; elsewhere nothing but the log."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from sectigo_f5 import log
from sectigo_f5.progress import SILENT, doing
from sectigo_f5.report import live
from sectigo_f5.secret import Secret
from tests.support.builders import job
from tests.support.terminal import XTERM, Terminal

logger = logging.getLogger("sectigo_f5.test")


class Watched(Terminal):
    """A terminal that tells when it shows something."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            self.changed.notify_all()
            return super().write(text)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=20), self.seen


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setenv("TERM", "xterm")
    return Watched()


def test_the_display_shows_what_is_waited_for_and_leaves_only_the_log(terminal: Watched, tmp_path: Path) -> None:
    of = job()
    with redirect_stderr(terminal), log.opened("INFO", tmp_path / "log", False, [Secret("hunter22")]):
        with live.shown(quiet=False, after=0) as progress, progress.at_work(of.label):
            progress.begin([of])
            doing("Certbot: waiting for hunter22")
            terminal.wait_for(lambda: "  www.example.com  Certbot: waiting for ***, 0 s" in terminal.seen)
            logger.info("a line with hunter22")
            assert terminal.seen[0].endswith("INFO    run: a line with ***")
            assert len(terminal.seen) == 4
        assert [line[-20:] for line in terminal.seen] == ["run: a line with ***"]
        logger.info("the next line")
    assert [line[-10:] for line in terminal.seen] == ["e with ***", " next line"]
    assert terminal.getvalue().count("hunter22") == 0
    assert "\x1b" not in (tmp_path / "log").read_text()


def test_an_exception_leaves_only_the_log_on_the_terminal(terminal: Watched) -> None:
    def interrupted() -> None:
        with redirect_stderr(terminal), live.shown(quiet=False, after=0) as progress:
            progress.begin([job()])
            terminal.wait_for(lambda: bool(terminal.seen))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert terminal.seen == []


def test_a_terminal_that_is_gone_ends_the_display_and_not_the_run(terminal: Watched, tmp_path: Path) -> None:
    opened = log.opened("INFO", tmp_path / "log", False, [])
    with redirect_stderr(terminal), opened, live.shown(quiet=False, after=0) as progress:
        progress.begin([job()])
        terminal.wait_for(lambda: bool(terminal.seen))
        terminal.broken = True
        threads = [thread for thread in threading.enumerate() if thread.name == live.NAME]
        for thread in threads:
            thread.join(20)
        assert len(threads) == 1
        terminal.broken = False
        logger.info("still logged")
    assert (tmp_path / "log").read_text().endswith("run: still logged\n")


def test_a_short_run_is_over_before_anything_is_drawn(terminal: Watched) -> None:
    with redirect_stderr(terminal), live.shown(quiet=False) as progress:
        progress.begin([job()])
    assert terminal.getvalue() == ""


def test_quiet_runs_show_nothing(terminal: Watched) -> None:
    with redirect_stderr(terminal), live.shown(quiet=True, after=0) as progress:
        assert progress is SILENT
    assert terminal.getvalue() == ""


def test_only_terminals_that_obey_get_a_display() -> None:
    assert live.is_for(Terminal(), XTERM)
    assert live.is_for(Terminal(), {**XTERM, "NO_COLOR": "1"})
    assert not live.is_for(Terminal(), {"TERM": "dumb"})
    assert not live.is_for(Terminal(), {})
    assert not live.is_for(io.StringIO(), XTERM)
    assert not live.is_for(None, XTERM)
