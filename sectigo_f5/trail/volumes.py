"""The files of the trail: ``STATE_DIR/audit.jsonl``, and the full ones before it, compressed or not."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sectigo_f5.trail.nouns import Place, Raw, Record

NAME = "audit.jsonl"
FULL = re.compile(r"audit-(\d{10})-\d{8}T\d{6}Z\.jsonl(?:\.gz)?")
LONGEST = 1 << 20  # bytes of a line; ours have a few thousand
TAIL = 1 << 16  # bytes at the end of a file, where its last line is looked for first


def current(state_dir: Path) -> Path:
    """Return the file that lines are appended to."""
    return state_dir / NAME


def full_name(first: Record) -> str:
    """Return what a full file is called: the number and the time of its first line, so that names sort as lines do."""
    stamp = re.sub(r"[-:]|\.\d+", "", first["time"])
    return f"audit-{first['number']:010}-{stamp}.jsonl"


def full(state_dir: Path) -> list[Path]:
    """Return the full files, the oldest first."""
    found = {match[1]: path for path in sorted(state_dir.glob("audit-*")) if (match := FULL.fullmatch(path.name))}
    return [found[number] for number in sorted(found)]


def volumes(state_dir: Path) -> list[Path]:
    """Return every file of the trail that is there, the oldest first."""
    return [*full(state_dir), *(path for path in [current(state_dir)] if path.exists())]


def lines_of(path: Path) -> Iterator[Raw]:
    """Yield the lines of a file, one at a time in memory; raises :class:`OSError`."""
    with _opened(path) as file:
        for number, text in enumerate(iter(lambda: file.readline(LONGEST), b""), 1):
            yield Raw(Place(path, number), text.removesuffix(b"\n"), text.endswith(b"\n"))


def every_line(state_dir: Path) -> Iterator[Raw]:
    """Yield every line of the trail, the oldest first; raises :class:`OSError`."""
    for path in volumes(state_dir):
        yield from lines_of(path)


def last_pieces(path: Path) -> tuple[bytes, bytes]:
    """Return the last line that has its line break, and what follows it: nothing, unless a line was cut."""
    with _opened(path) as file:
        if path.suffix == ".gz":
            *_, before, rest = [b"", *file.read().rsplit(b"\n", 2)]
            return before, rest
        size = file.seek(0, os.SEEK_END)
        for much in (TAIL, 2 * LONGEST):
            file.seek(max(size - much, 0))
            *more, before, rest = [b"", *file.read().rsplit(b"\n", 2)]
            if more[1:] or much >= size:
                break
    return before, rest


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
