"""The log services of the system: syslog, and the journal of systemd by its own protocol."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from sectigo_f5.log_levels import Service
from sectigo_f5.logs.formats import Text, priority
from sectigo_f5.logs.giving_up import give_up

IDENTIFIER = "sectigo-f5"
DAEMON = 3  # facility (RFC 5424 section 6.2.1)
PATIENCE = 1.0  # seconds for a service that is too busy to take a line


@dataclass(frozen=True)
class Places:
    """Where the services listen, and the environment that tells whether standard error is the journal's."""

    syslog: Path = Path("/dev/log")
    journal: Path = Path("/run/systemd/journal/socket")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


def service_handler(service: Service, places: Places) -> logging.Handler:
    """Return the handler of a service; raises :class:`OSError` if it does not listen."""
    if service == "syslog":
        return _Service(service, places.syslog, _for_syslog)
    return _Service(service, places.journal, _for_journal)


def is_journal(stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Tell whether a stream leads to the journal: ``$JOURNAL_STREAM`` is its device and inode (systemd.exec(5))."""
    try:
        found = os.fstat(stream.fileno()) if stream else None
    except (OSError, ValueError, AttributeError):
        return False
    return found is not None and environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def send_to_syslog(text: str, places: Places = Places()) -> bool:  # noqa: B008  # a value
    """Send a line to syslog, whatever ``LOG_FILE`` says; False if nobody listens."""
    head = f"<{DAEMON * 8 + priority(logging.INFO)}>{IDENTIFIER}[{os.getpid()}]: "
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.settimeout(PATIENCE)
            service.sendto((head + text).encode(errors="replace"), str(places.syslog))
    except OSError:
        return False
    return True


class _Service(logging.Handler):
    """Sends one datagram for each record, to whoever listens at the time: a service may be started again."""

    def __init__(self, service: Service, place: Path, content: Callable[[logging.LogRecord, Text], bytes]) -> None:
        super().__init__()
        self._service, self._content = service, content
        self._place = str(place)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as trial:
                trial.connect(self._place)
        except OSError:
            self._socket.close()
            raise

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        try:
            formatter = self.formatter
            assert isinstance(formatter, Text)  # noqa: S101  # log.opened sets it
            self._socket.sendto(self._content(record, formatter), self._place)
        except Exception:  # noqa: BLE001  # as every handler of logging
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is logging's
        """Give up a service that has ended."""
        if not give_up(self, self._service):
            super().handleError(record)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        super().close()


def _for_syslog(record: logging.LogRecord, formatter: Text) -> bytes:
    """Return a line as the C library sends it to /dev/log; its receiver adds the time."""
    head = f"<{DAEMON * 8 + priority(record.levelno)}>{IDENTIFIER}[{os.getpid()}]: "
    return (head + formatter.format(record)).encode(errors="replace")


def _for_journal(record: logging.LogRecord, formatter: Text) -> bytes:
    return datagram(entry(formatter.fields(record), formatter.format(record), record.levelno))


def entry(fields: Mapping[str, str | int], message: str, level: int) -> dict[str, str]:
    """Return the fields of an entry of the journal (systemd.journal-fields(7)); ours are in docs/log.md."""
    name, device = fields.get("common_name"), fields.get("device")
    ours = {
        "CERTIFICATE": f"{name}@{device}" if name else None,
        "DEVICE": device,
        "STEP": fields.get("step"),
        "RUN": fields.get("run"),
    }
    return {
        "MESSAGE": message,
        "PRIORITY": str(priority(level)),
        "SYSLOG_FACILITY": str(DAEMON),
        "SYSLOG_IDENTIFIER": IDENTIFIER,
        "SYSLOG_PID": str(os.getpid()),
        **{name: str(value) for name, value in ours.items() if value is not None},
    }


def datagram(entry: Mapping[str, str]) -> bytes:
    """Write an entry as the journal reads it; a value of several lines is preceded by its length, 64 bits.

    https://systemd.io/JOURNAL_NATIVE_PROTOCOL
    """
    parts = []
    for name, text in entry.items():
        value = text.encode(errors="replace")
        head = name.encode() + (b"\n" + len(value).to_bytes(8, "little") if b"\n" in value else b"=")
        parts.append(head + value + b"\n")
    return b"".join(parts)
