"""Collections, which may hold thousands of objects: read in pages, and only the properties that are needed.

One of 1,350 virtual servers takes too long as a whole, one of 7,468 always does (BigIPReport #74, #30). ``$top``,
``$skip``, ``$select`` and ``nextLink`` are those of F5's "iControl REST User Guide"; that every release and type
follows them is uncertain, so a BIG-IP that refuses or ignores them is read as it answers.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.lists.manner import Manner, Names, names_of

logger = logging.getLogger(__name__)

PAGE = 500  # objects
EXPANDED_PAGE = 200  # objects with their sub-collections; 250 have been too many (BigIPReport #74)
MOST_PAGES = 5000
ATTEMPTS = 3  # to read a collection while it stays as it is


class Client(Protocol):
    """What is needed of the client."""

    def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
        """Read an object; ``hurried``: one that takes too long is not waited for again."""


class _OtherMannerError(Exception):
    """The BIG-IP does not follow the options: read in another manner."""

    def __init__(self, manner: Manner) -> None:
        super().__init__()
        self.manner = manner


class Collections:
    """The collections of one BIG-IP; it remembers in which manner each of them can be read."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._learned = dict[tuple[str, bool], Manner]()

    def items(self, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json]:
        """Read a collection; some releases leave ``items`` out if it is empty.

        ``select`` are the properties that are needed, all unless given. Those that name objects always come.
        """
        first = Manner(EXPANDED_PAGE if expand else PAGE, tuple(select), expand)
        manner = self._learned.get((path, expand), first)
        if manner.select:
            manner = replace(manner, select=tuple(select))
        while True:
            try:
                return self._complete(path, manner)
            except _OtherMannerError as other:
                manner = other.manner
            except OutcomeUnknownError as error:
                smaller = manner.smaller()
                if not error.took_too_long or smaller is None:
                    raise
                manner = smaller
                logger.info("%s; reading %d objects at a time", error, manner.top)
            self._learned[path, expand] = manner

    def _complete(self, path: str, manner: Manner) -> list[Json]:
        """Read every page; from the beginning if objects come or go meanwhile, which moves those of later pages."""
        for _ in range(ATTEMPTS):
            items = self._pages(path, manner)
            if items is not None:
                return items
            logger.info("%s has changed while it was read; reading it again", path)
        return self._pages(path, manner, moving=True) or []

    def _pages(self, path: str, manner: Manner, moving: bool = False) -> list[Json] | None:
        """Read page by page, each beginning with the last object of the one before; None if that has moved.

        ``moving``: whatever moves, or is counted without being shown to this role, each object is taken once.
        """
        items, skip, before = list[Json](), 0, list[Names]()
        for _ in range(MOST_PAGES):
            answer = self._answer(path, manner, skip)
            page: list[Json] = answer.get("items") or []
            if manner.loses(page):
                raise _OtherMannerError(replace(manner, select=()))
            names = list(map(names_of, page))
            if skip and names and names == before:  # it ignores $skip
                raise _OtherMannerError(replace(manner, top=None))
            if not moving and skip and names[:1] != before[-1:]:
                return None
            known = set(map(names_of, items)) if moving else set(before[-1:])
            items += [item for item, its_names in zip(page, names, strict=True) if its_names not in known]
            if manner.ends_with(answer):
                return items
            following = manner.again(answer, skip) if moving else skip + len(page) - 1
            if following <= skip:
                return None
            skip, before = following, names
        raise ConnectorError(f"{path} has no end: after {MOST_PAGES} pages the BIG-IP still says that there are more")

    def _answer(self, path: str, manner: Manner, skip: int) -> Json:
        try:
            return self._client.get(path, manner.query(skip), hurried=manner.smaller() is not None)
        except DeviceError as error:
            plainer = manner.plainer()
            if plainer is None or not _is_about_options(error):
                raise
            logger.info("%s; reading it without %s", error, "$select" if manner.select else "$top and $skip")
            raise _OtherMannerError(plainer) from error


def _is_about_options(error: DeviceError) -> bool:
    """Tell whether the REST service itself refused, which mcpd's own messages are not: those have a number."""
    of_a_read = error.busy or error.unregistered or isinstance(error, OutcomeUnknownError)
    return error.status == requests.codes.bad_request and not error.code and not of_a_read
