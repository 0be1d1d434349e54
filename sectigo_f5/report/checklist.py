"""What ``check`` prints: a line for a group that is well, a line for each thing that is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TextIO

from sectigo_f5.printable import one_line
from sectigo_f5.report.looks import CERTIFICATE, DEVICE, Group, Level, Look

SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.FAILED: "✗"}
WORDS = {
    Level.OK: "ok     ",
    Level.WARNING: "warning",
    Level.FAILED: "problem",
}  # for a terminal that has no such signs
COLOURS = {Level.OK: "32", Level.WARNING: "33", Level.FAILED: "31"}  # green, yellow, red (ECMA-48, SGR)
PLAIN_TERMINALS = ("", "dumb", "unknown")  # values of TERM
ELSEWHERE = "it is not looked at, for what is wrong with {}"


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
    groups = _without_repetitions(groups)
    shown: Callable[[Look], bool] = lambda look: verbose or look.level is not Level.OK  # noqa: E731  # it is passed on
    if quiet:
        groups = [group for group in groups if group.level is Level.FAILED]
        shown = lambda look: look.level is Level.FAILED  # noqa: E731
    return "\n".join(line for group in groups for line in _lines(group, style, shown))


def _lines(group: Group, style: Style, shown: Callable[[Look], bool]) -> Iterator[str]:
    yield f"{style.mark(group.level)} {one_line(f'{group.name}: {_heading(group)}')}"
    for look in filter(shown, group.looks):
        yield f"  {style.mark(look.level)} {one_line(f'{look.what}: {look.text}')}"
        for line in look.remedy if look.level is not Level.OK else ():
            yield f"      {style.arrow} {one_line(line)}"


def _heading(group: Group) -> str:
    failed, many = group.count(Level.FAILED), len(group.looks)
    if failed:
        return f"{failed} of {many} {'is' if failed == 1 else 'are'} wrong"
    looked = f"{many} thing{'' if many == 1 else 's'} looked at"
    return f"{looked}, {group.summary}" if group.summary else looked


def _without_repetitions(groups: Iterable[Group]) -> list[Group]:
    """Say once, with the BIG-IP, what keeps all its certificates from being looked at."""
    groups = list(groups)
    told = {group.name: {look.text for look in group.looks} for group in groups if group.scope == DEVICE}
    return [_shortened(group, told) if group.scope == CERTIFICATE else group for group in groups]


def _shortened(group: Group, told: Mapping[str, Collection[str]]) -> Group:
    device = next((name for name in told if group.name.endswith(f"@{name}")), None)
    if device is None:
        return group
    looks = (replace(k, text=ELSEWHERE.format(device)) if k.text in told[device] else k for k in group.looks)
    return replace(group, looks=tuple(looks))
