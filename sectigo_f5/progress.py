"""What a run is doing right now: told by those who do it, and shown nowhere unless somebody watches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar

from sectigo_f5.model import Job, Result


class Progress:
    """What is told how the work goes; this one shows nothing. Any thread may call anything at any time."""

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take note of what is to be done."""

    def doing(self, subject: str, text: str) -> None:
        """Take note of what a certificate or a BIG-IP, named as in the log, is busy with or waits for."""

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


def doing(text: str) -> None:
    """Tell what is being done, or waited for, from now on; nothing happens outside of :meth:`Progress.at_work`."""
    at_work = _at_work.get()
    if at_work:
        progress, subject = at_work
        progress.doing(subject, text)
