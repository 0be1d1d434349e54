"""One deadline for a whole exchange, from the first connection to the last byte, kept by every socket.

The time-outs of ``requests`` are for connecting to one address and for one read: who sends a byte now and then, in
the headers as in the body, holds a run and its lock without limit. The sockets made here therefore wait for nothing
beyond the deadline of the block that they are used in. Only the resolver keeps limits of its own.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

from urllib3.util.connection import allowed_gai_family

from sectigo_f5 import stopping

T = TypeVar("T")
Refuse = Callable[[str], None]  # raises ConnectorError for an address that must not be connected to

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)  # by time.monotonic; of this thread


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let everything in the block end in time: what still waits then ends by :class:`TimeoutError`.

    ``requests`` makes one of its own errors of it, as if the server had been silent.
    """
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def has_passed() -> bool:
    """Tell whether the deadline of the block has passed."""
    end = _deadline.get()
    return end is not None and time.monotonic() >= end


@contextlib.contextmanager
def in_time(waiting: socket.socket) -> Iterator[None]:
    """Let one operation of a socket wait until the deadline at most; raises :class:`TimeoutError` after it."""
    end, patience = _deadline.get(), waiting.gettimeout()
    if end is None:
        yield
        return
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the exchange takes too long as a whole")
    waiting.settimeout(left if patience is None else min(left, patience))
    try:
        yield
    finally:
        waiting.settimeout(patience)


def received(waiting: socket.socket, receive: Callable[[], T]) -> T:
    """Receive in time, and look now and then whether the run is to stop: :class:`InterruptedRunError`."""
    with in_time(waiting):
        patience = waiting.gettimeout()
        if patience is None or not stopping.is_possible():
            return receive()
        end = time.monotonic() + patience
        try:
            while True:
                stopping.check()
                left = max(0.001, end - time.monotonic())
                waiting.settimeout(min(left, stopping.INTERVAL))
                try:
                    return receive()
                except TimeoutError:
                    if left <= stopping.INTERVAL:
                        raise
        finally:
            waiting.settimeout(patience)


class TimedSocket(socket.socket):
    """A socket that waits for nothing beyond the deadline."""

    def connect(self, *arguments: Any) -> None:
        """Connect in time."""
        with in_time(self):
            super().connect(*arguments)

    def recv(self, *arguments: Any) -> bytes:
        """Receive in time."""
        return received(self, lambda: super(TimedSocket, self).recv(*arguments))

    def recv_into(self, *arguments: Any) -> int:
        """Receive in time."""
        return received(self, lambda: super(TimedSocket, self).recv_into(*arguments))

    def sendall(self, *arguments: Any) -> None:
        """Send in time."""
        with in_time(self):
            super().sendall(*arguments)


class TimedTls(ssl.SSLSocket):
    """The same under TLS."""

    def do_handshake(self, *arguments: Any) -> None:
        """Shake hands in time."""
        with in_time(self):
            super().do_handshake(*arguments)

    def recv(self, *arguments: Any) -> bytes:
        """Receive in time."""
        return received(self, lambda: super(TimedTls, self).recv(*arguments))

    def recv_into(self, *arguments: Any) -> int:
        """Receive in time."""
        return received(self, lambda: super(TimedTls, self).recv_into(*arguments))

    def send(self, *arguments: Any) -> int:
        """Send in time; ``sendall`` sends piece by piece with it."""
        with in_time(self):
            return super().send(*arguments)


def connected(
    host: str, port: int, patience: float | None, options: Any = None, refuse: Refuse | None = None
) -> TimedSocket:
    """Connect to the first address of a host that answers, all of them in time; raises :class:`OSError`.

    ``patience`` is the time-out for each address, in seconds; ``options`` are those of ``setsockopt``; ``refuse`` may
    raise its own error for an address.
    """
    problem = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM):
        if refuse:
            refuse(str(address[0]))
        made = TimedSocket(family, kind, protocol)
        try:
            for option in options or ():
                made.setsockopt(*option)
            made.settimeout(patience)
            made.connect(address)
        except OSError as error:
            made.close()
            problem = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise problem
