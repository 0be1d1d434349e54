"""Orders that are not in service yet, under ``STATE_DIR/orders``: what a later run needs to continue."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.model import Generation, Job, KeySpec, Outcome
from sectigo_f5.timestamps import from_iso, to_iso

logger = logging.getLogger(__name__)

RECORD, ATTEMPT, BEGUN, IN_USE = "order.json", "attempt.json", "begun", "in_use"


@dataclass(frozen=True)
class Order:
    """What one run asks the CA for: a CSR for each key, and why."""

    stamp: str  # of its generation
    partition: str
    names: tuple[str, ...]  # as in ``Job.names``
    keys: tuple[KeySpec, ...]
    requests: Mapping[str, str]  # the CSRs, PEM, by the variant of their key
    outcome: Outcome  # what the run was to do
    reason: str
    since: datetime  # UTC

    def generation(self, job: Job, variant: str) -> Generation:
        """Return the object names of one of its keys."""
        return Generation(self.partition, job.base, self.stamp, variant)


@dataclass(frozen=True)
class Attempt:
    """The last new order of a certificate that is not in service yet."""

    at: datetime  # when the run began, UTC
    asked: str  # the :func:`fingerprint` of the configuration that it was for
    problem: str = ""  # why it did not get into service


class OrderStore:
    """One folder per certificate: ``device/common name/stamp/``, with the order and what the CA said of it.

    Beside them ``attempt.json`` holds the last attempt. The file of :meth:`file` belongs to
    :mod:`sectigo_f5.acme`, which writes the order's URL into it as soon as the CA has told it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def begin(self, job: Job, order: Order) -> None:
        """Remember an order before the CA is asked; raises :class:`ConnectorError` if that is impossible.

        The certificate of an order that nobody remembers would be lost with the run.
        """
        content = {
            **asdict(order),
            "keys": [[spec.type, spec.size] for spec in order.keys],
            "outcome": order.outcome.value,
            "since": to_iso(order.since),
        }
        try:
            write_atomically(self._folder(job, order.stamp) / RECORD, json.dumps(content, indent=1))
        except ConnectorError as error:
            raise ConnectorError(f"nothing was ordered, because no later run could continue: {error}") from error

    def of(self, job: Job) -> tuple[Order, ...]:
        """Return the orders of a certificate that are not in service yet, the newest first."""
        found = (_read(record) for record in sorted(self._home(job).glob(f"*/{RECORD}"), reverse=True))
        return tuple(order for order in found if order)

    def file(self, job: Job, stamp: str, variant: str) -> Path:
        """Return the file that remembers what the CA said of the order of one key."""
        return self._folder(job, stamp) / f"acme{variant}.json"

    def is_placed(self, job: Job, stamp: str, variant: str) -> bool:
        """Tell whether the CA has the order of one key, as far as is known."""
        content = _json(self.file(job, stamp, variant))
        return bool(content and content.get("url"))

    def forget(self, job: Job, stamp: str) -> None:
        """Forget an order: its certificates are in service, or nobody will ask for them any more."""
        folder = self._folder(job, stamp)
        with contextlib.suppress(OSError):
            (folder / RECORD).unlink(missing_ok=True)  # first: without it the others mean nothing
            for file in folder.iterdir():
                file.unlink(missing_ok=True)
            folder.rmdir()

    def forget_all_but(self, job: Job, stamps: Collection[str]) -> None:
        """Forget the orders of a certificate that no run will continue."""
        for folder in self._home(job).glob("*/"):
            if folder.name not in stamps:
                self.forget(job, folder.name)

    def tokens(self, job: Job) -> frozenset[str]:
        """Return the tokens of the challenges (RFC 8555 section 8) of all orders that are remembered."""
        noted = (_json(file) or {} for file in self._home(job).glob("*/acme*.json"))
        return frozenset(token for content in noted for token in str(content.get("tokens") or "").split())

    # -- runs that died ------------------------------------------------------------------------

    def start(self, job: Job, stamp: str) -> None:
        """Remember, before the first of them is made, that there will be objects of a stamp on the BIG-IP.

        Only a run that dies needs this, so failing here is only a warning.
        """
        try:
            write_atomically(
                self._home(job) / BEGUN, "".join(f"{each}\n" for each in sorted({*self.begun(job), stamp}))
            )
        except ConnectorError as error:
            logger.warning("if this run dies, what it leaves on the BIG-IP stays until the next renewal: %s", error)

    def begun(self, job: Job) -> tuple[str, ...]:
        """Return the stamps of runs that have not cleaned up after themselves."""
        try:
            return tuple((self._home(job) / BEGUN).read_text(encoding="ascii").split())
        except (OSError, UnicodeDecodeError):
            return ()

    def knows(self, job: Job) -> bool:
        """Tell whether every run that may have left something is remembered; not those of an earlier version."""
        return self._home(job).is_dir()

    def end(self, job: Job) -> None:
        """Forget them: nothing is left of those runs, nor of any before."""
        with contextlib.suppress(OSError):
            self._home(job).mkdir(parents=True, exist_ok=True)
            (self._home(job) / BEGUN).unlink(missing_ok=True)

    def in_use(self, job: Job) -> frozenset[str]:
        """Return the full paths that are not needed any more, and to which something on the BIG-IP refers."""
        try:
            return frozenset((self._home(job) / IN_USE).read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError):
            return frozenset()

    def note_in_use(self, job: Job, paths: Collection[str]) -> None:
        """Remember them, so that not every run tries to delete them again; if that cannot be written, it does."""
        if paths != self.in_use(job):
            with contextlib.suppress(ConnectorError):
                write_atomically(self._home(job) / IN_USE, "".join(f"{path}\n" for path in sorted(paths)))

    # -- attempts ------------------------------------------------------------------------------

    def attempt(self, job: Job) -> Attempt | None:
        """Return the last new order whose certificate is not in service; None if there is none."""
        content = _json(self._home(job) / ATTEMPT)
        try:
            return Attempt(from_iso(content["at"]), str(content["asked"]), str(content["problem"])) if content else None
        except (KeyError, TypeError, ValueError):
            return None

    def note_attempt(self, job: Job, attempt: Attempt) -> None:
        """Remember a new order; if that cannot be written, it does not count."""
        content = {**asdict(attempt), "at": to_iso(attempt.at)}
        try:
            write_atomically(self._home(job) / ATTEMPT, json.dumps(content, indent=1))
        except ConnectorError as error:
            logger.warning("it is not remembered that this certificate was ordered: %s", error)

    def note_problem(self, job: Job, problem: str) -> None:
        """Remember why the last new order has not got into service."""
        attempt = self.attempt(job)
        if attempt:
            self.note_attempt(job, replace(attempt, problem=problem))

    def succeeded(self, job: Job) -> None:
        """Forget every order and attempt of a certificate: what was ordered last is in service."""
        self.forget_all_but(job, ())
        with contextlib.suppress(OSError):
            (self._home(job) / ATTEMPT).unlink(missing_ok=True)

    def _home(self, job: Job) -> Path:
        return self._root / job.device.name / job.base

    def _folder(self, job: Job, stamp: str) -> Path:
        return self._home(job) / stamp


def fingerprint(job: Job) -> str:
    """Return what stays the same until somebody changes the YAML of a certificate or of its device."""
    settings = {each.name: getattr(job, each.name) for each in fields(job) if each.name not in ("device", "place")}
    device = job.device
    who = device.credentials_command or device.username  # a vault may give a new user each time
    return hashlib.sha256(repr((settings, device.hosts, device.port, who)).encode()).hexdigest()


def _json(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _read(record: Path) -> Order | None:
    """Read an order; one that cannot be read is as good as none."""
    content = _json(record) or {}
    try:
        return Order(
            stamp=str(content["stamp"]),
            partition=str(content["partition"]),
            names=tuple(content["names"]),
            keys=tuple(KeySpec(kind, size) for kind, size in content["keys"]),
            requests=dict(content["requests"]),
            outcome=Outcome(content["outcome"]),
            reason=str(content["reason"]),
            since=from_iso(content["since"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        logger.warning("%s cannot be read (%r): this order is not continued", record, error)
        return None
