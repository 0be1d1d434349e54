"""What a probe makes on a BIG-IP: named before it is made, and deleted again, by name, whatever happens."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence

import requests

from sectigo_f5.icontrol.answers import refusal, succeeded
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.icontrol.transfer import DOWNLOADS, UPLOADS_URL
from sectigo_f5.probe.clearing.deleting import Thing, delete_all, sweep

PREFIX = "sectigo-f5-probe-"
REFUSALS = range(400, 500)  # statuses; after another one a call may have been carried out all the same


class Scratch:
    """The scratch names of one probe, and what there is of them."""

    def __init__(self, client: IControl, partition: str) -> None:
        self.client = client
        self.partition = partition
        self.stem = f"{PREFIX}{secrets.token_hex(4)}"
        self.noted = dict[str, None]()  # the paths of everything, in order
        self._things = list[Thing]()
        self._lasting = list[Thing]()
        self._possible = set[Thing]()  # there may be, by what was answered to the calls that name them
        self._uncertain = set[Thing]()  # an answer to one of those calls was lost: it may be carried out later

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
        return self._note(Thing.of(collection, path), lasting, path).url

    def url(self, url: str, *, lasting: bool = False) -> str:
        """Note something else that DELETE removes: a token, a transaction. Its number or secret is never told."""
        thing = self._note(Thing(url.rpartition("/")[0], url), lasting)
        self._possible.add(thing)  # or nobody knew its URL
        return url

    def file(self, path: str, *, lasting: bool = False) -> str:
        """Note a file that is about to be made on the device; returns its path."""
        return self._note(Thing(path), lasting, path).name

    def upload(self, suffix: str, *, lasting: bool = False) -> str:
        """Note a file that is about to be uploaded; returns its name."""
        self.file(f"{DOWNLOADS}/{self.name(suffix)}", lasting=lasting)
        return self.name(suffix)

    def is_gone(self, url: str) -> None:
        """Take note that something was deleted as a part of its question; of a file its path."""
        self._things = [thing for thing in self._things if url not in (thing.url, thing.name)]
        self._lasting = [thing for thing in self._lasting if url not in (thing.url, thing.name)]

    def _note(self, thing: Thing, lasting: bool, path: str = "") -> Thing:
        things = self._lasting if lasting else self._things
        things += [] if thing in (*self._things, *self._lasting) else [thing]
        if path:
            self.noted[path] = None
        return thing

    def note_call(self, call: Call, answer: requests.Response | None) -> None:
        """Take note of which things a call may have made: those that it names, unless it was refused."""
        status = 0 if answer is None else answer.status_code
        lost = answer is None or (not succeeded(answer) and self._is_lost(call, answer))
        if call.reads or call.method == "DELETE" or (status in REFUSALS and not lost):
            return
        words = f"{call.path} {call.body}"
        named = {thing for thing in (*self._things, *self._lasting) if _names(words, thing)}
        self._possible |= named
        self._uncertain |= named if lost else set()

    def _is_lost(self, call: Call, answer: requests.Response) -> bool:
        return isinstance(refusal(self.client.host, call, answer), OutcomeUnknownError)

    # -- deleting ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def cleared(self) -> Iterator[None]:
        """Delete what the block makes, the last thing first; what stays is tried again at the end."""
        before = set(self._things)
        try:
            yield
        finally:
            made = [thing for thing in self._things if thing not in before]
            left = delete_all(self.client, made, self._is_possible)
            self._things = [thing for thing in self._things if thing in before | {*left, *self._uncertain}]

    @contextlib.contextmanager
    def swept(self) -> Iterator[list[Thing]]:
        """Delete everything when the block ends; what is yielded is, from then on, what could not be deleted."""
        left: list[Thing] = []
        try:
            yield left
        finally:
            left += self._sweep([*self._lasting, *self._things])

    def _sweep(self, things: Sequence[Thing]) -> list[Thing]:
        self._lasting, self._things = [], sweep(self.client, things, self._is_possible, self._uncertain)
        return self._things

    def _is_possible(self, thing: Thing) -> bool:
        return thing in self._possible


def _names(words: str, thing: Thing) -> bool:
    """Tell whether a call names something; a file by its path, or as an upload: an object may have the same name."""
    if thing.url:
        return thing.base in words
    return thing.name in words or (thing.name.startswith(DOWNLOADS) and f"{UPLOADS_URL}/{thing.base}" in words)
