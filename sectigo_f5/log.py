"""The log: each line says which certificate on which BIG-IP, and says what is already true.

INFO is the story of the twelve steps, DEBUG the wire (method, path, status, time; never a
body), WARNING "went on, but look", ERROR one line per failed certificate.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.secret import Secret, mask

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMAT = "%(asctime)s %(levelname)-7s %(subject)s: %(message)s"

_subject: contextvars.ContextVar[str] = contextvars.ContextVar("subject", default="run")


@contextlib.contextmanager
def about(subject: str) -> Iterator[None]:
    """Name the certificate and device (``www.example.com@bigip-fra``) of every line in the block."""
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


class Redacting(logging.Formatter):
    """Add the subject, keep a record on one line, and mask secrets wherever they came from."""

    def __init__(self, known: Iterable[Secret]) -> None:
        super().__init__(FORMAT, datefmt="%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._known = tuple(known)

    def format(self, record: logging.LogRecord) -> str:
        """Render one record; a traceback keeps its lines, a message does not."""
        record.subject = _subject.get()
        return mask(super().format(record), self._known)


@contextlib.contextmanager
def opened(level: str, file: Path | None, quiet: bool, known: Iterable[Secret]) -> Iterator[None]:
    """Send the log to standard error and to ``file`` (mode 0640) for the length of the block.

    ``quiet`` keeps everything below WARNING off standard error; the file has it all.
    Raises :class:`ConfigurationError` when the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setLevel(logging.WARNING if quiet else logging.DEBUG)
    if file is not None:
        handlers.append(_file_handler(file))
    logger = logging.getLogger("sectigo_f5")
    logger.setLevel(level)
    logger.propagate = False
    formatter = Redacting(known)
    for handler in handlers:
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.flush()
            if isinstance(handler, logging.FileHandler):
                handler.close()


def _file_handler(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o640)
        return logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"LOG_FILE {file}: cannot be written ({error.strerror}); run as root or set LOG_FILE to a writable file"
        ) from error
