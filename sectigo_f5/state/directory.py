"""What outlives a run, under ``STATE_DIR``: last results, issued certificates, what is not saved yet.

Nothing here is secret, and nothing here is needed to keep a site alive: a lost directory costs
the history, the account (registered again) and the renewal information of older certificates.
So what cannot be written once the CA has issued is a warning, and the certificate goes on; what an
operator would be deceived by, if it were lost, is refused before anything is changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.files import REMEDY, write_atomically
from sectigo_f5.model import Generation, Issued, Job, Outcome, Result
from sectigo_f5.x509.certificates import read_certificate, read_chain

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
    serial: str | None = None  # of the certificate that was last seen in service ...
    not_after: str | None = None  # ... and its end
    rolled_back_from: str | None = None  # stamp of the newest generation that `rollback` took out of service


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
        path = self.path / "lock"
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ConfigurationError(
                f"the lock {path} cannot be opened ({error.strerror}); run as its owner, or {REMEDY}"
            ) from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.read(lock, 200).decode(errors="replace").strip()
                raise LockedError(f"another run holds {path}: {holder or 'just starting'}") from error
            _write_holder(lock, f"process {os.getpid()}, started {_time(now)}\n")
            yield
            _write_holder(lock, "")
        finally:
            os.close(lock)

    # -- results -------------------------------------------------------------------------------

    def results(self) -> dict[str, LastResult]:
        """Return the last result of every certificate, by ``common_name@device``."""
        try:
            return {label: LastResult(**found) for label, found in _load(self._results).items()}
        except (TypeError, AttributeError):
            logger.warning("%s is not readable any more; the history starts anew", self._results)
            return {}

    def record(self, results: list[Result], now: datetime) -> None:
        """Remember the results of a run; one that cannot be written costs the history, never the run.

        ``since`` keeps the first day of a row of failures. A certificate that was skipped keeps what
        was last known of it.
        """
        history = self.results()
        for result in results:
            label = f"{result.common_name}@{result.device}"
            before = history.get(label)
            if before is None or result.outcome is not Outcome.SKIPPED:
                history[label] = _following(before, result, _time(now))
        try:
            self._write(history)
        except ConnectorError as error:
            logger.warning("%s", error)

    def rolled_back_from(self, job: Job) -> str | None:
        """Return the stamp that ``rollback`` took out of service; older ones are left in service until a renewal."""
        last = self.results().get(job.label)
        return last.rolled_back_from if last else None

    def note_rollback(self, job: Job, stamp: str, now: datetime) -> None:
        """Remember, before it happens, that an operator wants something older than ``stamp`` in service.

        Raises :class:`ConnectorError` when it cannot be: the next run would put ``stamp`` back at once.
        """
        history, at = self.results(), _time(now)
        before = history.get(job.label) or LastResult(Outcome.KEPT.value, "", None, at, at)
        newest = max(stamp, before.rolled_back_from or "")
        history[job.label] = replace(before, rolled_back_from=newest)
        try:
            self._write(history)
        except ConnectorError as error:
            raise ConnectorError(f"nothing was changed, for the next run would undo it: {error}") from error

    def _write(self, history: dict[str, LastResult]) -> None:
        write_atomically(self._results, json.dumps({k: asdict(v) for k, v in sorted(history.items())}, indent=1))

    # -- certificates --------------------------------------------------------------------------

    def keep_certificate(self, job: Job, generation: Generation, issued: Issued) -> None:
        """Keep what the CA issued, before the device is touched: revocation and ARI need it later.

        The certificate is worth more than its copy: one that cannot be kept is a warning.
        """
        chain, certificate = self._copies(job, generation)
        try:
            write_atomically(chain, issued.chain)
            write_atomically(certificate, issued.certificate)
        except ConnectorError as error:
            logger.warning("no copy of the certificate is kept: neither `revoke` nor OCSP nor ARI will do: %s", error)

    def kept_certificate(self, job: Job, generation: Generation) -> Issued | None:
        """Return the copy of an issued certificate, None where there is none that can be read."""
        chain, certificate = self._copies(job, generation)
        try:
            found = Issued(certificate.read_text(encoding="ascii"), chain.read_text(encoding="ascii"))
            read_certificate(found.certificate)
            read_chain(found.chain)
        except (OSError, UnicodeDecodeError, ConnectorError):
            return None
        return found

    def kept_copies(self, job: Job) -> dict[Generation, Issued]:
        """Return every copy that there is of a certificate's generations."""
        names = [path.stem for path in self._folder(job).glob("*.pem") if not path.stem.endswith("_chain")]
        generations = [Generation.parse(f"/{job.partition}/{job.base}_{name}.crt", job.base) for name in names]
        found = {of: self.kept_certificate(job, of) for of in generations if of}
        return {of: copy for of, copy in found.items() if copy}

    def note_revoked(self, job: Job, generation: Generation, reason: str) -> None:
        """Remember that we had a certificate revoked: not every CA publishes it where we can read it."""
        try:
            write_atomically(self._revoked(job, generation), f"{reason}\n")
        except ConnectorError as error:
            remedy = f"replace the certificate by `start_acme.py run --force --only {job.label}`"
            logger.warning("the next run may not know that it was revoked: %s; %s", error, remedy)

    def revoked(self, job: Job, generation: Generation) -> str | None:
        """Return the reason that ``revoke`` was given for a certificate, None where it was not."""
        try:
            return self._revoked(job, generation).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def _folder(self, job: Job) -> Path:
        return self.path / "certificates" / job.device.name / job.base

    def _copies(self, job: Job, generation: Generation) -> tuple[Path, Path]:
        stem = f"{generation.stamp}{generation.variant}"
        return self._folder(job) / f"{stem}_chain.pem", self._folder(job) / f"{stem}.pem"

    def _revoked(self, job: Job, generation: Generation) -> Path:
        return self._folder(job) / f"{generation.stamp}{generation.variant}.revoked"

    # -- devices whose configuration is not saved ----------------------------------------------

    def mark_unsaved(self, device: str) -> None:
        """Remember, before the change, that a device will hold something not saved yet.

        Only a run that dies before it saves needs it, so one that cannot be written is a warning.
        """
        try:
            write_atomically(self._unsaved(device), "")
        except ConnectorError as error:
            logger.warning("should this run die before it saves the BIG-IP's configuration, no other will: %s", error)

    def mark_saved(self, device: str) -> None:
        """Forget it after the save; otherwise the next run saves once more."""
        with contextlib.suppress(OSError):
            self._unsaved(device).unlink(missing_ok=True)

    def is_unsaved(self, device: str) -> bool:
        """True when an earlier run changed the device and did not come to save it."""
        try:
            return self._unsaved(device).exists()
        except OSError:
            return True  # nobody can know: saving once too often does no harm

    def _unsaved(self, device: str) -> Path:
        return self.path / "unsaved" / device


def _write_holder(lock: int, text: str) -> None:
    """Say in the lock who holds it: for people, so a full disk does not matter."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, text.encode(), 0)


def _following(before: LastResult | None, result: Result, at: str) -> LastResult:
    failed = result.outcome is Outcome.FAILED
    same = before is not None and (before.result == Outcome.FAILED.value) == failed
    leaves_rollback = result.outcome not in (Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED)
    known = before if failed and result.serial is None else None  # a failure tells nothing of what is in service
    return LastResult(
        result=result.outcome.value,
        reason=result.reason,
        error=result.error,
        at=at,
        since=before.since if before and same else at,
        serial=known.serial if known else result.serial,
        not_after=known.not_after if known else _time(result.not_after) if result.not_after else None,
        rolled_back_from=before.rolled_back_from if before and leaves_rollback else None,
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s is not readable (%s); the history starts anew", path, error)
        return {}
    return found if isinstance(found, dict) else {}
