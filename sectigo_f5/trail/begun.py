"""``STATE_DIR/audit.begun``: changes that have begun and have no line yet, so that a run that dies loses none.

A change is written here, and is on the disk, before its first write is sent. While any is at work the file grows by a
line each; once none is, it is emptied.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sectigo_f5.files import append, opened_to_append
from sectigo_f5.trail.chain import decode, encode
from sectigo_f5.trail.nouns import Record

NAME = "audit.begun"


class Begun:
    """The file, open; what an earlier run has left in it comes first. Raises :class:`OSError`."""

    def __init__(self, state_dir: Path) -> None:
        self._file = opened_to_append(state_dir / NAME)
        self._at_work: set[str] = set()
        self._is_whole = True  # what was written last has its line break
        self.left = tuple(_read(state_dir / NAME))

    def note(self, identity: str, record: Record) -> None:
        """Write a change down; raises :class:`OSError` if that is not on the disk."""
        line = encode(record) + b"\n"
        self._at_work.add(identity)
        before, self._is_whole = b"" if self._is_whole else b"\n", False
        append(self._file, before + line)
        self._is_whole = True

    def end(self, identity: str) -> None:
        """Forget a change that has its line."""
        self._at_work.discard(identity)
        if not self._at_work:
            self.clear()

    def clear(self) -> None:
        """Forget everything. Not to be on the disk does no harm: what has its line is not told twice."""
        os.ftruncate(self._file, 0)
        self._is_whole = True

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _read(path: Path) -> Iterator[Record]:
    """Yield what a run has left; a line that is not whole was not on the disk, so its change was never sent."""
    with path.open("rb") as file:
        for line in file:
            record = decode(line)
            if record and isinstance(record.get("id"), str):
                yield record
