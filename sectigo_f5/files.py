"""Every file that we write: whole or not at all, changed by one at a time, and nowhere that somebody else chose.

We often run as root. A symbolic link is followed only if it is root's or our own, and a directory that others could
put files into is not used for what we read again.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sectigo_f5.errors import ConnectorError

REMEDY = "make room, or correct its owner and rights"
NO_LOCKS = "its file system has no locks; set STATE_DIR to a directory on a local disk"
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
LINKS = 8  # in a row
ROOT = 0

Content = str | bytes | Iterable[str]  # text is UTF-8; in pieces if it is long


def write_atomically(path: Path, content: Content, mode: int = 0o644, owner: tuple[int, int] | None = None) -> None:
    """Replace a file as a whole: a reader, or a power cut, sees the old or the new one.

    ``owner`` are the user and group that it is given to, if we may; else it is ours.
    Raises :class:`ConnectorError` with the reason that the file system gives, and the remedy.
    """
    try:
        with contextlib.ExitStack() as undo:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            undo.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "wb") as file:
                file.writelines(_pieces(content))
                file.flush()
                os.fsync(file.fileno())
                if owner:
                    with contextlib.suppress(PermissionError):
                        os.fchown(file.fileno(), *owner)
                os.fchmod(file.fileno(), mode)
            Path(name).replace(path)
            undo.pop_all()
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written ({error.strerror}); {REMEDY}") from error


def write_as_named(path: Path, content: str | Iterable[str], mode: int = 0o644) -> None:
    """Write a file that an operator names: replace it as a whole, with the mode and owner that it has.

    ``mode`` is that of a new one. A link that may be followed leads to the file that is replaced; what is no file
    (``/dev/stdout``, a pipe) is written to. Raises :class:`OSError` or :class:`ConnectorError`.
    """
    try:
        handle = descriptor(path, os.O_WRONLY)
    except FileNotFoundError:
        path.parent.stat()  # a directory is not made for a mistyped name
        write_atomically(path, content, mode)
        return
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            opened.writelines([content] if isinstance(content, str) else content)
            return
    write_atomically(path.resolve(), content, stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid))


def fault_of_output(path: Path) -> str | None:
    """Return why :func:`write_as_named` could not write a file now, or None; it is neither made nor changed."""
    try:
        with contextlib.suppress(FileNotFoundError):
            handle = descriptor(path, os.O_WRONLY)
            is_file = stat.S_ISREG(os.fstat(handle).st_mode)
            os.close(handle)
            if not is_file:
                return None
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            return None
    except OSError as error:
        return error.strerror or str(error)


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
            handle = descriptor(lock, os.O_RDWR | os.O_CREAT, 0o644)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            problem = f"{lock.name} beside it cannot be locked: {error.strerror}"
            remedy = NO_LOCKS if error.errno in WITHOUT_LOCKS else REMEDY
            raise ConnectorError(f"{path} cannot be written ({problem}); {remedy}") from error
        yield


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    else:
        yield from (text.encode() for text in ((content,) if isinstance(content, str) else content))


def create_private(path: Path, content: str | bytes) -> None:
    """Write a file that was not there, which nobody else can read; raises :class:`OSError`."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def opened_to_append(path: Path) -> int:
    """Open a file that lines are appended to, mode 0640; a new one outlives a power cut. Raises :class:`OSError`."""
    is_new = not path.exists()
    handle = descriptor(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    if is_new:
        sync_directory(path.parent)
    return handle


def append(handle: int, content: bytes) -> None:
    """Append to an open file, and return when it is on the disk; raises :class:`OSError`, perhaps after a part."""
    while content:
        content = content[os.write(handle, content) :]
    os.fsync(handle)


def sync_directory(path: Path) -> None:
    """Return when the names in a directory are on the disk; raises :class:`OSError`."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def descriptor(path: str | Path, flags: int, mode: int = 0o640) -> int:
    """Open a file, by no link of somebody else; raises :class:`OSError`. Works as an ``opener`` of :func:`open`.

    A named pipe that nobody reads is an error (ENXIO), and not waited for.
    """
    place = Path(path)
    for _ in range(LINKS):
        try:
            handle = os.open(place, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, mode)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
        else:
            os.set_blocking(handle, True)
            return handle
        target = _target(place)
        if target is None:  # /dev/stdout leads there: what a link of the kernel's names cannot be opened by that name
            return os.open(place, flags | os.O_NOCTTY, mode)
        place = place.parent / target
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def _target(link: Path) -> str | None:
    """Read a link that root or we have made, or None if the kernel makes it, under ``/proc``."""
    handle = os.open(link, os.O_PATH | os.O_NOFOLLOW)  # so it is the same that is judged and read
    try:
        found = os.fstat(handle)
        if found.st_dev == os.stat("/proc").st_dev:  # noqa: PTH116  # as the line above
            return None
        if not _is_trusted(found):
            raise OSError(errno.ELOOP, f"it is a symbolic link of {_owner(found)}, which is not followed", str(link))
        return os.readlink("", dir_fd=handle)
    finally:
        os.close(handle)


def fault_of_directory(path: Path) -> str | None:
    """Return why a directory is not safe to be used, with the remedy: others could put files there that we read.

    None if it is safe, or does not exist yet. Raises :class:`OSError` if it cannot be looked at.
    """
    try:
        itself, found = path.lstat(), path.stat()
    except (FileNotFoundError, NotADirectoryError):  # of the latter somebody else tells
        return None
    for each in (itself, found):
        if not _is_trusted(each):
            what, owner = "the symbolic link " if stat.S_ISLNK(each.st_mode) else "", _owner(each)
            return f"{what}{path} belongs to {owner}, who could put files there: run as {owner}, or change its owner"
    foreign = found.st_mode & stat.S_IWGRP and found.st_gid not in (ROOT, os.getegid())
    if foreign or found.st_mode & stat.S_IWOTH:
        return f"others could put files into {path}: chmod {'g' if foreign else ''}o-w {path}"
    return None


def fault_of_log_directory(path: Path) -> str | None:
    """Return why no log is written there; in one like ``/tmp``, others cannot exchange what they do not own."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    return f"others could exchange files in {path}" if mode & stat.S_IWOTH and not mode & stat.S_ISVTX else None


def _is_trusted(found: os.stat_result) -> bool:
    return found.st_uid in (ROOT, os.geteuid())


def _owner(found: os.stat_result) -> str:
    try:
        return pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        return f"user {found.st_uid}"
