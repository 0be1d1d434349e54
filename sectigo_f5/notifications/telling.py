"""After a command: who is told, and the heartbeat; by then the lock is free, and everything is recorded."""

from __future__ import annotations

import logging
import socket

from sectigo_f5 import stopping
from sectigo_f5.configuration.environment.notify import name_of
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Settings
from sectigo_f5.notifications import heartbeat, sending, told
from sectigo_f5.notifications.news import Ended, Event, message, news
from sectigo_f5.report.results import EXIT_LOCKED
from sectigo_f5.report.summary import summary

logger = logging.getLogger(__name__)

FILE = "told.json"  # in STATE_DIR


def tell(settings: Settings, ended: Ended, patience: float = sending.PATIENCE) -> None:
    """Tell of a command that has ended; nothing that goes wrong is more than a warning.

    A run that found another one at work has nothing to tell: that one does.
    """
    if ended.code == EXIT_LOCKED:
        return
    with stopping.whole():
        try:
            if settings.notify_urls:
                _notify(settings, ended, patience)
            if settings.heartbeat_url and ended.of_run and ended.complete:
                heartbeat.beat(settings.heartbeat_url, ended.code, _text(ended))
        except Exception as error:  # noqa: BLE001  # a run is never failed by it
            logger.warning("nobody could be told how the run has ended (%s)", type(error).__name__)


def _text(ended: Ended) -> str:
    if ended.results:
        return summary(ended.results, ended.finished, ended.problems, quiet=True)
    return "\n".join([f"exit code {ended.code}", *ended.problems])


def _notify(settings: Settings, ended: Ended, patience: float) -> None:
    file = settings.state_dir / FILE
    before, unsent = told.read(file)
    events, now = news(before, ended)
    names = [name_of(number, url) for number, url in enumerate(settings.notify_urls, 1)]
    waiting = {name: [*unsent.get(name, ()), *events] for name in names}
    if now != before or events:
        told.write(file, now, waiting)  # first: a run that dies now is told of twice, and not never
    if not any(waiting.values()):
        return
    if not sending.is_possible():
        logger.warning("NOTIFY_URLS: %s", sending.MISSING)
        return
    told.write(file, now, _sent(settings, waiting, len(ended.results), patience))


def _sent(settings: Settings, waiting: dict[str, list[Event]], total: int, patience: float) -> dict[str, list[Event]]:
    """Send what waits for each URL; returns what still waits."""
    host = socket.gethostname()
    urls = dict(zip(waiting, settings.notify_urls, strict=True))
    messages = {n: sending.Message(urls[n], *message(events, host, total)) for n, events in waiting.items() if events}
    try:
        problems = dict(zip(messages, sending.send(list(messages.values()), patience), strict=True))
    except ConnectorError as error:
        problems = dict.fromkeys(messages, str(error))
    for name, problem in problems.items():
        if problem:
            logger.warning("NOTIFY_URLS: %s was not told (%s); the next run tries again", name, problem)
    return {name: events if problems.get(name) else [] for name, events in waiting.items()}
