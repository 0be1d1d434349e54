"""What a terminal shows: the log above, the progress below, and nothing torn."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.printable import one_line
from sectigo_f5.report.board import AT_WORK, WHY, Line
from sectigo_f5.report.screen import Screen
from tests.support.properties import generated
from tests.support.terminal import XTERM, Terminal

DEVICE = Line(AT_WORK, "bigip-fra", "1 done, 1 running, 1 left", of_device=True)
WAITING = Line(AT_WORK, "www.example.com", "Certbot: waiting for the CA, 12 s")
FAILED = Line(WHY, "shop.example.com", "failed: the CA refuses")


def test_lines_of_the_log_scroll_above_what_is_drawn() -> None:
    terminal = Terminal()
    screen = Screen(terminal, XTERM, terminal.size)
    screen.write_above("first line\n")
    screen.draw([DEVICE, WAITING, FAILED], ["in all: 1 done"], one_line)
    long = "a line as long as " + "nobody would think of " * 9 + "at all"
    screen.write_above(f"{long}\n")
    screen.write_above("a traceback\n  of several lines\n")
    assert terminal.seen[:4] == ["first line", long[:80], long[80:160], long[160:]]
    assert terminal.seen[4:] == [
        "a traceback",
        "  of several lines",
        "bigip-fra           1 done, 1 running, 1 left",
        "  www.example.com   Certbot: waiting for the CA, 12 s",
        "  shop.example.com  failed: the CA refuses",
        "in all: 1 done",
    ]
    screen.clear()
    assert terminal.seen[4:] == ["a traceback", "  of several lines"]
    assert (terminal.row, terminal.column) == (6, 0)


LINES = st.builds(Line, st.sampled_from([AT_WORK, WHY]), st.text(max_size=40), st.text(max_size=90), st.booleans())
STEPS = st.lists(st.one_of(st.lists(LINES, max_size=4), st.text("ab ", min_size=1, max_size=12)), max_size=8)


@generated(30)
@given(steps=STEPS, width=st.integers(13, 100))
def test_nothing_of_the_log_is_lost_whatever_is_drawn(steps: list[list[Line] | str], width: int) -> None:
    """Whatever names and texts hold: escape sequences, line breaks, letters that take two columns."""
    terminal, log = Terminal(width), []
    screen = Screen(terminal, XTERM, terminal.size)
    for step in steps:
        if isinstance(step, str):
            log.append(step.rstrip())
            screen.write_above(f"{step}\n")
        else:
            screen.draw(step, ["in all: 1 done, 3 left"], one_line)
    screen.clear()
    assert terminal.seen == "\n".join(log).rstrip("\n").splitlines()


def test_narrow_terminals_get_shorter_lines_and_not_more_of_them() -> None:
    terminal = Terminal(width=30)
    screen = Screen(terminal, XTERM, terminal.size)
    screen.draw([DEVICE, WAITING], ["in all: 1 done, 1 running, 1 left, 12 s"], one_line)
    assert len(terminal.seen) == 3
    assert [line[-1] for line in terminal.seen] == ["…"] * 3
    assert max(map(len, terminal.seen)) < 30


def test_nothing_is_drawn_twice_while_it_stays_the_same() -> None:
    terminal = Terminal()
    screen = Screen(terminal, XTERM, terminal.size)
    screen.draw([DEVICE], ["in all"], one_line)
    written = terminal.getvalue()
    screen.draw([DEVICE], ["in all"], one_line)
    assert terminal.getvalue() == written


def test_a_run_in_the_background_draws_nothing_over_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-Z and `bg` the end of the terminal is the shell's; after `fg` it is ours again."""
    terminal, group = Terminal(), os.getpgrp()
    monkeypatch.setattr(terminal, "fileno", lambda: 2)
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: group)
    screen = Screen(terminal, XTERM, terminal.size)
    screen.draw([DEVICE], ["in all"], one_line)
    terminal.write("^Z\n$ bg\n$ ")
    group += 1
    screen.write_above("a line\n")
    screen.draw([DEVICE], ["in all"], one_line)
    assert terminal.seen[2:] == ["$ bg", "$ a line"]
    group -= 1
    screen.draw([DEVICE], ["in all"], one_line)
    assert terminal.seen[2:] == ["$ bg", "$ a line", "bigip-fra  1 done, 1 running, 1 left", "in all"]


def test_no_colours_are_used_where_the_environment_asks_for_none() -> None:
    colourful, plain = Terminal(), Terminal()
    Screen(colourful, XTERM, colourful.size).draw([DEVICE, FAILED], ["in all"], one_line)
    Screen(plain, {**XTERM, "NO_COLOR": "1"}, plain.size).draw([DEVICE, FAILED], ["in all"], one_line)
    assert "\x1b[31m" in colourful.colours
    assert plain.colours <= {"\x1b[1m", "\x1b[0m"}
    assert plain.seen == colourful.seen


def test_texts_are_made_fit_to_be_shown_before_they_are() -> None:
    terminal = Terminal()
    wild = Line(AT_WORK, "www\x1b[2J.example.com", "the CA\r\nsays hunter22")
    screen = Screen(terminal, XTERM, terminal.size)
    screen.draw([wild], ["in all"], lambda text: one_line(text).replace("hunter22", "***"))
    assert terminal.seen == ["  www[2J.example.com  the CA says ***", "in all"]


def test_half_of_a_terminal_stays_for_the_log() -> None:
    terminal = Terminal(height=30)
    screen = Screen(terminal, XTERM, terminal.size)
    assert screen.room == 15
    terminal.height = 1
    assert screen.room == 1
