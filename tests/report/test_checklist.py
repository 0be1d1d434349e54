"""What ``check`` prints: a line for a group that is well, and whatever is said stays on its line."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.report.checklist import SIGNS, WORDS, Style, style_for, to_text
from sectigo_f5.report.looks import CERTIFICATE, DEVICE, HOST, Group, Level, Look, doubtful, well, wrong
from tests.support.properties import generated

SIGNED = Style(SIGNS, "→")
FINE = Group(HOST, "this host", (well("room", "9 GiB"), well("LOG_FILE", "can be written")), "all there")
BAD = Group(DEVICE, "bigip", (well("login", "as admin"), wrong("clock", "an hour off", "NTP", "or by hand")))
ODD = Group(DEVICE, "other", (doubtful("tokens", "few are free", "delete some"), well("login", "as admin")))


def test_a_group_that_is_well_is_one_line() -> None:
    assert to_text([FINE], SIGNED) == "✓ this host: 2 things looked at, all there"


def test_a_group_with_a_problem_shows_it_with_its_remedy() -> None:
    assert to_text([BAD], SIGNED).splitlines() == [
        "✗ bigip: 1 of 2 is wrong",
        "  ✗ clock: an hour off",
        "      → NTP",
        "      → or by hand",
    ]


def test_verbose_shows_every_look() -> None:
    assert to_text([FINE, ODD], SIGNED, verbose=True).splitlines() == [
        "✓ this host: 2 things looked at, all there",
        "  ✓ room: 9 GiB",
        "  ✓ LOG_FILE: can be written",
        "! other: 2 things looked at",
        "  ! tokens: few are free",
        "      → delete some",
        "  ✓ login: as admin",
    ]


def test_quiet_leaves_only_what_is_wrong() -> None:
    assert to_text([FINE, ODD], SIGNED, quiet=True) == ""
    assert to_text([FINE, BAD, ODD], SIGNED, quiet=True) == to_text([BAD], SIGNED)


def test_what_keeps_a_bigip_from_being_looked_at_is_told_once() -> None:
    look = Look("result", "no answer", Level.FAILED, told_by="bigip")
    certificate = Group(CERTIFICATE, "www.example.com@bigip", (look,))
    assert to_text([certificate], SIGNED) == "✗ www.example.com@bigip: not looked at, for what is wrong with bigip"
    assert certificate.as_json()[0]["text"] == "no answer"


class Terminal(io.TextIOWrapper):
    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", SIGNS), ("ascii", WORDS), ("latin-1", WORDS)])
def test_words_stand_where_the_encoding_has_no_signs(encoding: str, marks: dict[Level, str]) -> None:
    style = style_for(Terminal(encoding), {"TERM": "xterm"})
    assert style.marks == marks
    to_text([FINE, BAD, ODD], style, verbose=True).encode(encoding)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({}, False)],
)
def test_colours_are_for_a_terminal_that_wants_them(environment: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[31m" in to_text([BAD], style_for(Terminal("utf-8"), environment))) is coloured
    assert not style_for(io.StringIO(), environment).coloured
    assert not style_for(None, environment).coloured


LOOKS = st.builds(Look, st.text(), st.text(), st.sampled_from(Level), st.lists(st.text(), max_size=2).map(tuple))
GROUPS = st.builds(Group, st.sampled_from((DEVICE, CERTIFICATE)), st.text(), st.lists(LOOKS, max_size=3).map(tuple))


@generated(100)
@given(st.lists(GROUPS, max_size=3))
def test_no_text_of_a_device_can_break_a_line(groups: list[Group]) -> None:
    lines = to_text(groups, SIGNED, verbose=True).split("\n")
    remedies = [len(look.remedy) for group in groups for look in group.looks if look.level is not Level.OK]
    count = len(groups) + sum(len(group.looks) for group in groups) + sum(remedies)
    assert len(lines) == max(count, 1)
    assert [line for line in lines if not line.isprintable()] == []
