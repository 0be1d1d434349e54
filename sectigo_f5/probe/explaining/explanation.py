"""A report as text for a person, by sections; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from sectigo_f5.probe.explaining.unanswered import unanswered
from sectigo_f5.probe.nouns import Report

WIDTH = 110  # characters of a line


def explanation(report: Report) -> str:
    """Say which BIG-IP it is, what the report settles, what it does not, and what was left; ends with a line's end."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from textwrap.wrap(_which(report), WIDTH)
    yield from _section("Not answered", unanswered(report), "everything was answered")
    yield from _section("Left on the BIG-IP, to be deleted by hand", report.left, "nothing")


def _which(report: Report) -> str:
    release = report.release
    words = (
        f"BIG-IP {release.version or 'of a release that it does not tell'}",
        f"build {release.build}" if release.build else "",
        f"edition {release.edition}" if release.edition else "",
        f"modules {', '.join(release.modules)}" if release.modules else "",
        "partition Common" if report.partition == "Common" else "a partition other than Common",
        f"asked by connector {report.connector}",
    )
    return ", ".join(filter(None, words))


def _section(title: str, items: Iterable[str], none: str) -> Iterator[str]:
    yield from ("", title)
    for item in list(items) or [none]:
        yield from textwrap.wrap(item, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
