"""The items of an inventory, in a file of its own until they are shown: of thousands, one is in memory at a time."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from sectigo_f5.report.inventory import attention
from sectigo_f5.report.inventory.rows import Row, as_json, from_json


class Spool:
    """Rows in the order of attention; any thread may add, and once all have been added, it can be read repeatedly."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._places: list[tuple[attention.Place, int]] = []  # of each row, and where in the file it begins
        self._finish: Callable[[Row], Row] = _as_it_is

    def add(self, rows: Iterable[Row]) -> int:
        """Add all rows, or none if one cannot be had; returns how many."""
        with tempfile.TemporaryFile() as together:  # so that a device is in it as a whole, or not at all
            places = []
            for row in rows:
                places.append((attention.place(row), together.tell()))
                together.write(json.dumps(as_json(row)).encode() + b"\n")
            together.seek(0)
            with self._lock:
                self._file.seek(0, 2)
                begin = self._file.tell()
                self._file.writelines(together)
                self._places += [(place, begin + at) for place, at in places]
        return len(places)

    def finish(self, finish: Callable[[Row], Row]) -> None:
        """Say what is still to be added to each row when it is read."""
        self._finish = finish

    def grave(self) -> Spool:
        """Return the rows that have more than a note."""
        with_fewer = Spool(self._file)
        with_fewer._finish = self._finish
        with_fewer._places = [(place, at) for place, at in self._places if attention.is_grave(place)]
        return with_fewer

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Row]:
        self._places.sort()
        for _, at in self._places:
            self._file.seek(at)
            yield self._finish(from_json(json.loads(self._file.readline())))


@contextlib.contextmanager
def opened() -> Iterator[Spool]:
    """Yield a new one; its file has no name, so nobody else can open it, and it is gone with the process."""
    with tempfile.TemporaryFile() as file:
        yield Spool(file)


def _as_it_is(row: Row) -> Row:
    return row
