"""What outlives a run, under ``STATE_DIR``: last results, issued certificates, what is not saved yet.

Nothing here is secret, and nothing here is needed to keep a site alive: a lost directory costs
the history, the account (registered again) and the renewal information of older certificates.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.model import Generation, Issued, Job, Result, Word

logger = logging.getLogger(__name__)

ROOM = 1 << 16  # bytes that must be free: about what an order writes, Certbot's log included


class LockedError(ConnectorError):
    """Another run holds the lock: exit code 75."""


@dataclass(frozen=True)
class LastResult:
    """What the last run said of one certificate; times are ISO 8601, UTC."""

    result: str
    reason: str
    error: str | None
    at: str
    since: str  # the first run in a row with the same outcome (failed, or not)
    serial: str | None = None
    rolled_back_to: str | None = None  # stamp of the generation that `rollback` put in service


class StateDirectory:
    """The files under ``STATE_DIR``; every write is atomic."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results = path / "results.json"

    def prepare(self) -> None:
        """Make the directory; raises :class:`ConfigurationError` when it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.path) as file:
                file.write(bytes(ROOM))
        except OSError as error:
            raise ConfigurationError(
                f"STATE_DIR {self.path}: cannot be written ({error.strerror}); run as root or set STATE_DIR"
            ) from error

    @contextlib.contextmanager
    def locked(self, now: datetime) -> Iterator[None]:
        """Hold the lock of this directory; raises :class:`LockedError` that says who holds it.

        The kernel drops the lock with the process, however it ends: nothing stale stays behind.
        """
        with _written(self.path / "lock"):
            file = (self.path / "lock").open("a+")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                file.seek(0)
                raise LockedError(f"another run holds {file.name}: {file.read().strip() or 'just starting'}") from error
            file.truncate(0)
            file.write(f"process {os.getpid()}, started {now.strftime('%Y-%m-%dT%H:%M:%SZ')}\n")
            file.flush()
            yield
            file.truncate(0)

    # -- results -------------------------------------------------------------------------------

    def results(self) -> dict[str, LastResult]:
        """Return the last result of every certificate, by ``common_name@device``."""
        try:
            return {label: LastResult(**found) for label, found in _load(self._results).items()}
        except (TypeError, AttributeError):
            logger.warning("%s is not readable any more; the history starts anew", self._results)
            return {}

    def record(self, results: list[Result], now: datetime) -> None:
        """Remember the results of a run; ``since`` keeps the first day of a row of failures."""
        history = self.results()
        at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        for result in results:
            label = f"{result.common_name}@{result.device}"
            before = history.get(label)
            failed = result.word is Word.FAILED
            same = before is not None and (before.result == Word.FAILED.value) == failed
            history[label] = LastResult(
                result=result.word.value,
                reason=result.reason,
                error=result.error,
                at=at,
                since=before.since if before and same else at,
                serial=result.serial,
                rolled_back_to=before.rolled_back_to if before and _leaves_roll_back(result) else None,
            )
        write_atomically(self._results, json.dumps({k: asdict(v) for k, v in sorted(history.items())}, indent=1))

    def rolled_back_to(self, job: Job) -> str | None:
        """Return the stamp that ``rollback`` put in service, as long as no run has replaced it."""
        last = self.results().get(job.label)
        return last.rolled_back_to if last else None

    def note_roll_back(self, job: Job, stamp: str | None) -> None:
        """Remember that ``stamp`` serves because an operator said so."""
        history = {label: asdict(found) for label, found in self.results().items()}
        empty = {"result": "kept", "reason": "", "error": None, "at": "", "since": ""}
        history[job.label] = {**history.get(job.label, empty), "rolled_back_to": stamp}
        write_atomically(self._results, json.dumps(history, indent=1))

    # -- certificates --------------------------------------------------------------------------

    def keep_certificate(self, job: Job, generation: Generation, issued: Issued) -> None:
        """Keep what the CA issued, before the device is touched: revocation and ARI need it later."""
        folder, name = self._folder(job), f"{generation.stamp}{generation.variant}"
        write_atomically(folder / f"{name}_chain.pem", issued.chain)
        write_atomically(folder / f"{name}.pem", issued.certificate)

    def kept_certificate(self, job: Job, generation: Generation) -> Issued | None:
        """Return the copy of an issued certificate, None where there is none."""
        name = f"{generation.stamp}{generation.variant}"
        try:
            return Issued(
                (self._folder(job) / f"{name}.pem").read_text(encoding="ascii"),
                (self._folder(job) / f"{name}_chain.pem").read_text(encoding="ascii"),
            )
        except (OSError, UnicodeDecodeError):
            return None

    def note_revoked(self, job: Job, generation: Generation, reason: str) -> None:
        """Remember that we had a certificate revoked: not every CA publishes it where we can read it."""
        write_atomically(self._folder(job) / f"{generation.stamp}{generation.variant}.revoked", f"{reason}\n")

    def revoked(self, job: Job, generation: Generation) -> str | None:
        """Return the reason that ``revoke`` was given for a certificate, None where it was not."""
        try:
            return (self._folder(job) / f"{generation.stamp}{generation.variant}.revoked").read_text().strip()
        except OSError:
            return None

    def _folder(self, job: Job) -> Path:
        return self.path / "certificates" / job.device.name / job.base

    # -- devices whose configuration is not saved ----------------------------------------------

    def mark_unsaved(self, device: str) -> None:
        """Remember, before the change, that a device will hold something not saved yet."""
        write_atomically(self.path / "unsaved" / device, "")

    def mark_saved(self, device: str) -> None:
        """Forget it after the save."""
        (self.path / "unsaved" / device).unlink(missing_ok=True)

    def is_unsaved(self, device: str) -> bool:
        """True when an earlier run changed the device and did not come to save it."""
        return (self.path / "unsaved" / device).exists()


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file whole: a reader, or a power cut, sees the old or the new one."""
    with _written(path), contextlib.ExitStack() as undo:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        undo.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
        undo.pop_all()


@contextlib.contextmanager
def _written(path: Path) -> Iterator[None]:
    """Say what the disk has against it, and what to do."""
    try:
        yield
    except OSError as error:
        raise ConnectorError(
            f"{path} cannot be written ({error.strerror}); make room, or correct its owner and rights"
        ) from error


def _leaves_roll_back(result: Result) -> bool:
    return result.word in (Word.KEPT, Word.FAILED, Word.SKIPPED, Word.ROLLED_BACK, Word.REPAIRED)


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s is not readable (%s); the history starts anew", path, error)
        return {}
    return found if isinstance(found, dict) else {}
