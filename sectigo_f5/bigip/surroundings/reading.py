"""What is read of a BIG-IP only to say more about a pair: each collection once per login, and nothing depends on it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Collection

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError

logger = logging.getLogger(__name__)

AS3 = "/mgmt/shared/appsvcs/info"  # F5's Application Services 3 Extension, if it is installed
SINGLE = (AS3, "/mgmt/tm/sys/httpd")  # of which there is one
ABSENT = (requests.codes.bad_request, requests.codes.not_found)  # the release or its modules have no such thing


class Surroundings:
    """The collections of one login."""

    def __init__(self, client: IControl) -> None:
        self._client = client
        self._read = dict[str, tuple[Json, ...] | None]()
        self._found = dict[str, Json | None | DeviceError]()

    def items(self, path: str, select: Collection[str] = ()) -> tuple[Json, ...] | None:
        """Return the objects of a collection, or the one object that there is; None if they cannot be read."""
        if path not in self._read:
            self._read[path] = self._look(path, select)
        return self._read[path]

    def find(self, path: str) -> Json | None:
        """Read one object, once per login; None if there is none. Raises :class:`DeviceError`, and again each time."""
        if path not in self._found:
            try:
                self._found[path] = self._client.find(path)
            except DeviceError as error:
                self._found[path] = error
        found = self._found[path]
        if isinstance(found, DeviceError):
            raise found
        return found

    def forget(self, path: str) -> None:
        """Have a collection read again at the next look."""
        self._read.pop(path, None)

    @functools.cached_property
    def as3(self) -> bool | None:
        """True if AS3 is installed; None if that is not known."""
        found = self.items(AS3)
        return None if found is None else bool(found)

    def _look(self, path: str, select: Collection[str]) -> tuple[Json, ...] | None:
        try:
            return (self._client.get(path),) if path in SINGLE else tuple(self._client.items(path, select))
        except ConnectorError as error:
            logger.debug("%s; it is not known", error)
            return () if isinstance(error, DeviceError) and error.status in ABSENT else None
