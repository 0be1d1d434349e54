"""The nouns of the trail: a line, where it is, and the head of the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GENESIS = "0" * 64  # what the very first line has for the line before
CUT = "line-closed"  # the word of the mark that follows a line which a power failure has cut

Record = dict[str, Any]  # a line as JSON


@dataclass(frozen=True)
class Place:
    """Where a line is; ``line`` counts from 1 in its file."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Raw:
    """A line as it lies in a file, without its line break."""

    place: Place
    text: bytes
    ended: bool = True  # a line break follows


@dataclass(frozen=True)
class Head:
    """The last line of the trail: its number, counted from the first line ever, and its SHA-256."""

    number: int = 0
    sha256: str = GENESIS


@dataclass(frozen=True)
class Line:
    """A line that was read: what was changed, by whom, and what came of it. docs/audit.md explains each field."""

    number: int
    time: str  # ISO 8601, UTC, with microseconds: times compare as texts
    what: str
    result: str
    certificate: str  # ``common_name@device``; empty if the change belongs to none
    device: str  # as the YAML calls the BIG-IP; empty for a change at the CA
    ticket: str
    record: Mapping[str, Any]  # every field, those of later releases included

    @classmethod
    def of(cls, record: Record) -> Line:
        """Return a record as a line; a field that is not there, or no text, is empty."""
        texts = {name: str(record.get(name) or "") for name in ("what", "result", "certificate", "device", "ticket")}
        return cls(number=record["number"], time=record["time"], **texts, record=record)


@dataclass(frozen=True)
class LastChange:
    """The last change that concerned a certificate: for an inventory."""

    time: str  # ISO 8601, UTC, with microseconds
    what: str
    result: str
    ticket: str
    number: int  # of the line
