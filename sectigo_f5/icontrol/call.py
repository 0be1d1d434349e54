"""One call of the REST API, as a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

READ_TIMEOUT = 70.0  # seconds; restjavad itself gives up after about 60, and its error says more than our time-out
TOKENS = "/mgmt/shared/authz/tokens"


@dataclass(frozen=True)
class Call:
    """A method and a path, what is sent with them, and what may be done if it fails."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None  # sent as JSON
    raw: bytes | None = None  # sent as it is
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = READ_TIMEOUT  # seconds, from one piece of the answer to the next
    only_reads: bool = False  # it changes nothing, although it is not a GET: a command line
    repeatable: bool = False  # doing it twice does no harm, although it is not a GET
    hurried: bool = False  # not sent again if it takes too long: there is a smaller one
    accepted: Collection[int] = ()  # statuses besides 2xx that are an answer, not an error

    def __repr__(self) -> str:
        return f"{self.method} {self.shown_path}"  # neither token nor body: that may hold a passphrase

    @property
    def shown_path(self) -> str:
        """The path without the token that it may name: a token opens the device for 20 minutes."""
        return re.sub(rf"({TOKENS}/).+", r"\1***", self.path)

    @property
    def longest(self) -> float:
        """Seconds for all of it, from connecting to the last byte."""
        return 2 * self.timeout

    @property
    def harmless(self) -> bool:
        """True if the call may be sent again although its answer was lost."""
        return self.repeatable or self.reads

    @property
    def reads(self) -> bool:
        """True if the call changes nothing."""
        return self.only_reads or self.method == "GET"
