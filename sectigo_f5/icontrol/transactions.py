"""Several changes that the BIG-IP makes all at once, or not at all."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl, Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError

logger = logging.getLogger(__name__)

TRANSACTION = "/mgmt/tm/transaction"
COMMIT = {"state": "VALIDATING"}
COMMIT_TIMEOUT = 120.0  # seconds
FAILED = "transaction failed:"  # how the device begins the text of a refused commit
# Seconds between two looks at a commit that the device has not finished; it gives up itself after 300.
PAUSES = (0.5, 1.0, 2.0, 5.0, *[10.0] * 30)


@dataclass(frozen=True)
class Transaction:
    """Commands that the device queues now and executes all, or none, at the commit."""

    client: IControl
    number: str

    def post(self, path: str, body: Json) -> None:
        """Queue the creation of an object."""
        self._queue("POST", path, body)

    def patch(self, path: str, body: Json) -> None:
        """Queue a change."""
        self._queue("PATCH", path, body)

    def delete(self, path: str) -> None:
        """Queue a deletion."""
        self._queue("DELETE", path, None)

    def _queue(self, method: str, path: str, body: Json | None) -> None:
        self.client.request(method, path, body=body, headers={"X-F5-REST-Coordination-Id": self.number})


def all_or_nothing(client: IControl, queue: Callable[[Transaction], None]) -> None:
    """Have the device make every change that ``queue`` queues, or none of them.

    Until the commit nothing happens, so where an answer is lost before it, all is queued once more;
    a transaction that nobody commits, also of a process that died, is dropped after two minutes.
    Raises :class:`DeviceError` with the device's ``transaction failed:`` text when it refuses,
    :class:`OutcomeUnknownError` when nobody can tell whether the commit happened.
    """
    try:
        url = _queued(client, queue)
    except OutcomeUnknownError as error:
        logger.warning("%s; nothing was changed yet, beginning the transaction again", error)
        try:
            url = _queued(client, queue)
        except OutcomeUnknownError as again:
            raise DeviceError(client.host, "POST", TRANSACTION, again.status, f"not begun: {again.message}") from again
    _commit(client, url)


def _queued(client: IControl, queue: Callable[[Transaction], None]) -> str:
    """Open a transaction and fill it; returns its URL."""
    number = str(client.post(TRANSACTION, {}).get("transId") or "")
    if not number:
        raise ConnectorError(f"{client.host}: the BIG-IP opened a transaction without telling its number; run again")
    url = f"{TRANSACTION}/{number}"
    try:
        queue(Transaction(client, number))
    except BaseException:
        _abandon(client, url)
        raise
    return url


def _commit(client: IControl, url: str) -> None:
    """Commit, and wait for the end where the device says only that it has begun.

    A commit whose answer was lost is sent again only while the transaction still waits for one.
    """
    answer = _ask_for_commit(client, url)
    for pause in PAUSES:
        state = str(answer.get("state") or "")
        if state == "COMPLETED":
            return
        if state == "FAILED":
            reason = str(answer.get("failureReason") or "without a reason").removeprefix(FAILED)
            raise DeviceError(client.host, "PATCH", url, requests.codes.ok, FAILED + reason)
        if state:
            logger.info("the BIG-IP is still at the change (%s); looking again in %.1f s", state, pause)
        client.pause(pause)
        answer = _look(client, url)
        if answer.get("state") == "STARTED":
            answer = _ask_for_commit(client, url)
    _abandon(client, url)
    raise OutcomeUnknownError(client.host, "PATCH", url, requests.codes.ok, "the commit did not end in five minutes")


def _ask_for_commit(client: IControl, url: str) -> Json:
    try:
        return client.patch(url, COMMIT, COMMIT_TIMEOUT)
    except DeviceError as error:
        if not isinstance(error, OutcomeUnknownError) and error.status != requests.codes.not_found:
            raise
        logger.warning("%s; looking what became of the transaction", error)
        return {}


def _look(client: IControl, url: str) -> Json:
    """Read a transaction; one that is gone was made or dropped, and only its objects tell which."""
    try:
        return client.get(url)
    except DeviceError as error:
        raise OutcomeUnknownError(client.host, "GET", url, error.status, error.message) from error


def _abandon(client: IControl, url: str) -> None:
    with contextlib.suppress(ConnectorError):
        client.delete(url)
