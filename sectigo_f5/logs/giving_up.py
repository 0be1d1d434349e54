"""A place of the log that takes no more lines is given up; the run continues without it."""

from __future__ import annotations

import contextlib
import logging
import sys

from sectigo_f5.logs.terminal import release


def give_up(handler: logging.Handler, what: str) -> bool:
    """Remove a handler that can no longer write, and say so once; False if its error is not the system's.

    For use in ``handleError``. Lines that wait for the summary are written at once: nobody else has them now.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, OSError):
        return False
    logger = logging.getLogger("sectigo_f5")
    logger.removeHandler(handler)
    release()
    logger.warning("LOG_FILE %s can no longer be written (%s): logging here only", what, error.strerror or error)
    with contextlib.suppress(OSError):
        handler.close()
    return True
