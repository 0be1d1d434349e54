"""The chain: lines as bytes and as JSON, the SHA-256 that each has of the one before, and where that breaks (pure)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sectigo_f5.trail.nouns import CUT, GENESIS, Head, Place, Raw, Record

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SHA256 = re.compile("[0-9a-f]{64}")
MOST = 20  # breaks that are told


def digest(line: bytes) -> str:
    """Return the SHA-256 of a line, of its exact bytes without the line break."""
    return hashlib.sha256(line).hexdigest()


def encode(record: Record) -> bytes:
    """Return a record as a line, without a line break: JSON has none."""
    return json.dumps(record, ensure_ascii=False).encode(errors="replace")


def decode(line: bytes) -> Record | None:
    """Return what a line holds; None if it is no JSON object."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def parse(line: bytes) -> Record | None:
    """Return a line as a record; None if it is not a whole line of the trail."""
    found = decode(line)
    if found is None:
        return None
    number, texts = found.get("number"), [found.get(name) for name in ("time", "what", "previous")]
    if type(number) is not int or number < 1 or not all(isinstance(text, str) for text in texts):
        return None
    return found if TIME.fullmatch(found["time"]) and SHA256.fullmatch(found["previous"]) else None


def following(head: Head, record: Record) -> tuple[Head, bytes]:
    """Return a record as the line that follows ``head``, and the head that it is then."""
    line = encode({"number": head.number + 1, **record, "previous": head.sha256})
    return Head(head.number + 1, digest(line)), line


@dataclass(frozen=True)
class Break:
    """A place where the lines are not those that were written, and what that means."""

    place: Place
    meaning: str

    def __str__(self) -> str:
        return f"{self.place}: {self.meaning}"


@dataclass
class Verified:
    """What a walk along the chain has found."""

    head: Head = field(default_factory=Head)
    lines: int = 0  # that were looked at
    first: int = 0  # number of the first of them; more than 1: older ones are kept elsewhere
    before: str = GENESIS  # the SHA-256 of the line before the first; empty if the first cannot tell
    marks: list[Place] = field(default_factory=list)  # of lines that a power failure has cut, and a run has closed
    is_cut: bool = False  # the last line is: the next run closes it
    breaks: list[Break] = field(default_factory=list)  # the first :data:`MOST`


@dataclass
class _Walk:
    """The last line that was looked at, and what has been found until then."""

    found: Verified = field(default_factory=Verified)
    last: Raw | None = None
    unread: bool = False  # the last line was no whole line

    def take(self, raw: Raw) -> None:
        """Look at the next line."""
        record = parse(raw.text)
        is_closed = self._close_unread(record)
        if record:
            self._compare(raw, record, is_closed)
        number = record["number"] if record else self.found.head.number + 1
        self.found.head, self.found.lines = Head(number, digest(raw.text)), self.found.lines + 1
        self.last, self.unread = raw, record is None

    def end(self) -> Verified:
        """Return what was found; a last line that is not whole was cut, and its mark is still to come."""
        self.found.is_cut = self.last is not None and (self.unread or not self.last.ended)
        return self.found

    def _close_unread(self, record: Record | None) -> bool:
        """Accept what is no whole line if the mark that names its SHA-256 follows; False if it does not."""
        if self.last is None or not self.unread or (record and record["what"] == CUT):
            return True
        self._note(self.last.place, "this is not a line of the trail, and no mark closes it")
        return False

    def _compare(self, raw: Raw, record: Record, is_closed: bool) -> None:
        number = record["number"]
        if record["what"] == CUT:
            self.found.marks.append(raw.place)
        if self.found.lines == int(self.unread):  # the first that can be read
            self._begin(raw, record)
        before = self.found.head
        if number > before.number + 1:
            self._note(raw.place, f"{_numbers(before.number + 1, number - 1)} missing before it")
        elif number <= before.number:
            self._note(raw.place, f"number {number} follows number {before.number}: inserted, or out of order")
        elif self.last and is_closed and record["previous"] != before.sha256:
            self._note(raw.place, f"{self.last.place} was changed after it was written: its SHA-256 is another one")

    def _begin(self, raw: Raw, record: Record) -> None:
        found = self.found
        found.first = record["number"] - found.lines
        found.before = "" if found.lines else record["previous"]
        found.head = Head(record["number"] - 1, found.head.sha256 if found.lines else record["previous"])
        if record["number"] == 1 and record["previous"] != GENESIS:
            self._note(raw.place, "it is number 1, and names a line before it")

    def _note(self, place: Place, meaning: str) -> None:
        if len(self.found.breaks) < MOST:
            self.found.breaks.append(Break(place, meaning))


def _numbers(first: int, last: int) -> str:
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"


def verified(lines: Iterable[Raw]) -> Verified:
    """Walk along the chain, from the oldest line to the newest; one line at a time is in memory."""
    walk = _Walk()
    for raw in lines:
        walk.take(raw)
    return walk.end()


def records(lines: Iterable[Raw]) -> Iterator[Record]:
    """Yield the lines that can be read."""
    for raw in lines:
        record = parse(raw.text)
        if record is not None:
            yield record
