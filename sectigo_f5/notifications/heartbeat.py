"""``HEARTBEAT_URL`` is fetched after each complete run, so that somebody notices when none comes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.http.fetching import Limits, Question, fetch
from sectigo_f5.http.redirects import Rules
from sectigo_f5.notifications.urls import parts, with_code
from sectigo_f5.secret import Secret, mask

logger = logging.getLogger(__name__)

LIMITS = Limits(connect=5, read=5, whole=10, largest=64 * 1024)
TRIES = 3
PAUSE = 1.0  # seconds between them
LONGEST = 10_000  # bytes of the summary
CLIENT_ERRORS = range(400, 500)  # asking again would not help


def beat(
    url: Secret,
    code: int,
    text: str,
    pause: Callable[[float], None] = stopping.pause,
    limits: Limits = LIMITS,
) -> None:
    """Fetch the URL with the exit code, by POST with the summary; what goes wrong is one warning."""
    body = text.encode(errors="replace")[:LONGEST]
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    question = Question(with_code(url.reveal(), code), "POST", headers, body)
    rules = Rules(only_https=question.url.startswith("https:"))
    problem = ""
    for number in range(TRIES):
        if number:
            pause(PAUSE)
        try:
            reply = fetch(question, limits, rules)
        except (ConnectorError, OSError) as error:
            problem = cause(error)
            continue
        if reply.ok:
            return
        problem = f"HTTP {reply.status}"
        if reply.status in CLIENT_ERRORS:
            break
    logger.warning("HEARTBEAT_URL: it cannot be told that the run has ended (%s)", mask(problem, parts(url)))
