"""The log: each line names its certificate and BIG-IP, and says only what is already true.

INFO is the story of the twelve steps, DEBUG the wire (method, path, status, time; never a
body), WARNING "continuing, but look at this", ERROR one line per failed certificate.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sectigo_f5.log_levels import Service
from sectigo_f5.logs import formats, libraries
from sectigo_f5.logs.file import file_handler
from sectigo_f5.logs.services import Places, is_journal, service_handler
from sectigo_f5.logs.terminal import Terminal, Writer, release, terminals
from sectigo_f5.printable import one_line
from sectigo_f5.secret import Secret

Secrets = list[Secret]  # grows while the configuration is read

NO_SERVICE = "no such service listens on this host; set LOG_FILE to a file"
NO_FILE = "run as root or set LOG_FILE"


@contextlib.contextmanager
def about(subject: str) -> Iterator[None]:
    """Name the certificate and device (``www.example.com@bigip-fra``) of every line in the block."""
    token = formats.subject.set(subject)
    try:
        yield
    finally:
        formats.subject.reset(token)


@contextlib.contextmanager
def opened(
    level: str,
    file: Path | Service | None,
    quiet: bool,
    known: Iterable[Secret],
    *,
    form: str = "text",
    run: str = "",
    places: Places = Places(),  # noqa: B008  # a value
) -> Iterator[Secrets]:
    """Send the log to standard error and to ``file``, or to a service, if one is given, for the length of the block.

    ``quiet`` keeps everything below WARNING off standard error, and the rest back until :func:`release` if that is no
    terminal; the file (mode 0640) gets all of it. A file that cannot be written is a warning: a full disk must not
    let certificates expire. Yields the list of secrets to mask; append those that are read later. What libraries say
    is a line at DEBUG. ``form`` is one of ``FORMATS``; ``run`` tells this run from others.
    """
    secrets, handlers, problem = list(known), list[logging.Handler](), None
    in_journal = is_journal(sys.stderr, places.environment)
    try:
        if file:
            handlers.append(_lasting(file, places))
            handlers[0].setFormatter(_format(form, file, secrets, run))
    except OSError as error:
        problem = error.strerror or str(error)
    if problem or not (in_journal and file == "journal"):  # or each line would be there twice
        handlers.append(_standard_error(quiet, not handlers, in_journal, _shape(form, in_journal)(secrets, run)))
    logger = logging.getLogger("sectigo_f5")
    logger.setLevel(level)
    logger.propagate = False
    for handler in reversed(handlers):  # standard error first: if one is given up, the next in the list is left out
        logger.addHandler(handler)
    if problem:
        remedy = NO_FILE if isinstance(file, Path) else NO_SERVICE
        logger.warning("LOG_FILE %s cannot be written (%s): logging here only; %s", file, problem, remedy)
    try:
        with libraries.taken_over():
            yield secrets
    finally:
        release()
        for handler in handlers:
            logger.removeHandler(handler)
            with contextlib.suppress(OSError):  # reported when the line was written
                handler.close()


def _lasting(file: Path | Service, places: Places) -> logging.Handler:
    return file_handler(file) if isinstance(file, Path) else service_handler(file, places)


def _format(form: str, file: Path | Service, secrets: Secrets, run: str) -> formats.Text:
    if form == "json":
        return formats.Json(secrets, run)
    if isinstance(file, Path):
        return formats.Text(secrets, run)
    return formats.OneLine(secrets, run) if file == "syslog" else formats.Text(secrets, run, formats.BARE)


def _shape(form: str, in_journal: bool) -> Callable[[Secrets, str], formats.Text]:
    if form == "json":
        return formats.Json
    return formats.bare if in_journal else formats.Text


def _standard_error(quiet: bool, alone: bool, in_journal: bool, form: formats.Text) -> logging.Handler:
    """Return the handler of standard error; ``alone`` is true if nothing else keeps the lines."""
    watched = in_journal or sys.stderr is None or sys.stderr.isatty()
    handler = Terminal(holds=quiet and not alone and not watched)
    handler.setLevel(logging.WARNING if quiet else logging.DEBUG)
    handler.setFormatter(formats.Prioritised(form) if in_journal else form)
    return handler


def cleaner(secrets: Secrets) -> Callable[[str], str]:
    """Return what makes a text fit to be kept: one printable line, with secrets masked, also those that are added."""
    return formats.Text(secrets).clean


def current_run() -> str:
    """Return what the log calls this run; empty if there is no log."""
    handlers = logging.getLogger("sectigo_f5").handlers
    return next((h.formatter.run for h in handlers if isinstance(h.formatter, formats.Text)), "")


def are_held() -> bool:
    """Tell whether lines wait for the summary to be printed."""
    return any(handler.held for handler in terminals())


@contextlib.contextmanager
def written_by(write: Callable[[str], object]) -> Iterator[Callable[[str], str]]:
    """Have ``write`` write the lines for standard error, for the length of the block.

    It gets whole lines, as they would be written. Yields what makes any other text fit to be shown beside them:
    one printable line, with secrets masked.
    """
    handlers = terminals()
    cleaners = [h.formatter.clean for h in handlers if isinstance(h.formatter, formats.Text | formats.Prioritised)]
    former = [(handler, handler.stream) for handler in handlers]
    for handler in handlers:
        handler.setStream(Writer(write))  # it writes, and that is all
    try:
        yield cleaners[0] if cleaners else one_line
    finally:
        for handler, stream in former:
            handler.setStream(stream)
