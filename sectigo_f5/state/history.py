"""The last result of every certificate, in ``STATE_DIR/results.json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import changed_by_one, write_atomically
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.timestamps import to_iso

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastResult:
    """What the last run reported for one certificate; times are ISO 8601, UTC."""

    result: str
    reason: str
    error: str | None
    at: str
    since: str  # the first run in a row with the same outcome (an error, or none)
    serial: str | None = None  # of the certificate that was last seen in service ...
    not_after: str | None = None  # ... and its end
    rolled_back_from: str | None = None  # stamp of the newest generation that `rollback` took out of service


class History:
    """The file that holds the last results; it is read, changed and replaced under a lock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def results(self) -> dict[str, LastResult]:
        """Return the last result of every certificate, by ``common_name@device``."""
        try:
            return {label: LastResult(**fields) for label, fields in _load(self._file).items()}
        except (TypeError, AttributeError):
            logger.warning("%s cannot be read; starting a new history", self._file)
            return {}

    def record(self, results: Iterable[Result], now: datetime) -> None:
        """Remember the results of a run; if they cannot be written, the history is lost, never the run.

        ``since`` keeps the first day of a row of failures. A certificate that was skipped keeps what
        was last known of it.
        """
        try:
            with changed_by_one(self._file):
                history = self.results()
                for result in results:
                    before = history.get(result.label)
                    if before is None or result.outcome is not Outcome.SKIPPED:
                        history[result.label] = _following(before, result, to_iso(now))
                self._write(history)
        except ConnectorError as error:
            logger.warning("%s", error)

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
        content = {label: asdict(last) for label, last in sorted(history.items())}
        write_atomically(self._file, json.dumps(content, indent=1))


def _following(before: LastResult | None, result: Result, at: str) -> LastResult:
    failed = result.outcome is Outcome.FAILED
    same = before is not None and (before.error is None) == (result.error is None)
    leaves_rollback = result.outcome not in (Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED)
    known = before if failed and result.serial is None else None  # a failure does not tell what is in service
    return LastResult(
        result=result.outcome.value,
        reason=result.reason,
        error=result.error,
        at=at,
        since=before.since if before and same else at,
        serial=known.serial if known else result.serial,
        not_after=known.not_after if known else to_iso(result.not_after) if result.not_after else None,
        rolled_back_from=before.rolled_back_from if before and leaves_rollback else None,
    )


def _load(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s cannot be read (%s); starting a new history", file, error)
        return {}
    return content if isinstance(content, dict) else {}
