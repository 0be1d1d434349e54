"""What a run is doing right now: told by those who do it, and shown nowhere unless somebody watches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from enum import Enum

from sectigo_f5.model import Job, Result


class Step(Enum):
    """The twelve steps, and what else takes time; each with its number, or a word, and what is done in it."""

    CONFIGURATION = ("1", "read the YAML files")
    CONNECT = ("2", "log in to the BIG-IP")
    DECIDE = ("3", "read and decide")
    KEY = ("4", "make the key")
    REQUEST = ("5", "make the CSR")
    DOWNLOAD = ("6", "download the CSR")
    DIRECTORY = ("7", "connect to the CA")
    ACCOUNT = ("8", "register the account")
    ISSUE = ("9", "have the certificate issued")
    UPLOAD = ("10", "upload the certificate")
    SERVE = ("11", "change profile and virtual servers")  # step 12 is made by the same transaction ...
    CONFIRM = ("12", "look at it as a client does")  # ... and confirmed by this
    REHEARSE = ("rehearse", "rehearse steps 10 to 12")
    SAVE = ("save", "save the configuration")
    TIDY = ("tidy", "tidy up")
    WAIT = ("wait", "wait for other certificates")

    @property
    def number(self) -> str:
        """The number of the step; a word if it is none of the twelve."""
        return self.value[0]

    @property
    def text(self) -> str:
        """What is done in it."""
        return self.value[1]


class Progress:
    """What is told how the work goes; this one shows nothing. Any thread may call anything at any time."""

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take note of what is to be done."""

    def doing(self, subject: str, text: str) -> None:
        """Take note of what a certificate or a BIG-IP, named as in the log, is busy with or waits for."""

    def step(self, subject: str, step: Step) -> None:
        """Take note of the step that a certificate or a BIG-IP is at from now on."""

    def leave(self, subject: str) -> None:
        """Take note that nobody works on a certificate or a BIG-IP any more, whatever came of it."""

    def done(self, result: Result) -> None:
        """Take note of a result; a later one for the same certificate (a save that failed) replaces it."""

    @contextlib.contextmanager
    def at_work(self, subject: str) -> Iterator[None]:
        """Let :func:`doing` speak of a certificate or a BIG-IP, named as in the log, for the length of the block."""
        token = _at_work.set((self, subject))
        try:
            yield
        finally:
            _at_work.reset(token)
            self.leave(subject)


SILENT = Progress()

_at_work: ContextVar[tuple[Progress, str] | None] = ContextVar("at_work", default=None)


def doing(text: str, step: Step | None = None) -> None:
    """Tell what is being done, or waited for, from now on; nothing happens outside of :meth:`Progress.at_work`.

    Without ``step`` it belongs to the one before.
    """
    at_work = _at_work.get()
    if at_work:
        progress, subject = at_work
        progress.doing(subject, text)
        if step:
            progress.step(subject, step)
