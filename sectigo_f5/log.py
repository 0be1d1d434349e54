"""The log: each line names its certificate and BIG-IP, and says only what is already true.

INFO is the story of the twelve steps, DEBUG the wire (method, path, status, time; never a
body), WARNING "continuing, but look at this", ERROR one line per failed certificate.
"""

from __future__ import annotations

import contextlib
import contextvars
import errno
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from sectigo_f5.files import descriptor, fault_of_log_directory
from sectigo_f5.printable import one_line, printable
from sectigo_f5.secret import Secret, mask
from sectigo_f5.timestamps import ISO_FORMAT

Secrets = list[Secret]  # grows while the configuration is read

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
    """Add the subject, keep a record on one printable line, and mask secrets wherever they come from."""

    def __init__(self, known: Secrets) -> None:
        super().__init__(FORMAT, datefmt=ISO_FORMAT)
        self.converter = time.gmtime
        self._known = known

    def clean(self, text: str) -> str:
        """Return a text as one printable line; secrets are masked first, or what is cut off could leave half of one."""
        return one_line(mask(text, self._known))

    def format(self, record: logging.LogRecord) -> str:
        """Render one record; a traceback keeps its lines, indented so that none of them passes for a record."""
        record.subject = one_line(_subject.get())
        return mask(super().format(record), self._known)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        """Render the line."""
        record.message = self.clean(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name is logging's
        """Render a traceback."""
        lines = mask(super().formatException(ei), self._known).splitlines()
        return "\n".join(f"  {printable(line)}" for line in lines)


@contextlib.contextmanager
def opened(level: str, file: Path | None, quiet: bool, known: Iterable[Secret]) -> Iterator[Secrets]:
    """Send the log to standard error and to ``file`` (mode 0640), if one is given, for the length of the block.

    ``quiet`` keeps everything below WARNING off standard error; the file gets all of it. A file that
    cannot be written is a warning: a full disk must not let certificates expire. Yields the list
    of secrets to mask; append those that are read later. What libraries say is a line at DEBUG.
    """
    handlers: list[logging.Handler] = [_Terminal(sys.stderr)]
    handlers[0].setLevel(logging.WARNING if quiet else logging.DEBUG)
    problem = None
    try:
        handlers += [_file_handler(file)] if file else []
    except OSError as error:
        problem = error.strerror
    logger = logging.getLogger("sectigo_f5")
    logger.setLevel(level)
    logger.propagate = False
    secrets = list(known)
    formatter = Redacting(secrets)
    for handler in handlers:
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    if problem:
        logger.warning(
            "LOG_FILE %s cannot be written (%s): logging here only; run as root or set LOG_FILE", file, problem
        )
    try:
        with _libraries():
            yield secrets
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            with contextlib.suppress(OSError):  # reported when the line was written
                handler.close()


class _Terminal(logging.StreamHandler):  # type: ignore[type-arg]  # takes none before Python 3.11
    """Standard error, a terminal or not."""


@dataclass(frozen=True)
class _Writer:
    """What a handler needs of a stream."""

    write: Callable[[str], object]


@contextlib.contextmanager
def written_by(write: Callable[[str], object]) -> Iterator[Callable[[str], str]]:
    """Have ``write`` write the lines for standard error, for the length of the block.

    It gets whole lines, as they would be written. Yields what makes any other text fit to be shown beside them:
    one printable line, with secrets masked.
    """
    handlers = [handler for handler in logging.getLogger("sectigo_f5").handlers if isinstance(handler, _Terminal)]
    formatters = [handler.formatter for handler in handlers if isinstance(handler.formatter, Redacting)]
    former = [(handler, handler.stream) for handler in handlers]
    for handler in handlers:
        handler.setStream(_Writer(write))  # it writes, and that is all
    try:
        yield formatters[0].clean if formatters else one_line
    finally:
        for handler, stream in former:
            handler.setStream(stream)


@contextlib.contextmanager
def _libraries() -> Iterator[None]:
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


class _LogFile(logging.FileHandler):
    """The log file; the run continues without it if it can no longer be written."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=descriptor)  # noqa: PTH123

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is logging's
        """Give up a file that takes no more lines (a full disk), and say so once."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        logger = logging.getLogger("sectigo_f5")
        logger.removeHandler(self)
        logger.warning(
            "LOG_FILE %s can no longer be written (%s): logging here only", self.baseFilename, error.strerror
        )


def _file_handler(file: Path) -> logging.Handler:
    file.parent.mkdir(parents=True, exist_ok=True)
    fault = fault_of_log_directory(file.parent)
    if fault:
        raise OSError(errno.EPERM, fault)
    return _LogFile(file, encoding="utf-8")
