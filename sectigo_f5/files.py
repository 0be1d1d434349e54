"""Files that are written whole or not at all, and changed by one at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sectigo_f5.errors import ConnectorError

REMEDY = "make room, or correct its owner and rights"


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace a file as a whole: a reader, or a power cut, sees the old or the new one. Text is UTF-8.

    Raises :class:`ConnectorError` with the reason that the file system gives, and the remedy.
    """
    try:
        with contextlib.ExitStack() as undo:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            undo.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
            undo.pop_all()
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written ({error.strerror}); {REMEDY}") from error


@contextlib.contextmanager
def changed_by_one(path: Path) -> Iterator[None]:
    """Keep every other thread and process from changing ``path`` while it is read, changed and written.

    The lock is ``flock`` on a file of its own beside it, because a write replaces ``path`` itself. It is opened
    each time: threads that shared a descriptor would not exclude each other. It is never deleted, since
    somebody may be waiting for it. Raises :class:`ConnectorError` as a write does.
    """
    lock = path.with_name(f"{path.name}.lock")
    with contextlib.ExitStack() as held:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            problem = f"{lock.name} beside it cannot be locked: {error.strerror}"
            raise ConnectorError(f"{path} cannot be written ({problem}); {REMEDY}") from error
        yield
