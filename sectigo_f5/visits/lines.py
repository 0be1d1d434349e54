"""Who is next: for each BIG-IP a line of visits, one after the other, and one turn that their certificates share."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from sectigo_f5.model import Job
from sectigo_f5.turns import Turn
from sectigo_f5.visits.visit import Visit


@dataclass(eq=False)
class Line:
    """The visits that lead to one BIG-IP; the first is made now."""

    visits: list[Visit]
    turn: Turn
    at_work: int = 0  # certificates that have begun and not ended, those that wait for the CA too
    identities: set[str] = field(default_factory=set)  # who answered there in this run

    @property
    def is_ready(self) -> bool:
        """True if a certificate could begin."""
        return bool(self.visits and self.visits[0].waiting) and self.turn.is_free()

    @property
    def is_waiting(self) -> bool:
        """True if there are certificates that have not begun."""
        return any(visit.waiting for visit in self.visits)


class Lines:
    """The lines of one run, in the order of their most urgent certificates; its workers ask for work here."""

    def __init__(self, queues: Iterable[list[Visit]]) -> None:
        self._changed = threading.Condition()
        self._lines = [Line(list(visits), Turn(self._changed)) for visits in queues]
        self._waiting = [line for line in self._lines if line.is_waiting]

    def take(self) -> tuple[Line, Visit, Job] | None:
        """Take the turn at a BIG-IP for its next certificate, waiting until one is free; None if nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._next() or not self._waiting)
            line = self._next()
            if line is None:
                return None
            line.turn.take()
            line.at_work += 1
            visit = line.visits[0]
            job = visit.waiting.pop(0)
            if not line.is_waiting:
                self._waiting.remove(line)
            return line, visit, job

    def _next(self) -> Line | None:
        """Return where to begin a certificate; they are spread over the BIG-IPs, since one at a time uses each."""
        idle = next((line for line in self._waiting if not line.at_work and line.is_ready), None)
        ready = (line for line in self._waiting if line.is_ready)
        return idle or min(ready, key=lambda line: line.at_work, default=None)

    def end(self, line: Line, visit: Visit) -> None:
        """Note that a certificate has ended; its BIG-IP's next visit may begin if it was the last."""
        with self._changed:
            line.at_work -= 1
            if visit.is_over and visit in line.visits:
                line.visits.remove(visit)
            self._changed.notify_all()

    def put_off(self, line: Line, visit: Visit, job: Job, identities: Iterable[str]) -> bool:
        """Note who answered; True if another line leads there too: then this one continues after it.

        That happens if a BIG-IP has got another address since the last run.
        """
        with self._changed:
            line.identities.update(identities)
            others = (of for of in self._lines if of is not line and of.visits)
            other = next((of for of in others if of.identities & line.identities), None)
            if other is None:
                return False
            visit.waiting.insert(0, job)
            other.visits += line.visits
            line.visits, line.identities = [], set()
            self._waiting = [of for of in self._lines if of.is_waiting]
            return True
