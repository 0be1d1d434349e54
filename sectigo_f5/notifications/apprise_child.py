"""Runs in a process of its own: reads messages as JSON, sends each by Apprise, and says how that ended.

One without a text is not sent: only its URL is read.

Nothing that Apprise logs is printed: it may hold a part of a URL.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import threading
from typing import Any


class _Statuses(logging.Handler):
    """Remembers the HTTP status that Apprise logs, for each thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.by_thread: dict[int, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take out the number, and nothing else."""
        found = re.search(r"error=(\d{3})\b", record.getMessage())
        if found:
            self.by_thread[threading.get_ident()] = f"HTTP {found[1]}"


def main() -> None:
    """Send everything, at the same time; a line for each."""
    tasks = json.load(sys.stdin)
    statuses, lock = _Statuses(), threading.Lock()
    for name in ("apprise", ""):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [statuses], False

    def work(number: int, task: dict[str, str]) -> None:
        try:
            problem = _sent(task) or ""
        except Exception as error:  # noqa: BLE001  # whatever a service's plugin does
            problem = type(error).__name__
        problem = problem and statuses.by_thread.get(threading.get_ident(), problem)
        with lock:
            sys.__stdout__.write(f"told {number} {problem}\n")  # type: ignore[union-attr]  # we were started with one
            sys.__stdout__.flush()  # type: ignore[union-attr]

    threads = [threading.Thread(target=work, args=each, daemon=True) for each in enumerate(tasks)]
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stderr(nowhere):  # noqa: PTH123
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _sent(task: dict[str, str]) -> str | None:
    import apprise  # noqa: PLC0415  # an extra

    plugin: Any = apprise.Apprise.instantiate(task["url"], suppress_exceptions=True)
    if plugin is None:
        return "Apprise knows no such URL; see https://github.com/caronc/apprise/wiki"
    if "body" not in task:
        return None
    return None if plugin.notify(title=task["title"], body=task["body"]) else "not delivered"


if __name__ == "__main__":
    main()
