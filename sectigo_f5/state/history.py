"""The last result of every certificate, in ``STATE_DIR/results.json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import changed_by_one, write_atomically
from sectigo_f5.model import Change, Job, Outcome, Result
from sectigo_f5.state import changes
from sectigo_f5.timestamps import from_iso, to_iso

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastResult:
    """What the last run reported for one certificate; times are ISO 8601, UTC."""

    result: str
    reason: str
    error: str | None
    at: str
    since: str  # the first run in a row that ended alike: with an error, without, or pending
    serial: str | None = None  # of the certificate that was last seen in service ...
    not_after: str | None = None  # ... and its end
    rolled_back_from: str | None = None  # stamp of the newest generation that `rollback` took out of service
    last_success: str | None = None  # the last run that left everything as it should be
    failures: int = 0  # runs in a row that failed; a run that was stopped before, or left an order pending, is neither
    skipped: bool = False  # the last run did not come to it: the next one does it first
    changes: tuple[Change, ...] = ()  # the runs that ended otherwise than the one before, newest last


REQUIRED = frozenset({"result", "reason", "at", "since"})
TIMES = frozenset({"at", "since", "not_after", "last_success"})
TEXTS = frozenset(field.name for field in fields(LastResult)) - {"failures", "skipped", "changes"}
NEW_CERTIFICATE = (Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED)
UNDECIDED = (Outcome.PENDING, Outcome.SKIPPED)  # neither success nor failure


_Version = tuple[int, int, int] | None  # of a file that is replaced as a whole; None if there is none


class History:
    """The file that holds the last results; it is read, changed and replaced under a lock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: tuple[_Version, dict[str, LastResult]] | None = None

    def results(self) -> dict[str, LastResult]:
        """Return the last result of every certificate, by ``common_name@device``; the file is read if it is new."""
        version = _version(self._file)
        if self._known is None or self._known[0] != version:
            self._known = version, self._read_file()
        return dict(self._known[1])

    def _read_file(self) -> dict[str, LastResult]:
        read = {label: _read(entry) for label, entry in _load(self._file).items()}
        known = {label: last for label, last in read.items() if last}
        if len(known) < len(read):
            lost = ", ".join(sorted(read.keys() - known.keys()))
            logger.warning("%s cannot be read; starting a new history of %s", self._file, lost)
        return known

    def record(self, results: Iterable[Result], now: datetime, of_run: bool = True) -> dict[str, LastResult]:
        """Remember the results of a command, and return the history with them; only a run's failures are counted.

        If it cannot be written, the history is lost, never the run. ``since`` keeps the first day of a row of
        failures. A certificate that was skipped keeps what was last known of it.
        """
        results, history = tuple(results), dict[str, LastResult]()
        try:
            with changed_by_one(self._file):
                history = _with_results(self.results(), results, to_iso(now), of_run)
                self._write(history)
        except ConnectorError as error:
            logger.warning("%s", error)
        return history or _with_results(self.results(), results, to_iso(now), of_run)

    def rolled_back_from(self, job: Job) -> str | None:
        """Return the stamp that ``rollback`` took out of service; older ones stay in service until a renewal."""
        last = self.results().get(job.label)
        return last.rolled_back_from if last else None

    def note_rollback(self, job: Job, stamp: str, now: datetime) -> None:
        """Remember, before it happens, that an operator wants something older than ``stamp`` in service.

        Raises :class:`ConnectorError` if that is impossible: the next run would put ``stamp`` back at once.
        """
        at = to_iso(now)
        try:
            with changed_by_one(self._file):
                history = self.results()
                before = history.get(job.label) or LastResult(Outcome.KEPT.value, "", None, at, at)
                newest = max(stamp, before.rolled_back_from or "")
                history[job.label] = replace(before, rolled_back_from=newest)
                self._write(history)
        except ConnectorError as error:
            raise ConnectorError(f"nothing was changed, because the next run would undo it: {error}") from error

    def _write(self, history: dict[str, LastResult]) -> None:
        lines = (f"{json.dumps(label)}: {json.dumps(_as_json(last))}" for label, last in sorted(history.items()))
        self._known = None
        write_atomically(self._file, "{\n" + ",\n".join(lines) + "\n}\n")


def _with_results(
    history: dict[str, LastResult], results: Iterable[Result], at: str, of_run: bool
) -> dict[str, LastResult]:
    for result in results:
        before = history.get(result.label)
        skipped = result.outcome is Outcome.SKIPPED
        kept = before if skipped and before else _following(before, result, at, of_run)
        history[result.label] = replace(kept, skipped=skipped)
    return history


def _following(before: LastResult | None, result: Result, at: str, of_run: bool) -> LastResult:
    word, known = result.outcome.value, _serving(before, result)
    same = before is not None and _ending(before.result, before.error) == _ending(word, result.error)
    succeeded = result.error is None and result.outcome not in (Outcome.FAILED, *UNDECIDED)
    return LastResult(
        result=word,
        reason=result.reason,
        error=result.error,
        at=at,
        since=before.since if before and same else at,
        serial=known[0],
        not_after=known[1],
        rolled_back_from=before.rolled_back_from if before and result.outcome not in NEW_CERTIFICATE else None,
        last_success=at if succeeded else before.last_success if before else None,
        failures=_failures(before.failures if before else 0, result.outcome, of_run),
        changes=changes.following(before.changes if before else (), result, at),
    )


def _serving(before: LastResult | None, result: Result) -> tuple[str | None, str | None]:
    """Return serial number and end of what serves; a result that does not tell leaves what was known."""
    ends = to_iso(result.not_after) if result.not_after else None
    if before is None or (result.serial is not None and (ends or result.serial != before.serial)):
        return result.serial, ends
    return before.serial, ends or before.not_after


def _ending(result: str, error: str | None) -> str:
    return result if result == Outcome.PENDING else "well" if error is None else "with an error"


def _failures(before: int, outcome: Outcome, of_run: bool) -> int:
    if outcome in UNDECIDED or (outcome is Outcome.FAILED and not of_run):
        return before
    return before + 1 if outcome is Outcome.FAILED else 0


def _as_json(last: LastResult) -> dict[str, Any]:
    return {**vars(last), "changes": changes.as_json(last.changes)}


def _read(entry: object) -> LastResult | None:
    """Read one certificate's entry, as this release or another wrote it; None if it is not one."""
    if not isinstance(entry, dict):
        return None
    texts = {name: entry[name] for name in TEXTS & entry.keys() if entry[name] is not None}
    failures = entry.get("failures", 0)
    if not texts.keys() >= REQUIRED or not isinstance(failures, int):
        return None
    try:
        for name, text in texts.items():
            _check(name, text)
    except (TypeError, ValueError, AttributeError):
        return None
    return LastResult(
        **{"error": None, **texts},
        failures=failures,
        skipped=entry.get("skipped") is True,
        changes=changes.read(entry.get("changes")),
    )


def _check(name: str, text: Any) -> None:
    """Raise :class:`ValueError` or the like unless ``text`` can be printed and, if it is a time, read."""
    text.encode()
    if name in TIMES:
        from_iso(text)


def _version(file: Path) -> _Version:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _load(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        logger.warning("%s cannot be read (%s); starting a new history", file, error)
        return {}
    return content if isinstance(content, dict) else {}
