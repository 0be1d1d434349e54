"""What the threads of one run share: a step that is done once, and one lock per BIG-IP or virtual server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError

T = TypeVar("T")


class Once(Generic[T]):
    """A step that is done once per run, by whichever thread needs it first; a failure lasts as long as a success."""

    def __init__(self, step: Callable[[], T]) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._values: list[T] = []
        self._failure: str | None = None

    def get(self) -> T:
        """Return the value of the step; raises its :class:`ConnectorError`, and again on every later call."""
        with self._lock:
            if self._failure:
                raise ConnectorError(self._failure)
            if not self._values:
                try:
                    self._values.append(self._step())
                except ConnectorError as error:
                    self._failure = str(error)
                    raise
            return self._values[0]


class DeviceLocks:
    """One lock per BIG-IP, for what may be done there only by one at a time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @contextlib.contextmanager
    def held(self, hosts: Iterable[str]) -> Iterator[None]:
        """Hold the locks of ``hosts``."""
        with contextlib.ExitStack() as stack:
            for host in sorted(set(hosts)):  # every thread takes them in the same order, so none waits in a circle
                with self._guard:
                    lock = self._locks.setdefault(host, threading.Lock())
                stack.enter_context(lock)
            yield


class VirtualServerLocks:
    """One lock per virtual server: while a challenge is answered on one, nothing else of ours touches it.

    Held for minutes, as long as the CA takes. So take these locks before any lock of the device, and never while that
    is held. A thread that has one may take it again.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[tuple[str, str], threading.RLock] = {}

    @contextlib.contextmanager
    def held(self, hosts: Iterable[str], virtual_servers: Iterable[str]) -> Iterator[None]:
        """Hold the locks of these virtual servers (full paths) on each of these hosts, the units of one group.

        Raises :class:`~sectigo_f5.errors.InterruptedRunError` if the run is to stop while it waits.
        """
        servers = set(virtual_servers)
        with contextlib.ExitStack() as stack:
            # Every thread takes them in the same order, so none waits in a circle.
            for wanted in sorted((host, server) for host in set(hosts) for server in servers):
                with self._guard:
                    lock = self._locks.setdefault(wanted, threading.RLock())
                while not lock.acquire(timeout=stopping.INTERVAL):
                    stopping.check()
                stack.callback(lock.release)
            yield
