"""Collections, which may hold thousands of objects: read in pages, and only the properties that are needed.

One of 1,350 virtual servers takes too long as a whole, one of 7,468 always does (BigIPReport #74, #30). ``$top``,
``$skip``, ``$select`` and ``nextLink`` are those of F5's "iControl REST User Guide"; that every release and type
follows them is uncertain, so a BIG-IP that refuses or ignores them is read as it answers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.lists.manner import NAMES, SHRINKING, Manner, Names, names_of

logger = logging.getLogger(__name__)

PAGE = 1000  # objects
FIRST_PAGE = 100  # objects of a collection of which nothing is known, and that may be too large
PAGE_OF_NAMES = 4000  # objects of which only the name is asked for
EXPANDED_PAGE = 200  # objects with their sub-collections; 250 have been too many (BigIPReport #74)
QUICK = 5.0  # seconds; a collection that took less as a whole is read in one page the next time ...
ROOM = 50  # ... with so many objects more
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


class _TooManyError(Exception):
    """The collection has more objects than are wanted."""


class Collections:
    """The collections of one BIG-IP; it remembers in which manner each of them can be read, and how many it holds."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._learned = dict[tuple[str, bool], Manner]()
        self.counts = dict[str, int]()  # objects, by collection, as far as they are known
        self.seconds = dict[str, float]()  # that reading all of a collection took, by collection

    def items(self, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json]:
        """Read a collection; some releases leave ``items`` out if it is empty.

        ``select`` are the properties that are needed, all unless given. Those that name objects always come.
        """
        return self._read(path, self._manner(path, select, expand), None)

    def at_most(self, most: int, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json] | None:
        """Read a collection unless it has more than ``most`` objects: then None, after one page at the most."""
        if self.counts.get(path, 0) > most:
            return None
        manner = self._manner(path, select, expand)
        page = most if path in self.counts else max(FIRST_PAGE, most // 8)
        try:
            return self._read(path, replace(manner, top=min(manner.top, page)) if manner.top else manner, most)
        except _TooManyError:
            return None

    def window(self, path: str, select: Collection[str], expand: bool, skip: int, top: int) -> list[Json]:
        """Read ``top`` objects of a collection after the first ``skip``; none if this BIG-IP does not do that.

        Which these are the caller has to see: objects may have come or gone.
        """
        manner = self._manner(path, select, expand)
        if manner.top is None:
            return []
        try:
            answer = self._answer(path, replace(manner, top=top), skip)
        except _OtherMannerError:
            return []
        page: list[Json] = answer.get("items") or []
        return [] if len(page) > top or manner.loses(page) else page

    def stream(self, path: str, select: Collection[str] = (), expand: bool = False) -> Iterator[Json]:
        """Yield the objects of a collection, each once; no more is held than a page of them, and the names of all.

        Pages overlap, by one object as long as nothing moves, then by a part: of those that stay, none is missed
        unless more are deleted meanwhile than the pages overlap by.
        """
        manner, skip, moving = self._manner(path, select, expand), 0, False
        known, before = set[Names](), list[Names]()
        for _ in range(MOST_PAGES):
            try:
                answer, page = self._page(path, manner, skip, before)
            except (_OtherMannerError, OutcomeUnknownError) as error:
                manner = self._learned[path, expand] = _other_manner(manner, error)
                skip, before = (skip, before) if manner.top else (0, [])
                continue
            names = list(map(names_of, page))
            yield from (item for item, its_names in zip(page, names, strict=True) if its_names not in known)
            known.update(names)
            if manner.ends_with(answer):
                self.counts[path] = len(known)
                return
            if not moving and skip and names[:1] != before[-1:]:  # what has moved before this page is read again
                moving, skip = True, max(0, skip - (manner.top or 0) // SHRINKING)
            else:
                following = manner.again(answer, skip) if moving else skip + len(page) - 1
                skip = max(skip + 1, following)
            before = names
        raise _endless(path)

    def _manner(self, path: str, select: Collection[str], expand: bool) -> Manner:
        page = EXPANDED_PAGE if expand else PAGE_OF_NAMES if set(select) <= set(NAMES) and select else PAGE
        if self.seconds.get(path, QUICK) < QUICK:
            page = max(page, min(self.counts.get(path, 0) + ROOM, PAGE))
        first = Manner(page, tuple(select), expand)
        manner = self._learned.get((path, expand), first)
        return replace(manner, select=tuple(select)) if manner.select else manner

    def _read(self, path: str, manner: Manner, most: int | None) -> list[Json]:
        while True:
            started = time.monotonic()
            try:
                items = self._complete(path, manner, most)
            except (_OtherMannerError, OutcomeUnknownError) as error:
                manner = _other_manner(manner, error)
            else:
                self.seconds[path] = round(time.monotonic() - started, 1)
                return items
            self._learned[path, manner.expand] = manner

    def _complete(self, path: str, manner: Manner, most: int | None) -> list[Json]:
        """Read every page; from the beginning if objects come or go meanwhile, which moves those of later pages."""
        for _ in range(ATTEMPTS):
            items = self._pages(path, manner, most)
            if items is not None:
                return items
            logger.info("%s has changed while it was read; reading it again", path)
        return self._pages(path, manner, most, moving=True) or []

    def _pages(self, path: str, manner: Manner, most: int | None, moving: bool = False) -> list[Json] | None:
        """Read page by page, each beginning with the last object of the one before; None if that has moved.

        ``moving``: whatever moves, or is counted without being shown to this role, each object is taken once.
        """
        items, skip, before = list[Json](), 0, list[Names]()
        for _ in range(MOST_PAGES):
            answer, page = self._page(path, manner, skip, before)
            names = list(map(names_of, page))
            if not moving and skip and names[:1] != before[-1:]:
                return None
            known = set(map(names_of, items)) if moving else set(before[-1:])
            items += [item for item, its_names in zip(page, names, strict=True) if its_names not in known]
            if manner.ends_with(answer):
                self.counts[path] = len(items)
                return items
            self._count(path, answer, most)
            following = manner.again(answer, skip) if moving else skip + len(page) - 1
            if following <= skip:
                return None
            skip, before = following, names
        raise _endless(path)

    def _page(self, path: str, manner: Manner, skip: int, before: list[Names]) -> tuple[Json, list[Json]]:
        """Read one page; raises :class:`_OtherMannerError` if the BIG-IP ignores an option."""
        answer = self._answer(path, manner, skip)
        page: list[Json] = answer.get("items") or []
        if manner.loses(page):
            raise _OtherMannerError(replace(manner, select=()))
        if skip and page and list(map(names_of, page)) == before:  # it ignores $skip
            raise _OtherMannerError(replace(manner, top=None))
        return answer, page

    def _count(self, path: str, answer: Json, most: int | None) -> None:
        """Note how many objects there are, if that is told; raises :class:`_TooManyError` for more than ``most``."""
        total = answer.get("totalItems")
        if isinstance(total, int):
            self.counts[path] = total
            if most is not None and total > most:
                raise _TooManyError

    def _answer(self, path: str, manner: Manner, skip: int) -> Json:
        try:
            return self._client.get(path, manner.query(skip), hurried=manner.smaller() is not None)
        except DeviceError as error:
            plainer = manner.plainer()
            if plainer is None or not _is_about_options(error):
                raise
            logger.info("%s; reading it without %s", error, "$select" if manner.select else "$top and $skip")
            raise _OtherMannerError(plainer) from error


def _other_manner(manner: Manner, error: _OtherMannerError | OutcomeUnknownError) -> Manner:
    """Return in which manner a page is tried next; raises the error if there is none."""
    if isinstance(error, _OtherMannerError):
        return error.manner
    smaller = manner.smaller() if error.took_too_long else None
    if smaller is None:
        raise error
    logger.info("%s; reading %d objects at a time", error, smaller.top)
    return smaller


def _endless(path: str) -> ConnectorError:
    return ConnectorError(f"{path} has no end: after {MOST_PAGES} pages the BIG-IP still says that there are more")


def _is_about_options(error: DeviceError) -> bool:
    """Tell whether the REST service itself refused, which mcpd's own messages are not: those have a number."""
    of_a_read = error.busy or error.unregistered or isinstance(error, OutcomeUnknownError)
    return error.status == requests.codes.bad_request and not error.code and not of_a_read
