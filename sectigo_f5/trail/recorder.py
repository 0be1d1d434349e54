"""Who records changes: one line for each, once it is known what came of it.

The site comes first: a trail that can no longer be written takes nothing back. It is told loudly, the run begins no
further certificate, and does not end well; the lines are tried again with each next one, and are logged at the end.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConfigurationError, InterruptedRunError, NotTakenBackError, PendingOrderError
from sectigo_f5.files import REMEDY
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.recording import Change, Ending, Recorder
from sectigo_f5.timestamps import to_precise_iso
from sectigo_f5.trail.begun import Begun
from sectigo_f5.trail.chain import encode, records
from sectigo_f5.trail.ledger import Ledger
from sectigo_f5.trail.nouns import Head, Record
from sectigo_f5.trail.volumes import current, lines_of, volumes

logger = logging.getLogger(__name__)

DIED = "the run ended during it, and whether it was made is not known"
Clean = Callable[[str], str]


@dataclass(frozen=True)
class Author:
    """What every line of one run says of it."""

    run: str  # as in the log
    actor: Mapping[str, Any]
    host: str
    command: str
    ticket: str = ""

    def fields(self) -> Record:
        """Return it as fields of a line."""
        fields = {"command": self.command, "ticket": self.ticket, "actor": dict(self.actor), "host": self.host}
        return {name: value for name, value in fields.items() if value}


class TrailRecorder(Recorder):
    """Writes the trail of one run; opened by :func:`recorder`."""

    def __init__(
        self, begun: Begun, ledger: Ledger, author: Author, clock: Callable[[], datetime], clean: Clean
    ) -> None:
        self._begun, self._ledger, self._author, self._clock, self._clean = begun, ledger, author, clock, clean
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        self._since: dict[str, str] = {}  # when a change began, by its identity
        self._waiting: list[Record] = []  # lines that could not be written yet

    @property
    def head(self) -> Head:
        """The last line."""
        return self._ledger.head

    def begin(self, change: Change) -> None:
        """Write down that a change is about to be made."""
        with self._lock:
            change.identity = f"{self._author.run}-{next(self._numbers)}"
            self._since[change.identity] = to_precise_iso(self._clock())
            try:
                self._begun.note(change.identity, self._record(change, None))
            except OSError as error:
                self._fail(error)

    def end(self, change: Change, error: BaseException | None) -> None:
        """Write the line of a change."""
        with self._lock:
            self._waiting.append(self._record(change, change.ending or ending_of(error), error))
            self._since.pop(change.identity, None)
            self._write_waiting()

    def close(self) -> None:
        """Write what could not be written before, log what still cannot, and close the files."""
        with self._lock:
            self._write_waiting()
            for record in self._waiting:
                logger.error("this line is not in the trail: %s", encode(record).decode())
            if not self._waiting and not self._since:
                with contextlib.suppress(OSError):
                    self._begun.clear()
            self._begun.close()
            self._ledger.close()

    def _write_waiting(self) -> None:
        try:
            while self._waiting:
                self._ledger.append(self._waiting[0])
                self._begun.end(str(self._waiting.pop(0)["id"]))
        except OSError as error:
            self._fail(error)

    def _record(self, change: Change, ending: Ending | None, error: BaseException | None = None) -> Record:
        name, at, device = change.subject.rpartition("@")
        fields = {
            "certificate": change.subject if at else "",
            "device": device,
            "unit": " ".join(change.units),
            "virtual_servers": list(dict.fromkeys(change.virtual_servers)),
            "objects": list(dict.fromkeys(change.objects)),
            "serial": change.serial,
            "sha256": change.sha256,
            "old": change.old,
            "new": change.new,
            "reason": change.reason or (str(error) if error else ""),
            "writes": list(change.writes),
        }
        told = {"what": change.what.value, "result": ending.value if ending else ""}
        known = {**told, **fields, **self._author.fields()}
        kept = {field: _cleaned(value, self._clean) for field, value in known.items() if value}
        began = self._since.get(change.identity, "")
        return {"time": to_precise_iso(self._clock()), "id": change.identity, "began": began, **kept}

    def _fail(self, error: OSError) -> None:
        if self.problem is None:
            file, why = current(self._ledger.state_dir), error.strerror or str(error)
            untold = f"the trail {file} can no longer be written ({why})"
            self.problem = f"{untold}, so no further certificate is begun; {REMEDY}"
            logger.error("%s", self.problem)


def ending_of(error: BaseException | None) -> Ending:
    """Return what came of a change by what ended its block."""
    if error is None:
        return Ending.MADE
    if isinstance(error, PendingOrderError):
        return Ending.PENDING
    if isinstance(error, NotTakenBackError):
        return Ending.NOT_TAKEN_BACK
    if isinstance(error, OutcomeUnknownError | UnreachableError | InterruptedRunError):
        return Ending.UNKNOWN
    return Ending.REFUSED if isinstance(error, DeviceError) else Ending.FAILED


@contextlib.contextmanager
def recorder(state_dir: Path, author: Author, clock: Callable[[], datetime], clean: Clean) -> Iterator[TrailRecorder]:
    """Open the trail for one run, whose lock the caller holds; what an earlier run has left is closed first.

    Raises :class:`ConfigurationError` if it cannot be written: then nothing is changed.
    """
    try:
        begun = Begun(state_dir)
        ledger = Ledger(state_dir, clock)
        _close_left(begun, ledger, state_dir, clock)
    except OSError as error:
        raise ConfigurationError(
            f"the trail {error.filename or current(state_dir)} cannot be written ({error.strerror}), so nothing is "
            f"changed; run as its owner, or {REMEDY}"
        ) from error
    trail = TrailRecorder(begun, ledger, author, clock, clean)
    try:
        yield trail
    finally:
        trail.close()


def _close_left(begun: Begun, ledger: Ledger, state_dir: Path, clock: Callable[[], datetime]) -> None:
    """Give each change that a run has begun, and has not lived to tell, its line."""
    left = {record["id"]: record for record in begun.left}
    for path in volumes(state_dir)[-2:] if left else ():  # a file is only begun when the run before has ended
        for record in records(lines_of(path)):
            left.pop(record.get("id"), None)
    for record in left.values():
        logger.warning("an earlier run ended during a change, which the trail calls unknown: %s", record.get("what"))
        kept = {name: value for name, value in record.items() if name not in ("number", "previous")}
        ledger.append({**kept, "time": to_precise_iso(clock()), "result": Ending.UNKNOWN.value, "reason": DIED})
    begun.clear()


def _cleaned(value: Any, clean: Clean) -> Any:
    """Return a value with every text in it as one printable line, without secrets."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(each, clean) for name, each in value.items()}
    return [_cleaned(each, clean) for each in value]
