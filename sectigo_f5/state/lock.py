"""The lock of ``STATE_DIR``: one run at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.files import REMEDY
from sectigo_f5.timestamps import to_iso


class LockedError(ConnectorError):
    """Another run holds the lock: exit code 75."""


@contextlib.contextmanager
def locked(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock at ``path``; raises :class:`LockedError` that says who holds it.

    The kernel drops the lock with the process, however it ends, so a lock is never stale.
    """
    lock = _opened(path, os.O_RDWR | os.O_CREAT)
    try:
        _hold(lock, path)
        _write_holder(lock, f"process {os.getpid()}, started {to_iso(now)}\n")
        yield
        _write_holder(lock, "")
    finally:
        os.close(lock)


def must_be_possible(path: Path) -> None:
    """Raise :class:`ConfigurationError` if no run could hold the lock at ``path``; it is not touched."""
    if os.path.lexists(path):
        os.close(_opened(path, os.O_RDWR))
    with tempfile.TemporaryFile(dir=path.parent) as like:
        _hold(like.fileno(), path)


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags, 0o644)
    except OSError as error:
        raise ConfigurationError(
            f"the lock {path} cannot be opened ({error.strerror}); run as its owner, or {REMEDY}"
        ) from error


def _hold(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(lock, 200).decode(errors="replace").strip()
        raise LockedError(f"another run holds {path}: {holder or 'just starting'}") from error
    except OSError as error:  # a file system without locks
        raise ConfigurationError(
            f"{path} cannot be locked ({error.strerror}); set STATE_DIR to a directory on a local disk"
        ) from error


def _write_holder(lock: int, text: str) -> None:
    """Write into the lock who holds it: only people read it, so a full disk does not matter."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, text.encode(), 0)
