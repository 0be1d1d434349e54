"""How far a run is, as lines: what is told by its threads, and who of them waits for what."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.progress import Progress

AT_WORK, FAILED, WHY = range(3)  # kinds of lines, the first the last to be left out
STATES = ("running", "failed", "done", "left")  # of a BIG-IP
MINUTE, HOUR = 60, 3600  # seconds


@dataclass(frozen=True)
class Line:
    """One line about a BIG-IP, or about one of its certificates; of a kind."""

    kind: int
    name: str
    text: str
    of_device: bool = False


class Board(Progress):
    """What is known of a run at the moment; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock()
        self._devices: dict[str, list[str]] = {}  # the labels of its certificates, by the name of a BIG-IP
        self._busy: dict[str, tuple[str, float]] = {}  # what a certificate or a BIG-IP is busy with, and since when
        self._results: dict[str, Result] = {}

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take note of what is to be done."""
        with self._lock:
            for job in jobs:
                self._devices.setdefault(job.device.name, []).append(job.label)

    def doing(self, subject: str, text: str) -> None:
        """Take note of what a certificate or a BIG-IP, perhaps one without certificates, is busy with from now on."""
        with self._lock:
            if "@" not in subject:
                self._devices.setdefault(subject, [])
            self._busy[subject] = (text, self._clock())

    def leave(self, subject: str) -> None:
        """Take note that nobody works on a certificate or a BIG-IP any more."""
        with self._lock:
            self._busy.pop(subject, None)

    def done(self, result: Result) -> None:
        """Take note of a result, perhaps in place of an earlier one; what is skipped is left to be done."""
        with self._lock:
            if result.outcome is not Outcome.SKIPPED:
                self._results[result.label] = result

    # -- as lines ------------------------------------------------------------------------------

    def lines(self, room: int) -> tuple[list[Line], list[str]]:
        """Return what is at work and what has failed, and below it what all the rest comes to: ``room`` lines, or less.

        At least one. If the room is short, reasons of failures are left out first, and what is at work last.
        """
        with self._lock:
            every = [line for device in self._devices for line in self._lines_of(device)]
            ranked = sorted(range(len(every)), key=lambda number: every[number].kind)
            shown = [every[number] for number in sorted(ranked[: max(room - 2, 0)])]
            return shown, [*self._others(shown), self._sum()][-max(room, 1) :]

    def _lines_of(self, device: str) -> list[Line]:
        labels = self._devices[device]
        at_work = [label for label in labels if label in self._busy]
        failed = [label for label in labels if label not in at_work and self._has_failed(label)]
        busy = device in self._busy or bool(at_work)
        if not busy and not failed:
            return []
        own = "" if at_work or device not in self._busy else self._activity(device)
        text = ": ".join(filter(None, (self._counted(labels) if labels else "", own)))
        lines = [Line(AT_WORK if busy else FAILED, device, text, of_device=True)]
        lines += [Line(AT_WORK, _without(device, label), self._activity(label)) for label in at_work]
        return lines + [Line(WHY, _without(device, label), self._failure(label)) for label in failed]

    def _others(self, shown: Sequence[Line]) -> list[str]:
        names = {line.name for line in shown if line.of_device}
        hidden = Counter(self._state(device) for device in self._devices if device not in names)
        states = ", ".join(f"{hidden[state]} {state}" for state in STATES if hidden[state])
        return [f"{sum(hidden.values())}{' more' if names else ''} BIG-IP(s): {states}"] if states else []

    def _sum(self) -> str:
        every = [label for labels in self._devices.values() for label in labels]
        counted = f"{self._counted(every)}, " if every else ""
        return f"in all: {counted}{duration(self._clock() - self._began)}"

    def _state(self, device: str) -> str:
        labels = self._devices[device]
        if device in self._busy or any(label in self._busy for label in labels):
            return "running"
        if any(self._has_failed(label) for label in labels):
            return "failed"
        return "done" if all(label in self._results for label in labels) else "left"

    def _counted(self, labels: Sequence[str]) -> str:
        """Say how many are done, at work, failed, and left to be done."""
        running = sum(label in self._busy for label in labels)
        ended = [label for label in labels if label in self._results and label not in self._busy]
        failed = sum(self._has_failed(label) for label in ended)
        parts = {"done": len(ended) - failed, "running": running, "failed": failed}
        parts["left"] = len(labels) - running - len(ended)
        return ", ".join(f"{number} {word}" for word, number in parts.items() if number or word in ("done", "left"))

    def _has_failed(self, label: str) -> bool:
        result = self._results.get(label)
        return result is not None and bool(result.error)

    def _failure(self, label: str) -> str:
        return f"failed: {self._results[label].error}"

    def _activity(self, subject: str) -> str:
        text, since = self._busy[subject]
        return f"{text}, {duration(self._clock() - since)}"


def duration(seconds: float) -> str:
    """Say how long something takes, as a person who waits would say it."""
    whole = int(seconds)
    if whole < 2 * MINUTE:
        return f"{whole} s"
    return f"{whole // MINUTE} min" if whole < 2 * HOUR else f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def _without(device: str, label: str) -> str:
    return label.removesuffix(f"@{device}")
