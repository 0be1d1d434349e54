"""What a command is asked for goes to standard output, and nothing else does."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys

logger = logging.getLogger(__name__)


def prepare() -> None:
    """Let a terminal that knows few letters get the others escaped, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a command's answer; that nobody can read it (a closed pipe, a full disk) is a warning and no more."""
    if sys.stdout is None:  # closed before we were started
        return
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        logger.warning("standard output cannot be written (%s)", error.strerror)
        with contextlib.suppress(OSError, ValueError):  # what is left in its buffer would fail once more at our end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
