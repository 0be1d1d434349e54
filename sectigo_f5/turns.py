"""Whose turn it is at a BIG-IP: the certificates of one login work with it one at a time.

Whoever waits for somebody else (minutes, for the CA) gives the turn back meanwhile, and has it again before anything
else happens: what is read and remembered of a BIG-IP, and what is written to it, belongs to whoever has the turn.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar

from sectigo_f5.progress import Step, doing


class Turn:
    """The turn at one BIG-IP; whoever asked first has it first."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed  # for all BIG-IPs of a run: who waits for any of them is told
        self._queue: list[object] = []  # the first has the turn

    def is_free(self) -> bool:
        """Tell whether nobody has the turn, or waits for it."""
        return not self._queue

    def take(self) -> None:
        """Wait for the turn. A stop does not end that: whoever has it is told, and gives it back soon."""
        me = object()
        with self._changed:
            self._queue.append(me)
            self._changed.wait_for(lambda: self._queue[0] is me)

    def give_back(self) -> None:
        """Let the next one have the turn."""
        with self._changed:
            del self._queue[0]
            self._changed.notify_all()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep the turn, which was taken already, for the block."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)
            self.give_back()


_held: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextlib.contextmanager
def given_back() -> Iterator[None]:
    """Let others use the BIG-IP while the block waits for somebody else; nothing in it may touch the BIG-IP.

    However the block ends, the turn is ours again. What others did meanwhile may have changed the BIG-IP.
    """
    turn = _held.get()
    if turn is None:
        yield
        return
    token = _held.set(None)
    turn.give_back()
    try:
        yield
    finally:
        if not turn.is_free():
            doing("waiting for its turn at the BIG-IP", Step.WAIT)
        turn.take()
        _held.reset(token)
