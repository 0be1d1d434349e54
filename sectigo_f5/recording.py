"""Changes on a BIG-IP or at the CA, told where they are made; who records them is :mod:`sectigo_f5.trail.recorder`.

A change is a block. It is begun with its first write to a BIG-IP, which the client tells (:func:`writing`), or where
:func:`begin` says so: for what another process does. A block without either has changed nothing, and is not told. A
write outside of every block is a change of its own, :attr:`What.OTHER`: none is ever missing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from sectigo_f5.logs import formats

BOOKKEEPING = ("/mgmt/shared/auth", "/mgmt/tm/transaction")  # logins, and what opens, commits or drops a transaction
MOST = 200  # writes that one change names


class What(str, Enum):
    """What is changed, in the words of the trail."""

    KEY = "key-made"
    REQUEST = "csr-made"
    REHEARSAL = "change-rehearsed"
    CERTIFICATE = "certificate-stored"
    STAPLING = "stapling-set"
    SERVICE = "put-in-service"
    REFERENCE = "reference-updated"
    DELETED = "objects-deleted"
    REQUESTS = "csr-removed"
    FILES = "files-removed"
    CHALLENGE_RULES = "challenge-rules-removed"
    PROBED = "probed"
    SAVED = "configuration-saved"
    OTHER = "other-write"
    CHALLENGE = "challenge-answered"
    ACCOUNT = "account-registered"
    ORDER = "certificate-ordered"
    REVOKED = "certificate-revoked"

    def __str__(self) -> str:
        return self.value


class Ending(str, Enum):
    """What came of a change."""

    MADE = "made"
    NOTHING = "nothing"  # as it was asked for: a rehearsal
    REFUSED = "refused"
    FAILED = "failed"
    PENDING = "pending"
    TAKEN_BACK = "taken-back"
    NOT_TAKEN_BACK = "not-taken-back"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


@dataclass(eq=False)
class Change:
    """One change, from before its first write until it is known what came of it."""

    what: What
    objects: list[str] = field(default_factory=list)  # full paths; names of files
    virtual_servers: list[str] = field(default_factory=list)  # full paths
    old: str = ""
    new: str = ""
    serial: str = ""  # lower-case hexadecimal
    sha256: str = ""  # the certificate's fingerprint
    reason: str = ""
    ending: Ending | None = None  # None: made, unless an error says otherwise
    units: list[str] = field(default_factory=list)  # hosts that were written to
    writes: list[str] = field(default_factory=list)  # method and path
    subject: str = field(default_factory=formats.subject.get)  # certificate and BIG-IP, as in the log
    identity: str = ""  # once it is begun

    def concern(self, certificate: Identified) -> None:
        """Say which certificate it is about."""
        self.serial, self.sha256 = certificate.serial, certificate.fingerprint


class Identified(Protocol):
    """A certificate, as far as the trail names it."""

    @property
    def serial(self) -> str:
        """Its serial number, lower-case hexadecimal."""

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, lower-case hexadecimal."""


class Recorder:
    """Who is told of changes; this one keeps nothing. Any thread may call anything at any time."""

    problem: str | None = None  # why something could not be recorded

    def begin(self, change: Change) -> None:
        """Take note, so that it lasts, that a change is about to be made."""

    def end(self, change: Change, error: BaseException | None) -> None:
        """Take note of what came of it; ``error`` is what ended the block."""


NOBODY = Recorder()

_recorder: ContextVar[Recorder] = ContextVar("recorder", default=NOBODY)
_open: ContextVar[Change | None] = ContextVar("change", default=None)


@contextlib.contextmanager
def told(recorder: Recorder) -> Iterator[None]:
    """Have every change of the block recorded."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


@contextlib.contextmanager
def change(
    what: What,
    objects: Iterable[str] = (),
    virtual_servers: Iterable[str] = (),
    *,
    old: str = "",
    new: str = "",
    units: Iterable[str] = (),
    at_once: bool = False,
) -> Iterator[Change]:
    """Make one change in the block; what becomes known on the way is added to what is yielded.

    ``at_once``: it is begun with the block, for another process makes it. A block inside is a change of its own.
    """
    one, error = Change(what, [*objects], [*virtual_servers], old, new, units=[*units]), None
    token = _open.set(one)
    try:
        if at_once:
            _begin(one)
        yield one
    except BaseException as ended:
        error = ended
        raise
    finally:
        _open.reset(token)
        if one.identity:
            _recorder.get().end(one, error)


@contextlib.contextmanager
def part_of(what: What, objects: Iterable[str]) -> Iterator[None]:
    """Belong to the change around the block; without one it is a change of its own."""
    if _open.get() is not None:
        yield
        return
    with change(what, objects):
        yield


@contextlib.contextmanager
def writing(method: str, path: str) -> Iterator[None]:
    """Send a call in the block; a write that belongs to no change is one."""
    if _open.get() is not None or not _is_write(method, path):
        yield
        return
    with change(What.OTHER, [path]):
        yield


def note_write(host: str, method: str, path: str) -> None:
    """Note that a call is sent to a unit, at once after this: with the first write the change begins."""
    one = _open.get()
    if one is None or not _is_write(method, path):
        return
    one.units += [] if host in one.units else [host]
    if len(one.writes) < MOST:
        one.writes.append(f"{method} {path}")
    _begin(one)


def amend(ending: Ending, reason: str = "") -> None:
    """Say of the change around what came of it, from where that is known."""
    if one := _open.get():
        one.ending, one.reason = ending, reason or one.reason


def _begin(one: Change) -> None:
    if not one.identity:
        _recorder.get().begin(one)


def _is_write(method: str, path: str) -> bool:
    return method != "GET" and not path.startswith(BOOKKEEPING)
