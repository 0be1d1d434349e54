"""``STATE_DIR/audit.jsonl``, open to be appended to: never rewritten, and each line is on the disk when it is said."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sectigo_f5.files import append, opened_to_append, sync_directory
from sectigo_f5.timestamps import to_precise_iso
from sectigo_f5.trail import reading
from sectigo_f5.trail.chain import following, records, verified
from sectigo_f5.trail.nouns import CUT, Head, Record
from sectigo_f5.trail.volumes import current, every_line, full_name, lines_of

logger = logging.getLogger(__name__)

FULL = 16 << 20  # bytes of a file, after which the next run begins another one


class Ledger:
    """The file and the head of the chain; by one writer at a time. Raises :class:`OSError`."""

    def __init__(self, state_dir: Path, clock: Callable[[], datetime], full: int = FULL) -> None:
        self.state_dir, self._clock = state_dir, clock
        self.head, self._is_cut = _found(state_dir)
        if not self._is_cut:
            _set_aside_if_full(current(state_dir), full)
        self._file = opened_to_append(current(state_dir))
        if self._is_cut:
            self._close_cut()

    def append(self, record: Record) -> None:
        """Write a line; raises :class:`OSError` if it is not on the disk. Perhaps a part of it is: that is closed."""
        if self._is_cut:
            self.head, self._is_cut = _found(self.state_dir)
            self._close_cut()
        self._write(record, b"")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _close_cut(self) -> None:
        """Close a line that was cut by the one mark that is accepted behind it; what is there stays as it is."""
        if not self._is_cut:
            return
        reason = "the line before was cut while it was written, by a power failure or a full disk"
        logger.warning("%s: %s", current(self.state_dir), reason)
        ended = reading.is_ended(current(self.state_dir))
        mark = {"time": to_precise_iso(self._clock()), "what": CUT, "result": "made", "reason": reason}
        self._write(mark, b"" if ended else b"\n")

    def _write(self, record: Record, before: bytes) -> None:
        head, line = following(self.head, record)
        self._is_cut = True
        append(self._file, before + line + b"\n")
        self.head, self._is_cut = head, False


def _found(state_dir: Path) -> tuple[Head, bool]:
    """Return the head of the chain, and whether its last line has to be closed by a mark."""
    head = reading.head(state_dir)
    if head:
        return head, False
    found = verified(every_line(state_dir))
    return found.head, found.is_cut


def _set_aside_if_full(file: Path, full: int) -> None:
    """Give a full file its lasting name; where that is not allowed (``chattr +a``), it grows on."""
    try:
        if file.stat().st_size < full:
            return
        first = next(records(lines_of(file)), None)
        if first:
            file.rename(file.with_name(full_name(first)))
            sync_directory(file.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        logger.info("%s is full and keeps its name: %s", file, error.strerror)
