"""What a run finds out on its way, for whoever monitors it: noted where it is met, and never asked for."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from sectigo_f5.errors import PendingOrderError
from sectigo_f5.model import Device, Job, Result
from sectigo_f5.progress import Progress, Step

NEW, CONTINUED = "new", "continued"  # orders
ISSUED, PENDING, FAILED = "issued", "pending", "failed"  # what has become of one
ORDERS = tuple((kind, end) for kind in (NEW, CONTINUED) for end in (ISSUED, PENDING, FAILED))


class Figures:
    """The figures of one run. Any thread may note anything at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.durations: dict[Step, float] = defaultdict(float)  # seconds, summed over certificates and BIG-IPs
        self.orders: Counter[tuple[str, ...]] = Counter()  # by kind and end, of :data:`ORDERS`
        self.planned: dict[str, datetime | None] = {}  # renewals, by the label of a certificate
        self.units: dict[tuple[str, str], bool] = {}  # whether it answered, by name of the BIG-IP and host
        self.management: dict[tuple[str, str], datetime] = {}  # end of its certificate, likewise
        self.unmanaged: dict[str, dict[str, datetime | None]] = defaultdict(dict)  # ends by path, by name of the BIG-IP

    def note_duration(self, step: Step, seconds: float) -> None:
        """Add what a step has taken; a clock that was put back takes nothing away."""
        with self._lock:
            self.durations[step] += max(seconds, 0)

    @contextlib.contextmanager
    def ordering(self, is_new: bool) -> Iterator[None]:
        """Count what becomes of one order for one key."""
        kind, end = NEW if is_new else CONTINUED, FAILED
        try:
            yield
            end = ISSUED
        except PendingOrderError:
            end = PENDING
            raise
        finally:
            with self._lock:
                self.orders[kind, end] += 1

    def note_look(self, job: Job, planned: datetime | None, unmanaged: Mapping[str, datetime | None]) -> None:
        """Note what the look at a certificate has shown: when it is to be renewed, and what is beside it."""
        with self._lock:
            self.planned[job.label] = planned
            self.unmanaged[job.device.name].update(unmanaged)

    def note_units(self, device: Device, answered: Mapping[str, datetime | None]) -> None:
        """Note which units could be logged in to, by host, and the end of the certificate that each has shown."""
        with self._lock:
            for host in device.hosts:
                self.units[device.name, host] = host in answered
                if end := answered.get(host):
                    self.management[device.name, host] = end


class Timed(Progress):
    """Measures how long the steps take, and passes everything on."""

    def __init__(self, other: Progress, figures: Figures, clock: Callable[[], datetime]) -> None:
        self._other, self._figures, self._clock = other, figures, clock
        self._at: dict[str, tuple[Step, datetime]] = {}  # each subject belongs to one thread at a time

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take note of what is to be done."""
        self._other.begin(jobs)

    def doing(self, subject: str, text: str) -> None:
        """Take note of what a certificate or a BIG-IP is busy with."""
        self._other.doing(subject, text)

    def step(self, subject: str, step: Step) -> None:
        """Take note of the step that a certificate or a BIG-IP is at from now on."""
        self._end(subject)
        self._at[subject] = step, self._clock()
        self._other.step(subject, step)

    def leave(self, subject: str) -> None:
        """Take note that nobody works on a certificate or a BIG-IP any more."""
        self._end(subject)
        self._other.leave(subject)

    def done(self, result: Result) -> None:
        """Take note of a result."""
        self._other.done(result)

    def _end(self, subject: str) -> None:
        step, since = self._at.pop(subject, (None, None))
        if step and since:
            self._figures.note_duration(step, (self._clock() - since).total_seconds())
