"""What was written, read back: a BIG-IP may say yes a moment before it shows what it made."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import requests

from sectigo_f5.bigip import BigIP
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol import Json
from sectigo_f5.refusals import DeviceError, UnreachableError

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between looks; F5's cloud libraries poll an installed key too

Seen = TypeVar("Seen")


def settled(f5: BigIP, look: Callable[[], Seen]) -> Seen:
    """Return what ``look`` finds, once it stops raising; the last time it raises for good.

    A call that the device refused or did not answer is not looked at again: the client was patient.
    """
    for pause in PAUSES:
        try:
            return look()
        except (DeviceError, UnreachableError):
            raise
        except ConnectorError:
            f5.pause(pause)
            f5.forget()
    return look()


def ensured(f5: BigIP, make: Callable[[], object], look: Callable[[], Seen]) -> Seen:
    """Make something, and return what ``look`` finds of it; ``look`` raises :class:`ConnectorError` until it is there.

    Where the answer is lost, and looking finds nothing, it is made once more: what is made has a name
    of its own, or is whole and the same the second time, so a first try that succeeds late does no harm.
    """
    try:
        make()
    except DeviceError as error:
        if not error.may_be_there:
            raise
        logger.warning("%s; looking whether it was done", error)
        try:
            return settled(f5, look)
        except (DeviceError, UnreachableError):
            raise
        except ConnectorError as absent:
            logger.warning("%s; sending it once more", absent)
            _make_again(make)
    return settled(f5, look)


def _make_again(make: Callable[[], object]) -> None:
    try:
        make()
    except DeviceError as error:
        if not error.may_be_there:
            raise


def made(f5: BigIP, url: str) -> Json | None:
    """Read an object that was just made, None while it does not show.

    Elsewhere only 01020036 means absent. Here every 404 does: whoever asks goes on only if it is there.
    """
    try:
        return f5.client.get(url)
    except DeviceError as error:
        if error.status == requests.codes.not_found:
            return None
        raise
