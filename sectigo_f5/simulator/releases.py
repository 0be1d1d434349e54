"""Releases of BIG-IP: those that are simulated as they were seen, and every other one from TMOS 13 on like the nearest.

A release between two of them, or above, has the shapes of the nearest one at or below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RELEASES = {  # version: (build, date, edition) as `sys version` shows them
    "13.1.1": ("0.0.4", "Fri Jul 20 17:55:49 PDT 2018", "Final"),
    "14.1.2": ("0.0.37", "Tue Aug 27 15:40:12 PDT 2019", "Final"),
    "15.1.5": ("0.0.8", "Thu Jan 20 13:05:38 PST 2022", "Final"),
    "16.1.4": ("0.0.10", "Fri Jul 14 14:34:35 PDT 2023", "Final"),
    "17.1.2": ("0.0.8", "Wed Nov 13 09:05:34 PST 2024", "Final"),
    "21.1.0": ("0.0.38", "Mon Jun  1 00:00:00 PDT 2026", "Final"),  # build: est-proxy-bigip; the day is invented
}
FIRST, LAST = 13, 21  # the major releases; between 17 and 21 there is none
_VERSION = re.compile(r"\d{1,2}(\.\d{1,3}){1,4}")


@dataclass(frozen=True)
class Release:
    """What ``sys version`` tells besides the version."""

    build: str
    date: str
    edition: str


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version."""
    return tuple(map(int, version.split(".")))


def check(version: str) -> None:
    """Raise :class:`ValueError` for a version that is not one, or too old or new to be simulated."""
    if not _VERSION.fullmatch(version) or not FIRST <= numbers(version)[0] <= LAST:
        known = f"choose one of {', '.join(RELEASES)}, or another version"
        raise ValueError(f"{version!r}: {known} from {FIRST} to {LAST}, as in 17.5.1.3")


def nearest(version: str) -> str:
    """Return the simulated release at or below a version; the first one if all are above it."""
    below = [seen for seen in RELEASES if numbers(seen) <= numbers(version)]
    return below[-1] if below else next(iter(RELEASES))


def described(version: str) -> Release:
    """Return build, date and edition, for another version those of the nearest one."""
    return Release(*RELEASES[nearest(version)])
