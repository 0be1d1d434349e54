"""What a probe makes on a BIG-IP: named before it is made, and deleted again, by name, whatever happens."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import requests

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.transfer import DOWNLOADS

logger = logging.getLogger(__name__)

PREFIX = "sectigo-f5-probe-"
SWEEPS = 3  # times that what could not be deleted is tried again at the end
PAUSE = 5.0  # seconds between them
REMOVE = "/mgmt/tm/util/unix-rm"


@dataclass(frozen=True)
class Thing:
    """Something of ours: an object, by its URL, or a file of the device, by its path."""

    name: str
    url: str = ""  # "": a file


class Scratch:
    """The scratch names of one probe, and what there is of them."""

    def __init__(self, client: IControl, partition: str) -> None:
        self.client = client
        self.partition = partition
        self.stem = f"{PREFIX}{secrets.token_hex(4)}"
        self._things = list[Thing]()
        self._lasting = list[Thing]()

    def name(self, suffix: str) -> str:
        """Return a name: of ``rsa.key``, say, ``sectigo-f5-probe-1a2b3c4d-rsa.key``."""
        return f"{self.stem}-{suffix}"

    def path(self, suffix: str) -> str:
        """Return its full path in the partition of the probe."""
        return f"/{self.partition}/{self.name(suffix)}"

    def object(self, collection: str, path: str, *, lasting: bool = False) -> str:
        """Note an object that is about to be made; returns its URL.

        It is deleted at the end of the question, if it is ``lasting`` at the end of the probe.
        """
        url = object_url(collection, path)
        self._note(Thing(f"{collection} {path}", url), lasting)
        return url

    def url(self, url: str) -> str:
        """Note something else that DELETE removes: a token, a transaction."""
        self._note(Thing(url.rpartition("/")[0], url), lasting=False)
        return url

    def file(self, path: str, *, lasting: bool = False) -> str:
        """Note a file that is about to be made on the device; returns its path."""
        self._note(Thing(path), lasting)
        return path

    def upload(self, suffix: str, *, lasting: bool = False) -> str:
        """Note a file that is about to be uploaded; returns its name."""
        self.file(f"{DOWNLOADS}/{self.name(suffix)}", lasting=lasting)
        return self.name(suffix)

    def is_gone(self, url: str) -> None:
        """Take note that something was deleted as a part of its question."""
        self._things = [thing for thing in self._things if thing.url != url]
        self._lasting = [thing for thing in self._lasting if thing.url != url]

    def _note(self, thing: Thing, lasting: bool) -> None:
        (self._lasting if lasting else self._things).append(thing)

    # -- deleting ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def cleared(self) -> Iterator[None]:
        """Delete what the block makes, the last thing first; what stays is tried again at the end."""
        before = len(self._things)
        try:
            yield
        finally:
            made = self._things[before:]
            self._things = [*self._things[:before], *self._still_there(made)]

    @contextlib.contextmanager
    def swept(self) -> Iterator[list[str]]:
        """Delete everything when the block ends; what is yielded names, from then on, what could not be deleted."""
        left: list[str] = []
        try:
            yield left
        finally:
            left += self._sweep()

    def _sweep(self) -> list[str]:
        there = [*self._lasting, *self._things]
        for tried in range(SWEEPS):
            if tried and there:
                with stopping.whole():
                    self.client.pause(PAUSE)
            there = self._still_there(there)
            if not there:
                break
        self._lasting, self._things = [], there
        return [thing.name for thing in there]

    def _still_there(self, things: Sequence[Thing]) -> list[Thing]:
        """Delete things, the last one first; returns those that are still there, in their order."""
        return [thing for thing in reversed(things) if not self._delete(thing)][::-1]

    def _delete(self, thing: Thing) -> bool:
        """Delete something and look whether it is gone; True if it is."""
        try:
            with stopping.whole():
                if not thing.url:
                    arguments = {"command": "run", "utilCmdArgs": thing.name}
                    self.client.post(REMOVE, arguments, repeatable=True)
                    return True
                return self._is_absent(thing.url, self._deleted(thing.url))
        except ConnectorError as error:
            logger.info("%s is not deleted yet: %s", thing.name, error)
            return False

    def _deleted(self, url: str) -> bool:
        """Delete an object; False if the device refused, or its answer was lost."""
        try:
            self.client.delete(url)
        except DeviceError as error:
            return error.status == requests.codes.not_found and not error.busy
        return True

    def _is_absent(self, url: str, deleted: bool) -> bool:
        """Tell whether an object is gone: by a look, or, where that is refused, by the answer to its deletion."""
        try:
            self.client.get(url)
        except DeviceError as error:
            return deleted or (error.status == requests.codes.not_found and not error.busy)
        return False
