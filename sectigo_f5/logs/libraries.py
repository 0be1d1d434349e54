"""What libraries log, and the warnings of Python: lines at DEBUG."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def taken_over() -> Iterator[None]:
    """Take over what libraries log, and the warnings of Python: printed, they would quote servers word for word."""
    handler, root = _Libraries(logging.WARNING), logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)


class _Libraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Pass on the message, without a traceback: nobody can act on it."""
        logging.getLogger("sectigo_f5.libraries").debug("%s: %s", record.name, record.getMessage())
