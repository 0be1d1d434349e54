"""The trail of a command that changes something: who gives it, by which words, and for which ticket."""

from __future__ import annotations

import os
import shlex
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sectigo_f5 import log
from sectigo_f5.commands.options import Options
from sectigo_f5.trail.actor import actor
from sectigo_f5.trail.recorder import Author, TrailRecorder, recorder


def recorded(
    options: Options, state_dir: Path, secrets: log.Secrets, clock: Callable[[], datetime]
) -> AbstractContextManager[TrailRecorder]:
    """Open the trail under ``state_dir``, whose lock the caller holds; see :func:`recorder`.

    No secret is ever typed; what looks like one that is known is masked all the same, as in the log.
    """
    words, ticket = shlex.join(options.typed), options.ticket or ""
    author = Author(log.current_run(), actor(os.environ), socket.gethostname(), words, ticket)
    return recorder(state_dir, author, clock, log.cleaner(secrets))
