"""Changes read back: a BIG-IP may confirm a change a moment before it shows it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, UnreachableError

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between reads; F5's cloud libraries poll an installed key too

T = TypeVar("T")


def wait_until_shown(client: IControl, confirm: Callable[[], T]) -> T:
    """Return what ``confirm`` finds once it stops raising; the error of the last try is raised.

    A read that the device refused or did not answer is not tried again: the client has been patient already.
    """
    for pause in PAUSES:
        try:
            return confirm()
        except (DeviceError, UnreachableError):
            raise
        except ConnectorError:
            client.pause(pause)
    return confirm()


def send_and_confirm(client: IControl, send: Callable[[], object], confirm: Callable[[], T]) -> T:
    """Send a change and return what ``confirm`` finds; that raises :class:`ConnectorError` until the change shows.

    If the answer is lost and the change does not show, it is sent once more. A first try that
    succeeds late does no harm: either the change creates an object under a name of its own, or it
    is complete and the same the second time.
    """
    try:
        send()
    except DeviceError as error:
        if not error.may_exist:
            raise
        logger.warning("%s; checking whether it was done", error)
        try:
            return wait_until_shown(client, confirm)
        except (DeviceError, UnreachableError):
            raise
        except ConnectorError as absent:
            logger.warning("%s; sending it once more", absent)
            _send_again(send)
    return wait_until_shown(client, confirm)


def _send_again(send: Callable[[], object]) -> None:
    try:
        send()
    except DeviceError as error:
        if not error.may_exist:
            raise


def find_created(client: IControl, url: str) -> Json | None:
    """Read an object that was just created, or None while it does not show.

    Elsewhere only 01020036 means absent. Here every 404 does: the caller continues only if the object exists.
    """
    try:
        return client.get(url)
    except DeviceError as error:
        if error.status == requests.codes.not_found:
            return None
        raise
