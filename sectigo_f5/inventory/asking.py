"""Reading a BIG-IP page by page; what it does not show is noted and left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import requests

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError

ABSENT = (requests.codes.bad_request, requests.codes.not_found)  # the release has no such thing
REFUSALS = range(400, 500)


@dataclass
class Asking:
    """The reads of one unit, and what could not be read."""

    unit: Unit
    notes: dict[str, None] = field(default_factory=dict)  # sentences, each once
    hidden: set[str] = field(default_factory=set)  # the collections that the user may not see

    def each(self, collection: str, select: Collection[str], unknown: str, *, expand: bool = False) -> Iterator[Json]:
        """Yield the objects of a collection; ``unknown`` says what is not known if they cannot be seen.

        Raises :class:`ConnectorError` if the BIG-IP fails: it may answer the next time.
        """
        try:
            yield from self.unit.client.collections.stream(f"/mgmt/tm/{collection}", select, expand)
        except DeviceError as error:
            self._note(collection, error, unknown)

    def one(self, path: str, unknown: str) -> Json:
        """Return what there is one of; empty if it cannot be seen, or the release does not have it."""
        try:
            return self.unit.surroundings.find(f"/mgmt/tm/{path}") or {}
        except DeviceError as error:
            if error.status not in ABSENT or _has_failed(error):
                self._note(path, error, unknown)
            return {}

    def _note(self, what: str, error: DeviceError, unknown: str) -> None:
        if _has_failed(error):
            raise error
        self.hide(what, f"{error}: {unknown}")

    def hide(self, what: str, note: str) -> None:
        """Note a collection that the user may not see."""
        self.hidden.add(what)
        self.notes[note] = None


def _has_failed(error: DeviceError) -> bool:
    """Tell whether the BIG-IP has failed, or is busy, rather than refused."""
    return error.busy or isinstance(error, OutcomeUnknownError) or error.status not in REFUSALS
