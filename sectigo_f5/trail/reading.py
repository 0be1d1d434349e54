"""The trail, read: line after line, and what was changed last of each certificate."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sectigo_f5.trail.chain import digest, parse, records
from sectigo_f5.trail.nouns import Head, LastChange, Line
from sectigo_f5.trail.volumes import every_line, last_pieces, volumes

logger = logging.getLogger(__name__)

CAME_TO_NOTHING = ("refused", "failed", "nothing")  # results of what has left things as they were


def lines(state_dir: Path, wanted: Callable[[Line], bool] = lambda line: True) -> Iterator[Line]:
    """Yield the lines that are wanted, the oldest first; what is no line is left out. Raises :class:`OSError`."""
    for record in records(every_line(state_dir)):
        line = Line.of(record)
        if wanted(line):
            yield line


def last_changes(state_dir: Path) -> Mapping[str, LastChange]:
    """Return the last change of each certificate, by ``common_name@device``; none if the trail cannot be read.

    One pass, one line at a time in memory. What was refused has changed nothing.
    """
    found = dict[str, LastChange]()
    try:
        for line in lines(state_dir, lambda line: bool(line.certificate) and line.result not in CAME_TO_NOTHING):
            found[line.certificate] = LastChange(line.time, line.what, line.result, line.ticket, line.number)
    except (OSError, EOFError) as error:
        logger.warning("the trail cannot be read any further (%s)", error)
    return found


def head(state_dir: Path) -> Head | None:
    """Return the head of the trail; None if there is none, or its last line is cut. Raises :class:`OSError`."""
    for path in reversed(volumes(state_dir)):
        before, rest = last_pieces(path)
        if rest:
            return None
        record = parse(before)
        if record is not None:
            return Head(record["number"], digest(before))
    return None
