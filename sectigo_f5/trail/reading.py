"""The trail, read: line after line, and what was changed last of each certificate."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sectigo_f5.recording import Ending, What
from sectigo_f5.trail.chain import digest, parse, records
from sectigo_f5.trail.nouns import Head, LastChange, Line
from sectigo_f5.trail.volumes import every_line, last_pieces, volumes

logger = logging.getLogger(__name__)

OF_WHAT_SERVES = {What.SERVICE, What.REFERENCE, What.STAPLING, What.REVOKED}  # changes that others may notice
AS_BEFORE = {Ending.REFUSED, Ending.FAILED, Ending.NOTHING}  # results of what has left things as they were


def lines(state_dir: Path, wanted: Callable[[Line], bool] = lambda line: True) -> Iterator[Line]:
    """Yield the lines that are wanted, the oldest first; what is no line is left out. Raises :class:`OSError`."""
    for record in records(every_line(state_dir)):
        line = Line.of(record)
        if wanted(line):
            yield line


def last_changes(state_dir: Path) -> Mapping[str, LastChange]:
    """Return what was changed last of what serves, by ``common_name@device``; nothing if there is no trail.

    One pass, one line at a time in memory. What was refused has changed nothing.
    """
    found = dict[str, LastChange]()
    try:
        for line in lines(state_dir, _has_changed_what_serves):
            found[line.certificate] = LastChange(line.time, line.what, line.result, line.ticket, line.number)
    except (OSError, EOFError) as error:
        logger.warning("the trail cannot be read any further (%s)", error)
    return found


def _has_changed_what_serves(line: Line) -> bool:
    return bool(line.certificate) and line.what in OF_WHAT_SERVES and line.result not in AS_BEFORE


def head(state_dir: Path) -> Head | None:
    """Return the head of the trail; None if its last line is cut. Raises :class:`OSError`."""
    for path in reversed(volumes(state_dir)):
        if path.stat().st_size:
            before, rest = last_pieces(path)
            record = None if rest else parse(before)
            return Head(record["number"], digest(before)) if record else None
    return Head()


def is_ended(path: Path) -> bool:
    """Tell whether a file ends with a line break, or is empty. Raises :class:`OSError`."""
    return not last_pieces(path)[1]
