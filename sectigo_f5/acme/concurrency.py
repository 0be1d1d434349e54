"""What the threads of one run share: a step that is done once, and one lock per virtual server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from sectigo_f5 import stopping, turns
from sectigo_f5.errors import ConnectorError
from sectigo_f5.progress import Step, doing

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


class VirtualServerLocks:
    """One lock per virtual server: while a challenge is answered on one, nothing else of ours touches it.

    Held for minutes, as long as the CA takes. So whoever has to wait for one gives the turn at the BIG-IP back: nobody
    who has the turn waits for a virtual server. A thread that has one may take it again.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[tuple[str, str], threading.RLock] = {}

    @contextlib.contextmanager
    def held(self, hosts: Iterable[str], virtual_servers: Iterable[str]) -> Iterator[bool]:
        """Hold the locks of these virtual servers (full paths) on each of these hosts, the units of one group.

        Yields True if they were waited for: what was read before may have changed. Raises
        :class:`~sectigo_f5.errors.InterruptedRunError` if the run is to stop while it waits.
        """
        servers, waited = set(virtual_servers), False
        with contextlib.ExitStack() as stack:
            # Every thread takes them in the same order, so none waits in a circle.
            for wanted in sorted((host, server) for host in set(hosts) for server in servers):
                with self._guard:
                    lock = self._locks.setdefault(wanted, threading.RLock())
                if not lock.acquire(blocking=False):
                    waited = True
                    self._wait_for(lock)
                stack.callback(lock.release)
            yield waited

    @staticmethod
    def _wait_for(lock: threading.RLock) -> None:
        doing("waiting for the challenge of another certificate on the virtual server", Step.WAIT)
        with turns.given_back():
            while not lock.acquire(timeout=stopping.INTERVAL):
                stopping.check()
