"""Asynchronous tasks: created, started, and polled until they are completed.

Source: F5 AS3 saves the configuration in this way; that a task ends by itself is visible only in its state.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.work import Work

URL = "task/sys/config"


@dataclass
class Task:
    """One save of the configuration."""

    state: str = "STARTED"
    polls: int = 0  # answers so far that said VALIDATING


class Tasks:
    """The tasks of a device."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tasks: dict[str, Task] = {}

    def create(self, work: Work) -> Json:
        """Create a task."""
        number = str(next(self._numbers))
        self._tasks[number] = Task()
        return self._show(work, number)

    def start(self, number: str) -> None:
        """Start a task."""
        self._find(number).state = "VALIDATING"

    def poll(self, work: Work, number: str) -> Json:
        """Return a task; after some answers it is completed."""
        task = self._find(number)
        if task.state == "VALIDATING" and task.polls >= work.switches.task_polls:
            task.state = work.switches.task_result
        task.polls += task.state == "VALIDATING"
        return self._show(work, number)

    def show_all(self, work: Work) -> list[Json]:
        """Return every task."""
        return [self._show(work, number) for number in self._tasks]

    def forget(self) -> None:
        """Forget every task: the device starts again."""
        self._tasks.clear()

    def _find(self, number: str) -> Task:
        task = self._tasks.get(number)
        if task is None:
            raise of_objects.no_task(number)
        return task

    def _show(self, work: Work, number: str) -> Json:
        return {
            "_taskId": int(number),
            "_taskState": self._tasks[number].state,
            "kind": "tm:task:sys:config:savestate",
            "command": "save",
            "selfLink": work.link(URL, number),
        }
