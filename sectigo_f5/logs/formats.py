"""A record of the log as text, as a JSON object, and as the journal takes it; always one line, without secrets."""

from __future__ import annotations

import contextvars
import json
import logging
import re
import time
from datetime import datetime, timezone
from typing import Any

from sectigo_f5.printable import CUT, one_line, printable
from sectigo_f5.secret import Secret, mask
from sectigo_f5.timestamps import ISO_FORMAT

FORMAT = "%(asctime)s %(levelname)-7s %(subject)s: %(message)s"
BARE = "%(subject)s: %(message)s"  # for the journal, which has time and level already
NOBODY = "run"  # the subject of a line that is about no certificate and no BIG-IP
STEP = re.compile(r"(1[0-2]|[1-9]) ")  # what a message begins with that belongs to a step
PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}  # of syslog (RFC 5424)
LONGEST_EXCEPTION = 32_000  # characters: what a datagram to the journal or to syslog has room for, and more

subject: contextvars.ContextVar[str] = contextvars.ContextVar("subject", default="")


def priority(level: int) -> int:
    """Return the priority that syslog and the journal know a level by."""
    return PRIORITIES.get(level, 2)


class Text(logging.Formatter):
    """Add the subject, keep a record on one printable line, and mask secrets wherever they come from."""

    def __init__(self, known: list[Secret], run: str = "", form: str = FORMAT) -> None:
        super().__init__(form, datefmt=ISO_FORMAT)
        self.converter = time.gmtime
        self._known = known
        self.run = run

    def clean(self, text: str) -> str:
        """Return a text as one printable line; secrets are masked first, or what is cut off could leave half of one."""
        return one_line(mask(text, self._known))

    def format(self, record: logging.LogRecord) -> str:
        """Render one record; a traceback keeps its lines, indented so that none of them passes for a record."""
        record.subject = one_line(subject.get()) or NOBODY
        return mask(super().format(record), self._known)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        """Render the line."""
        record.message = self.clean(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name is logging's
        """Render a traceback."""
        lines = mask(super().formatException(ei), self._known).splitlines()
        text = "\n".join(f"  {printable(line)}" for line in lines)
        return text if len(text) <= LONGEST_EXCEPTION else CUT + text[-LONGEST_EXCEPTION:]

    def fields(self, record: logging.LogRecord) -> dict[str, str | int]:
        """Return what a record says, by the names that docs/log.md explains; what it does not say is left out."""
        about = one_line(subject.get())
        name, at, device = about.rpartition("@")
        step = STEP.match(str(record.msg))
        moment = datetime.fromtimestamp(record.created, timezone.utc).replace(tzinfo=None)
        fields = {
            "time": f"{moment.isoformat(timespec='milliseconds')}Z",
            "level": record.levelname,
            "common_name": name if at else "",
            "device": device,
            "step": int(step[1]) if step else "",
            "message": self.clean(record.getMessage()),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
            "run": self.run,
        }
        return {key: value for key, value in fields.items() if value != ""}


def bare(known: list[Secret], run: str = "") -> Text:
    """Return the format of what the journal reads from a stream."""
    return Text(known, run, BARE)


class Json(Text):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record; what JSON escapes of a text, a line break among it, is masked before."""
        return json.dumps(self.fields(record), ensure_ascii=False)


class OneLine(Text):
    """For syslog, which adds the time: also a traceback is on the one line."""

    def __init__(
        self, known: list[Secret], run: str = "", form: str = "%(levelname)s %(subject)s: %(message)s"
    ) -> None:
        super().__init__(known, run, form)

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        return " | ".join(super().format(record).splitlines())


class Prioritised(logging.Formatter):
    """Another format, with the priority before each line, as the journal reads it from a stream (sd-daemon(3))."""

    def __init__(self, inner: Text) -> None:
        super().__init__()
        self.clean = inner.clean
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        lines = self._inner.format(record).splitlines()
        return "\n".join(f"<{priority(record.levelno)}>{line}" for line in lines)
