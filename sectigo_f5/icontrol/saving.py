"""Saving the configuration: at once, or by an asynchronous task where a device does not save or answer in time.

A big or busy one may never answer a plain save (F5 AS3 #750, which therefore saves by the task).
"""

from __future__ import annotations

import logging

import requests

from sectigo_f5 import recording
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.recording import What

logger = logging.getLogger(__name__)

PLAIN, TASKS = "/mgmt/tm/sys/config", "/mgmt/tm/task/sys/config"
SAVE: Json = {"command": "save"}
START: Json = {"_taskState": "VALIDATING"}
TIMEOUT = 180.0  # seconds; a big configuration takes more than 30
PAUSES = (0.5, 1.0, 2.0, 5.0, *[10.0] * 60)  # seconds before each look at a task, ten minutes in all


def save_configuration(client: IControl) -> None:
    """Save the running configuration; raises :class:`ConnectorError` if no way ends with the device's word for it."""
    with recording.change(What.SAVED):
        _save(client)


def _save(client: IControl) -> None:
    try:
        client.post(PLAIN, SAVE, TIMEOUT)
    except DeviceError as error:
        if error.refused_permission:
            raise
        logger.warning("%s; saving by an asynchronous task", error)
        _save_otherwise(client, error)


def _save_otherwise(client: IControl, plain: DeviceError) -> None:
    """Save by a task; a device that has none, and only did not answer before, is asked once more."""
    try:
        _save_by_task(client)
    except DeviceError as error:
        if not isinstance(plain, OutcomeUnknownError):
            raise ConnectorError(f"{plain}; and by an asynchronous task neither: {error}") from error
        logger.warning("%s; saving once more without a task", error)
        client.post(PLAIN, SAVE, TIMEOUT, repeatable=True)


def _save_by_task(client: IControl) -> None:
    """Create a task, start it, and look until it has ended."""
    number = client.post(TASKS, SAVE, repeatable=True).get("_taskId")  # one that is not started does nothing
    url, state = f"{TASKS}/{number}", "STARTED"
    for pause in PAUSES:
        if state == "STARTED":
            _start(client, url)
        client.pause(pause)
        task = client.get(url)
        state = str(task.get("_taskState") or "")
        if state == "COMPLETED":
            return
        if state == "FAILED":
            reason = str(task.get("message") or "the task failed")
            raise DeviceError(client.host, "GET", url, requests.codes.ok, reason)
    raise OutcomeUnknownError(client.host, "GET", url, requests.codes.ok, f"the task is still {state or 'unknown'}")


def _start(client: IControl, url: str) -> None:
    """Start a task; whether it was started, if that is not answered, the task itself tells."""
    try:
        client.send(Call("PUT", url, body=START))
    except OutcomeUnknownError as error:
        logger.info("%s; looking at the task", error)
