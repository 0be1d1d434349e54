"""A command's answer goes to standard output, and nothing else does."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterable

from sectigo_f5.logs.terminal import release

logger = logging.getLogger(__name__)


def prepare() -> None:
    """Escape what the terminal's encoding cannot show, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a command's answer; if nobody can read it (a closed pipe, a full disk), that is only a warning."""
    if sys.stdout is None:  # closed before we were started
        return
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
        release()  # cron reads both outputs as one text: what is wrong follows the answer
    except OSError as error:
        logger.warning("standard output cannot be written (%s)", error.strerror)
        _write_nowhere()


def say_all(lines: Iterable[str]) -> None:
    """Write many lines, one at a time in memory; whoever has read enough (a closed pipe) ends it.

    A full disk is only a warning; what getting the lines raises is the caller's.
    """
    if sys.stdout is None:
        return
    for line in lines:
        if not _could_write(f"{line}\n"):
            return
    if _could_write("", last=True):
        release()


def _could_write(text: str, *, last: bool = False) -> bool:
    try:
        sys.stdout.write(text)
        if last:
            sys.stdout.flush()
    except BrokenPipeError:
        _write_nowhere()
    except OSError as error:
        logger.warning("standard output cannot be written (%s)", error.strerror)
        _write_nowhere()
    else:
        return True
    return False


def _write_nowhere() -> None:
    """Have what is left in the buffer fail no more at our end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
