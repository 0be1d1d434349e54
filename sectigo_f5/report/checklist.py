"""What ``check`` prints: a line for a group that is well, a line for each thing that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

from sectigo_f5.printable import one_line
from sectigo_f5.report.looks import Group, Level, Look

SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.FAILED: "✗"}
WORDS = {
    Level.OK: "ok     ",
    Level.WARNING: "warning",
    Level.FAILED: "problem",
}  # for a terminal that has no such signs
COLOURS = {Level.OK: "32", Level.WARNING: "33", Level.FAILED: "31"}  # green, yellow, red (ECMA-48, SGR)
PLAIN_TERMINALS = ("", "dumb", "unknown")  # values of TERM
ELSEWHERE = "not looked at, for what is wrong with {}"


@dataclass(frozen=True)
class Style:
    """How levels are shown on a stream."""

    marks: Mapping[Level, str]
    arrow: str
    coloured: bool = False

    def mark(self, level: Level) -> str:
        """Return the sign, or the word, of a level."""
        mark = self.marks[level]
        return f"\x1b[{COLOURS[level]}m{mark}\x1b[0m" if self.coloured else mark


def style_for(stream: TextIO | None, environment: Mapping[str, str]) -> Style:
    """Return what a stream can show: signs if its encoding has them, colours on a terminal unless NO_COLOR is set."""
    plain = environment.get("TERM", "") in PLAIN_TERMINALS or bool(environment.get("NO_COLOR"))
    coloured = stream is not None and stream.isatty() and not plain
    try:
        "".join((*SIGNS.values(), "→")).encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return Style(WORDS, "->", coloured)
    return Style(SIGNS, "→", coloured)


def to_text(groups: Iterable[Group], style: Style, *, verbose: bool = False, quiet: bool = False) -> str:
    """Return the whole report; ``quiet`` leaves only what is wrong, ``verbose`` shows every single look."""
    shown: Callable[[Look], bool] = lambda look: verbose or _is_news(look)  # noqa: E731  # it is passed on
    if quiet:
        groups = [group for group in groups if group.level is Level.FAILED]
        shown = lambda look: look.level is Level.FAILED  # noqa: E731
    return "\n".join(line for group in groups for line in _lines(group, style, shown))


def _lines(group: Group, style: Style, shown: Callable[[Look], bool]) -> Iterator[str]:
    yield f"{style.mark(group.level)} {one_line(f'{group.title}: {_heading(group)}')}"
    if _told_elsewhere(group):
        return
    for look in filter(shown, group.looks):
        yield f"  {style.mark(look.level)} {one_line(f'{look.what}: {_text(look)}')}"
        for line in () if look.level is Level.OK or look.told_by else look.remedy:
            yield f"      {style.arrow} {one_line(line)}"


def _is_news(look: Look) -> bool:
    """Tell what is shown without being asked for: a warning only where it is first met."""
    return look.level is Level.FAILED or (look.level is Level.WARNING and not look.told_by)


def _text(look: Look) -> str:
    return f"as for {look.told_by}" if look.told_by else look.text


def _told_elsewhere(group: Group) -> str:
    """Return the group that says the same already, if this one has nothing else to say."""
    return group.looks[0].told_by if len(group.looks) == 1 else ""


def _heading(group: Group) -> str:
    if elsewhere := _told_elsewhere(group):
        return ELSEWHERE.format(elsewhere)
    failed, many = group.count(Level.FAILED), len(group.looks)
    if failed:
        return f"{failed} of {many} {'is' if failed == 1 else 'are'} wrong"
    looked = f"{many} thing{'' if many == 1 else 's'} looked at"
    return f"{looked}, {group.summary}" if group.summary else looked
