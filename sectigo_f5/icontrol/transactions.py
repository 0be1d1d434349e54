"""Several changes that the BIG-IP makes together, or not at all."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError

logger = logging.getLogger(__name__)

TRANSACTION = "/mgmt/tm/transaction"
COMMIT: Json = {"state": "VALIDATING"}
VALIDATE: Json = {**COMMIT, "validateOnly": True}  # since TMOS 12.0 (f5-sdk's functional tests)
COMMIT_TIMEOUT = 120.0  # seconds
FAILED = "transaction failed:"  # how the device begins the text of a refused commit
# Seconds before each further look at a commit that has not ended; the device itself gives up after 300.
PAUSES = (0.5, 1.0, 2.0, 5.0, *[10.0] * 30)


@dataclass(frozen=True)
class Operation:
    """One change of one object: ``POST`` to a collection, ``PATCH`` or ``DELETE`` of an object."""

    method: str
    path: str
    body: Json | None = field(default=None, repr=False)  # it may hold a passphrase


def send_operations(client: IControl, operations: Sequence[Operation]) -> None:
    """Send one operation as a plain call, several as one transaction: the device makes all of them, or none.

    Raises :class:`DeviceError` if the device refuses (a transaction: with its ``transaction failed:``
    text), :class:`OutcomeUnknownError` if nobody can tell whether the changes were made.
    """
    if len(operations) == 1:
        _send_alone(client, operations[0])
    elif operations:
        _send_together(client, operations)


def validate_operations(client: IControl, operations: Sequence[Operation]) -> None:
    """Have the device judge operations as one transaction, and make none of them (``validateOnly``).

    Raises :class:`DeviceError` if the device refuses them, or does not judge beforehand,
    :class:`OutcomeUnknownError` if its judgement was lost.
    """
    url = _queue(client, operations)
    try:
        answer = client.patch(url, VALIDATE, COMMIT_TIMEOUT)
        for pause in PAUSES:
            if _has_completed(client, url, answer) or answer.get("state") == "STARTED":  # it waits for a real commit
                return
            client.pause(pause)
            answer = _read(client, url)
    finally:
        _abandon(client, url)
    raise _endless(client, url)


def _send_alone(client: IControl, operation: Operation) -> None:
    if operation.method == "DELETE":
        client.delete(operation.path)
    else:
        client.send(Call(operation.method, operation.path, body=operation.body))


def _send_together(client: IControl, operations: Sequence[Operation]) -> None:
    """Queue the operations in a transaction and commit it.

    Nothing happens until the commit, so if an answer is lost before it, everything is queued once
    more. The device drops a transaction that nobody commits after two minutes, also that of a
    process that died.
    """
    try:
        url = _queue(client, operations)
    except OutcomeUnknownError as error:
        logger.warning("%s; nothing has changed yet, starting the transaction again", error)
        try:
            url = _queue(client, operations)
        except OutcomeUnknownError as again:
            raise DeviceError(client.host, "POST", TRANSACTION, again.status, f"not begun: {again.message}") from again
    _commit(client, url)


def _queue(client: IControl, operations: Sequence[Operation]) -> str:
    """Open a transaction and queue the operations in it; returns its URL."""
    number = str(client.post(TRANSACTION, {}).get("transId") or "")
    if not re.fullmatch("[0-9]{1,40}", number):  # it goes into a header
        raise ConnectorError(f"{client.host}: the BIG-IP opened a transaction but returned no number for it; run again")
    url = f"{TRANSACTION}/{number}"
    header = {"X-F5-REST-Coordination-Id": number}
    try:
        for operation in operations:
            client.send(Call(operation.method, operation.path, body=operation.body, headers=header))
    except BaseException:
        _abandon(client, url)
        raise
    return url


def _commit(client: IControl, url: str) -> None:
    """Commit, and wait for the end if the device says only that it has begun.

    A commit whose answer was lost is sent again only while the transaction still waits for one.
    """
    answer = _send_commit(client, url)
    for pause in PAUSES:
        if _has_completed(client, url, answer):
            return
        if state := answer.get("state"):
            logger.info("the BIG-IP has not finished the change (%s); looking again in %.1f s", state, pause)
        client.pause(pause)
        answer = _read(client, url)
        if answer.get("state") == "STARTED":
            answer = _send_commit(client, url)
    _abandon(client, url)
    raise _endless(client, url)


def _has_completed(client: IControl, url: str, answer: Json) -> bool:
    """Tell whether a commit has ended; raises :class:`DeviceError` if it failed."""
    if answer.get("state") == "FAILED":
        reason = str(answer.get("failureReason") or "without a reason").removeprefix(FAILED)
        raise DeviceError(client.host, "PATCH", url, requests.codes.ok, FAILED + reason)
    return bool(answer.get("state") == "COMPLETED")


def _endless(client: IControl, url: str) -> OutcomeUnknownError:
    code = requests.codes.ok
    return OutcomeUnknownError(client.host, "PATCH", url, code, "the commit did not end in five minutes")


def _send_commit(client: IControl, url: str) -> Json:
    """Send the commit; returns the transaction, or nothing if its state has to be read."""
    try:
        return client.patch(url, COMMIT, COMMIT_TIMEOUT)
    except DeviceError as error:
        if not isinstance(error, OutcomeUnknownError) and error.status != requests.codes.not_found:
            raise
        logger.warning("%s; reading the state of the transaction", error)
        return {}


def _read(client: IControl, url: str) -> Json:
    """Read a transaction; one that no longer exists was committed or dropped, and only its objects tell which."""
    try:
        return client.get(url)
    except DeviceError as error:
        raise OutcomeUnknownError(client.host, "GET", url, error.status, error.message) from error


def _abandon(client: IControl, url: str) -> None:
    with contextlib.suppress(ConnectorError), stopping.whole():
        client.delete(url)
