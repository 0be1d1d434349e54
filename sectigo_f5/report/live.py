"""How far a run is, on a terminal while it lasts. In a pipe, under cron and with ``--quiet`` there is only the log."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TextIO

from sectigo_f5 import log
from sectigo_f5.progress import SILENT, Progress
from sectigo_f5.report.board import Board

logger = logging.getLogger(__name__)

AFTER = 1.0  # seconds: what takes less needs no display, nor the import of rich
INTERVAL = 0.25  # seconds
PLAIN = ("", "dumb", "unknown")  # values of TERM: the terminal obeys nothing
NAME = "display"  # of its thread


@contextlib.contextmanager
def shown(quiet: bool, after: float = AFTER) -> Iterator[Progress]:
    """Show what the yielded object is told, on standard error, for the length of the block.

    Nothing of it may cost a certificate: what goes wrong with it ends it.
    """
    if quiet or not is_for(sys.stderr, os.environ):
        yield SILENT
        return
    board, over = Board(time.monotonic), threading.Event()
    thread = threading.Thread(target=_show, name=NAME, args=(board, over, sys.stderr, after), daemon=True)
    thread.start()
    try:
        yield board
    finally:
        over.set()
        thread.join()


def is_for(stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Tell whether somebody watches a stream, on a terminal on which lines can be drawn over."""
    return stream is not None and stream.isatty() and environment.get("TERM", "") not in PLAIN


def _show(board: Board, over: threading.Event, stream: TextIO, after: float) -> None:
    if over.wait(after):
        return
    try:
        _draw(board, over, stream)
    except Exception as error:  # noqa: BLE001  # the run matters, not who watches it
        logger.debug("the display of the progress has ended: %s", error)


def _draw(board: Board, over: threading.Event, stream: TextIO) -> None:
    from sectigo_f5.report.screen import Screen  # noqa: PLC0415  # rich takes 50 ms, which most commands need not pay

    screen = Screen(stream)
    with log.written_by(screen.write_above) as clean:
        try:
            while True:
                screen.draw(*board.lines(screen.room), clean)
                if over.wait(INTERVAL):
                    break
        finally:
            screen.clear()
