"""A signal asks a run to stop; whatever waits, and whatever begins something, looks here whether one did.

The signal itself raises nothing. An exception that strikes at any line tears apart what belongs together, reaches the
main thread alone, and is dropped by CPython in the callback of a weak reference. So :func:`check` raises it: before
each program, each call of a BIG-IP and each fetch, and in every wait. What must come to its end is :func:`whole`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TextIO

from sectigo_f5.errors import InterruptedRunError

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
INTERVAL = 0.1  # seconds between looks, where something else is waited for too


class StopRequest:
    """Whether the run is to stop, and why: one for all its threads."""

    def __init__(self) -> None:
        self.why = ""
        self._event = threading.Event()

    def request(self, why: str) -> None:
        """Ask the run to stop, and wake who waits; the first reason counts. Not for a handler: this takes a lock."""
        self.note(why)
        self._event.set()

    def note(self, why: str) -> None:
        """Ask the run to stop, and wake nobody."""
        self.why = self.why or why

    def is_set(self) -> bool:
        """Tell whether the run is to stop: nothing new is begun then."""
        return bool(self.why)

    def wait(self, seconds: float) -> bool:
        """Wait until the run is to stop; False if it is not after ``seconds``."""
        return self._event.wait(seconds)


@dataclass
class _Worker:
    """One line of work, with the threads that help it."""

    stop: StopRequest
    told: bool = False  # what it does by now is to end in order


_worker: ContextVar[_Worker | None] = ContextVar("worker", default=None)
_whole: ContextVar[bool] = ContextVar("whole", default=False)


@contextlib.contextmanager
def obeying(stop: StopRequest) -> Iterator[None]:
    """Let the work of the block end when ``stop`` asks for it: it is told once, so that it can undo what it began."""
    token = _worker.set(_Worker(stop))
    try:
        yield
    finally:
        _worker.reset(token)


@contextlib.contextmanager
def whole(really: bool = True) -> Iterator[None]:
    """Let nothing in the block be stopped: to be half done would be worse than either end."""
    token = _whole.set(really or _whole.get())
    try:
        yield
    finally:
        _whole.reset(token)


def check() -> None:
    """Raise :class:`InterruptedRunError` if the run is to stop, once for each line of work."""
    worker = _to_be_told()
    if worker and worker.stop.is_set():
        worker.told = True
        raise InterruptedRunError(f"{worker.stop.why}; what is not in service yet is undone, and the next run does it")


def pause(seconds: float) -> None:
    """Wait; :class:`InterruptedRunError` ends it at once, unless the work is ending, or is to come to its end."""
    worker = _to_be_told()
    if worker is None:
        time.sleep(seconds)
    elif worker.stop.wait(seconds):
        check()


def is_possible() -> bool:
    """Tell whether :func:`check` may raise: whoever waits is to look now and then."""
    return _to_be_told() is not None


def read_line(stream: TextIO) -> str:
    """Read a line that somebody types; empty at the end of the input. Raises :class:`InterruptedRunError`."""
    check()
    with contextlib.suppress(AttributeError, OSError):  # one that is no file of the system cannot be waited for
        typed = stream.fileno()
        while not select.select([typed], [], [], INTERVAL)[0]:
            check()
    line = stream.readline()
    check()
    return line


def _to_be_told() -> _Worker | None:
    worker = _worker.get()
    return None if worker is None or worker.told or _whole.get() else worker


@contextlib.contextmanager
def by_signals(announce: Callable[[str], None]) -> Iterator[StopRequest]:
    """Turn SIGTERM, SIGINT or SIGHUP into a request to stop, and ``announce`` the first one.

    A SIGHUP that was ignored when we were started (``nohup``) stays ignored. SIGCHLD must not be: the kernel would
    then forget how a program has ended, and we would lose what the CA has issued. Python writes a signal's number to a
    pipe as it comes (``set_wakeup_fd``), and a thread reads it there: that may take locks, which a handler may not.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    watcher = threading.Thread(target=_watch, args=(reading, stop, announce), daemon=True)
    obeyed = [number for number in SIGNALS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*obeyed, signal.SIGCHLD})
    watcher.start()
    former_pipe = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    former = {number: signal.signal(number, lambda number, _: stop.note(_reason(number))) for number in obeyed}
    former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former_pipe)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _watch(reading: int, stop: StopRequest, announce: Callable[[str], None]) -> None:
    announced = False
    while numbers := os.read(reading, 1):
        if numbers[0] in SIGNALS:
            stop.request(_reason(numbers[0]))
            if not announced:
                announce(stop.why)
            announced = True


def _reason(number: int) -> str:
    return f"stopped by {signal.Signals(number).name}"
