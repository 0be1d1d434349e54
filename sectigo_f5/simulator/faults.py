"""Faults as data: what goes wrong, with which call, and how often."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

_ACTIONS = re.compile(
    r"(?:(?:drop|async-timeout)(?:-after)?|(?:status|html)(?:-after)?:\d{3}|error(?:-after)?:\d{3}:.+"
    r"|echo:\d{3}|delay:\d+(?:\.\d+)?|token-ended|garbage|empty|slow)",
    re.DOTALL,
)
_NAMES = (
    "status, html, error, drop, async-timeout (each also with -after), echo, delay, token-ended, garbage, empty, slow"
)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    ``action``: ``status:503`` answers with that status and no body, ``html:502`` with an error page,
    ``error:400:01070712:3: text`` with BIG-IP's JSON; ``drop`` closes the connection; ``async-timeout`` answers with
    the page of a REST service whose time is over (AS3 #750, #780: TMOS 15.1.9 and later). All of these come instead
    of executing the call; with ``-after``, as in ``drop-after`` or ``error-after:400:…``, once it is executed.
    ``echo:400`` answers as ``error`` does, and quotes all that was sent, the token included; the call is not executed.
    ``token-ended`` ends the login token of the call before it is looked at. Of a call that is executed, ``garbage``
    answers 200 with JSON that is cut short, ``empty`` 200 without a body, ``slow`` nothing until the client has hung
    up. ``delay:2.5`` waits that many seconds first.
    """

    method: str
    path: str  # regular expression, searched in the path
    nth: int = 1  # the first matching call that it affects, counted from when the fault was added
    action: str = "status:503"
    times: int = 1  # how many calls in a row

    def __post_init__(self) -> None:
        re.compile(self.path)
        if not all(isinstance(number, int) and number > 0 for number in (self.nth, self.times)):
            raise ValueError("nth and times must be whole numbers, 1 or more")
        if not _ACTIONS.fullmatch(self.action):
            raise ValueError(f"the action {self.action!r} must be one of {_NAMES}")


@dataclass
class Faults:
    """The faults of a device, and how many calls each has matched."""

    planned: list[Fault] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self.planned.append(fault)
            self.calls.append(0)

    def clear(self) -> None:
        """Remove every fault."""
        with self._lock:
            self.planned.clear()
            self.calls.clear()

    def due(self, method: str, path: str) -> str:
        """Return the action of the fault that this call meets; empty if there is none."""
        action = ""
        with self._lock:
            for place, fault in enumerate(self.planned):
                if method != fault.method or not re.search(fault.path, path):
                    continue
                self.calls[place] += 1
                if fault.nth <= self.calls[place] < fault.nth + fault.times:
                    action = action or fault.action
        return action


def read_scenario(file: Path) -> list[Fault]:
    """Read faults from a JSON file: a list of objects with the fields of :class:`Fault`."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(content, list):
            return [Fault(**one) for one in content]
    except (ValueError, TypeError, re.error) as error:
        raise ValueError(f"{file}: {error}") from error
    raise ValueError(f"{file} is not a list of faults")
