"""The lock of ``STATE_DIR``: one run at a time.

The Certbot that a run has started holds it too. So after SIGKILL, or without memory, the next run waits until that
Certbot has cleared up: two at once on one virtual server would undo each other's challenge.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sectigo_f5 import stopping
from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.files import NO_LOCKS, REMEDY, descriptor
from sectigo_f5.timestamps import to_iso

logger = logging.getLogger(__name__)

PATIENCE = 120.0  # seconds; the Certbot of a killed run has 90 to clear up
PAUSE = 1.0  # seconds between tries
EACH = "; shards that run at once need a STATE_DIR each"


class LockedError(ConnectorError):
    """Another run holds the lock: exit code 75."""


@contextlib.contextmanager
def locked(
    path: Path,
    now: datetime,
    shard: object = None,
    patience: float = PATIENCE,
    pause: Callable[[float], None] = stopping.pause,
) -> Iterator[int]:
    """Hold the lock at ``path``, an open file, which is yielded; raises :class:`LockedError` that says who holds it.

    The kernel drops the lock with the last process that holds it, however it ends, so a lock is never stale. What
    a run that was killed has left at work is waited for, for ``patience`` seconds. ``shard`` is which part of the
    BIG-IPs the run is for, or None.
    """
    lock = _opened(path, os.O_RDWR | os.O_CREAT)
    try:
        _hold_after_a_killed_run(lock, path, patience, pause, EACH if shard else "")
        share = f", shard {shard}" if shard else ""
        _write_holder(lock, f"process {os.getpid()}, started {to_iso(now)}{share}\n")
        yield lock
        _write_holder(lock, "")
    finally:
        os.close(lock)


def must_be_possible(path: Path) -> None:
    """Raise :class:`ConfigurationError` if no run could hold the lock at ``path``; it is not touched."""
    if os.path.lexists(path):
        os.close(_opened(path, os.O_RDWR))
    with tempfile.TemporaryFile(dir=path.parent) as like:
        _is_held(like.fileno(), path)


def _opened(path: Path, flags: int) -> int:
    try:
        return descriptor(path, flags, 0o644)
    except OSError as error:
        raise ConfigurationError(
            f"the lock {path} cannot be opened ({error.strerror}); run as its owner, or {REMEDY}"
        ) from error


def _hold_after_a_killed_run(
    lock: int, path: Path, patience: float, pause: Callable[[float], None], remedy: str
) -> None:
    until, told = time.monotonic() + patience, False
    while not _is_held(lock, path):
        holder = os.pread(lock, 200, 0).decode(errors="replace").strip()
        if not _was_killed(holder):
            raise LockedError(f"another run holds {path}: {holder or 'just starting'}{remedy}")
        left = f"a run that was killed ({holder}) has left its Certbot at work, which holds {path}"
        if time.monotonic() >= until:
            raise LockedError(f"{left} still; `fuser -v {path}` names it: end it, and run again")
        if not told:
            logger.warning("%s: waiting until it has cleared up", left)
        told = True
        pause(PAUSE)


def _was_killed(holder: str) -> bool:
    """Tell whether the process that wrote itself into the lock is gone, and others hold what it held."""
    number = re.match(r"process (\d+),", holder)
    try:
        os.kill(int(number[1]) if number else os.getpid(), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # there is one, of another user
        return False
    return False


def _is_held(lock: int, path: Path) -> bool:
    """Take the lock; False if somebody else has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be locked ({error.strerror}); {NO_LOCKS}") from error
    return True


def _write_holder(lock: int, text: str) -> None:
    """Write into the lock who holds it: only people read it, so a full disk does not matter."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, text.encode(), 0)
