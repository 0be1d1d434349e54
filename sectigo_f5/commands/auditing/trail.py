"""The trail of a command that changes something: who gives it, by which words, for what; and who hears its head."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import socket
from collections.abc import Callable, Iterator
from datetime import datetime

from sectigo_f5 import log
from sectigo_f5.commands.options import Options
from sectigo_f5.logs.services import Places, send_to_syslog
from sectigo_f5.model import Settings
from sectigo_f5.trail.actor import actor
from sectigo_f5.trail.nouns import Head
from sectigo_f5.trail.recorder import Author, TrailRecorder, recorder

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def recorded(
    options: Options,
    settings: Settings,
    secrets: log.Secrets,
    clock: Callable[[], datetime],
    places: Places = Places(),  # noqa: B008  # a value
) -> Iterator[TrailRecorder]:
    """Open the trail for the length of the block, whose lock the caller holds; see :func:`recorder`.

    No secret is ever typed; what looks like one that is known is masked all the same, as in the log.
    """
    words, ticket = shlex.join(options.typed), options.ticket or ""
    author = Author(log.current_run(), actor(os.environ), socket.gethostname(), words, ticket)
    with recorder(settings.state_dir, author, clock, log.cleaner(secrets)) as trail:
        try:
            yield trail
        finally:
            _tell(trail.head, settings, places)


def _tell(head: Head, settings: Settings, places: Places) -> None:
    """Tell others the head, so that a file that is written again with other hashes is noticed."""
    text = f"the trail has {head.number} lines, the last with the SHA-256 {head.sha256}"
    logger.info("%s", text)
    if settings.log_file != "syslog":
        send_to_syslog(text, places)
