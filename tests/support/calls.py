"""What BIG-IPs are asked, by whomever: methods, paths without names, properties of bodies, parameters of queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch
from urllib.parse import unquote

from sectigo_f5.simulator.rest.wire import Server
from sectigo_f5.simulator.rules.engine import Request

_NAMES = (  # what is a name or a number in a path
    (r"/~.*?(?=/profiles|/members|$)", "/~"),
    (r"(?<=/profiles)/~.*", "/~"),
    (r"(/transaction|/tokens|/task/sys/config|/bulk|/uploads|/downloads|/user|/sys/folder)/[^/]+", r"\1/~"),
)


@dataclass
class Asked:
    """What was sent to one path by one method."""

    properties: set[str] = field(default_factory=set)  # of bodies: ``certKeyChain.passphrase``
    parameters: set[str] = field(default_factory=set)  # of queries


Calls = Mapping[tuple[str, str], Asked]


@contextmanager
def recorded_calls() -> Iterator[Calls]:
    """Yield what all simulated BIG-IPs are asked from now on, by method and path."""
    calls: dict[tuple[str, str], Asked] = defaultdict(Asked)
    note = Server.note

    def noted(server: Server, request: Request, status: int, size: int = 0) -> None:
        asked = calls[request.method, place(request.path)]
        asked.properties |= set(_properties(request.body))
        asked.parameters |= set(request.query)
        note(server, request, status, size)

    with patch.object(Server, "note", noted):
        yield calls


def place(path: str) -> str:
    """Return a path without names and numbers: ``/mgmt/tm/ltm/virtual/~/profiles``."""
    path = unquote(path).rstrip("/")
    for pattern, instead in _NAMES:
        path = re.sub(pattern, instead, path)
    return path.removeprefix("/mgmt")


def _properties(value: object, within: str = "") -> Iterator[str]:
    """Yield the places of properties in a body, whatever lists they are in."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{within}{name}"
            yield from _properties(each, f"{within}{name}.")
    elif isinstance(value, list):
        for each in value:
            yield from _properties(each, within)
