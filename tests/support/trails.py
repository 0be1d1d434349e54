"""Trails for tests: lines of a chain, and files of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sectigo_f5.trail.chain import following, verified
from sectigo_f5.trail.nouns import Head, Place, Raw
from sectigo_f5.trail.volumes import current

WWW = "www.example.com@bigip-fra"


def record(number: int, **fields: Any) -> dict[str, Any]:
    """Return what a line says; each is a second later than the one before."""
    time = f"2026-11-26T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000Z"
    told = {"what": "certificate-stored", "result": "made", "certificate": WWW, "device": "bigip-fra", **fields}
    return {"time": time, **told}


def chained(records: Iterable[dict[str, Any]], head: Head = Head()) -> list[bytes]:  # noqa: B008  # a value
    """Return records as lines of one chain."""
    lines = list[bytes]()
    for each in records:
        head, line = following(head, each)
        lines.append(line)
    return lines


def lines_of_chain(count: int) -> list[bytes]:
    return chained(record(number) for number in range(count))


def raws(lines: Iterable[bytes], cut: bool = False) -> list[Raw]:
    """Return lines as they lie in a file; the last without its line break if it is ``cut``."""
    found = [Raw(Place(Path("audit.jsonl"), number), line) for number, line in enumerate(lines, 1)]
    return [*found[:-1], Raw(found[-1].place, found[-1].text, ended=False)] if cut else found


def breaks(lines: Iterable[bytes], cut: bool = False) -> list[str]:
    """Return where a chain breaks, as texts."""
    return list(map(str, verified(raws(lines, cut)).breaks))


def write_trail(state_dir: Path, lines: Iterable[bytes], name: str = "") -> Path:
    """Write lines into a file of the trail."""
    file = state_dir / name if name else current(state_dir)
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file
