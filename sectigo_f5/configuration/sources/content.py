"""The content of one file that an operator wrote or named: whole and within limits, or the reason why not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAXIMUM_LENGTH = 1 << 20  # bytes of a file; PyYAML takes minutes for a few megabytes, while the other files wait
KINDS = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


class UnreadableFileError(Exception):
    """A file cannot be read at all; the text says why, without the name of the file."""


def read_content(file: Path, longest: int = MAXIMUM_LENGTH, instead: str = "name a file") -> bytes:
    """Read a regular file whole; ``instead`` is the remedy for anything else; raises :class:`UnreadableFileError`.

    Nothing else is ever opened for reading: opening a pipe waits for its writer, and a device may have no end.
    """
    try:
        _must_be_regular(file.stat().st_mode, instead)
        # nor does it wait if it has become a pipe since
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            _must_be_regular(os.fstat(stream.fileno()).st_mode, instead)
            content = stream.read(longest + 1)
    except OSError as error:
        raise UnreadableFileError(f"cannot be read ({reason(error)}); check the path and its permissions") from error
    except ValueError as error:  # contains NUL or half a character
        raise UnreadableFileError("is not a valid file path; correct it") from error
    if len(content) > longest:
        raise UnreadableFileError(f"is longer than {longest} bytes; split it into several files")
    return content


def reason(error: OSError) -> str:
    """Return the words of the system for an error."""
    return error.strerror or os.strerror(error.errno or 0)


def _must_be_regular(mode: int, instead: str) -> None:
    if not stat.S_ISREG(mode):
        kind = next((words for is_one, words in KINDS if is_one(mode)), "a device")
        raise UnreadableFileError(f"is {kind}, not a file; {instead}")
