"""One kind of object of a BIG-IP, by full path, read when it is asked for and as cheaply as that can be done.

A small collection is read as a whole, in one request. Of a big one only the wanted objects are read: one by one if
they are few, else by windows (``$skip`` and ``$top``) over those that lie side by side in the list of all names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping, ValuesView
from typing import Generic, TypeVar

from sectigo_f5.bigip.readers import NAMES_ALONE, full_path
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl, object_url

T = TypeVar("T")

SMALL = 300  # objects that are read as a whole, however few are wanted
FOR_EACH = 40  # and as many more for each that is wanted: one request costs about as much
FEW = 2  # objects that are read one by one without a look at the names of all
GAP = 20  # objects that nobody wants in one window: a request of its own would cost more
LONGEST = 200  # objects in a window
DRIFT = 5  # places by which objects may have moved since an earlier login


class Shelf(Mapping[str, T], Generic[T]):
    """The objects of one collection; reading may raise :class:`~sectigo_f5.errors.ConnectorError`."""

    def __init__(
        self,
        client: IControl,
        collection: str,
        select: Collection[str],
        read: Callable[[Json], T],
        *,
        expand: bool = False,
    ) -> None:
        self._client, self._url, self._collection = client, f"/mgmt/tm/{collection}", collection
        self._select, self._expand, self._read = tuple(select), expand, read
        self._held = dict[str, T]()
        self._absent = set[str]()
        self._places: dict[str, int] | None = None  # where each object is in the list of all
        self._places_seen = dict[str, int]()  # of those that were read with others
        self._is_complete = False
        self._expected: tuple[str, ...] = ()
        self._likely = 1  # objects that will be asked for
        self.places_before: Mapping[str, int] = {}  # where objects were in the list of all, in an earlier login
        self.version = 0  # grows with each change of what is known

    # -- as a mapping --------------------------------------------------------------------------

    def __getitem__(self, path: str) -> T:
        if path not in self._held:
            self.prefetch([path])
        return self._held[path]

    def __contains__(self, path: object) -> bool:
        if path in self._held or not isinstance(path, str):
            return path in self._held
        return not self._lacks(path) and (self._places is not None or self.get(path) is not None)

    def __iter__(self) -> Iterator[str]:
        """Yield every full path, for which the objects themselves need not be read."""
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    @property
    def names_at_hand(self) -> list[str]:
        """The full paths that are known by now, of all objects or of those that were asked for."""
        return list(self._held if self._is_complete or self._places is None else self._places)

    def read_names(self) -> None:
        """Read all full paths."""
        self._names()

    def places_of(self, paths: Iterable[str]) -> dict[str, int]:
        """Return where objects are in the list of all, as far as that is known."""
        places = self._places_seen if self._places is None else self._places
        return {path: places[path] for path in paths if path in places}

    def items(self) -> ItemsView[str, T]:
        """Read all of it."""
        return self.every().items()

    def values(self) -> ValuesView[T]:
        """Read all of it."""
        return self.every().values()

    # -- reading -------------------------------------------------------------------------------

    def expect(self, paths: Iterable[str], likely: int = 1) -> None:
        """Know what will be asked for, so that it is read together; ``likely`` is their number if it is larger."""
        self._expected = tuple(dict.fromkeys(paths))
        self._likely = max(likely, len(self._expected))

    def every(self) -> Mapping[str, T]:
        """Read all of it."""
        if not self._is_complete:
            self._fill(self._client.items(self._url, self._select, self._expand))
        return self._held

    def prefetch(self, paths: Collection[str]) -> None:
        """Read objects together that will be asked for, if they are there."""
        if all(path in self._held or self._lacks(path) for path in paths):
            return
        wanted = [path for path in {**dict.fromkeys(paths), **dict.fromkeys(self._expected)} if path not in self._held]
        wanted = [path for path in wanted if not self._lacks(path)]
        if self._is_read_whole(len(wanted)):
            return
        wanted = self._where_they_were(wanted)
        for path in self._in_windows(wanted) if len(wanted) > FEW or self._places else wanted:
            item = self._find(path)
            if item:
                self.put(item)
        self._absent.update(path for path in wanted if path not in self._held)

    @property
    def at_hand(self) -> Mapping[str, T]:
        """What has been read by now."""
        return self._held

    def put(self, item: Json) -> T:
        """Take an object as the BIG-IP has just shown it."""
        path = full_path(item)
        self._held[path] = self._read(item)
        self.version += 1
        self._absent.discard(path)
        if self._places is not None:
            self._places.setdefault(path, len(self._places))
        return self._held[path]

    def remove(self, path: str) -> None:
        """Forget an object that was deleted."""
        self._held.pop(path, None)
        self._absent.add(path)
        self.version += 1
        if self._places is not None:
            self._places.pop(path, None)

    # -- the parts of it -----------------------------------------------------------------------

    def _lacks(self, path: str) -> bool:
        """Tell what cannot be there, as far as that is known; a name that is not set is no full path."""
        if not path.startswith("/"):
            return True
        return self._is_complete or path in self._absent or (self._places is not None and path not in self._places)

    def _names(self) -> Collection[str]:
        if self._is_complete or (self._places is None and self._is_read_whole(1)):
            return list(self._held)
        if self._places is None:
            listed = self._client.items(self._url, NAMES_ALONE)
            self._places = {full_path(item): place for place, item in enumerate(listed)}
            self.version += 1
        return list(self._places)

    def _is_read_whole(self, wanted: int) -> bool:
        """Read it as a whole, unless that costs more than what is wanted of it."""
        if self._expand and max(wanted, self._likely) == 1:
            return False
        most = max(SMALL, FOR_EACH * max(wanted, self._likely))
        everything = self._client.collections.at_most(most, self._url, self._select, self._expand)
        if everything is not None:
            self._fill(everything)
        return everything is not None

    def _fill(self, items: Iterable[Json]) -> None:
        for place, item in enumerate(items):
            self.put(item)
            self._places_seen[full_path(item)] = place
        self._is_complete = True

    def _where_they_were(self, wanted: list[str]) -> list[str]:
        """Read what lay side by side in an earlier login; returns what is still missing."""
        if self._places is None:
            for first, last in windows(self.places_before[path] for path in wanted if path in self.places_before):
                if first < last:
                    self._take_window(max(0, first - DRIFT), last + DRIFT)
        return [path for path in wanted if path not in self._held]

    def _in_windows(self, wanted: Iterable[str]) -> list[str]:
        """Read what lies side by side; returns what is still missing, alone or moved meanwhile."""
        self._names()
        places = {path: self._places[path] for path in wanted if path in self._places} if self._places else {}
        for first, last in windows(places.values()):
            if first < last:
                self._take_window(first, last)
        return [path for path in places if path not in self._held]

    def _take_window(self, first: int, last: int) -> None:
        window = self._client.collections.window(self._url, self._select, self._expand, first, last - first + 1)
        for place, item in enumerate(window, start=first):
            self.put(item)
            self._places_seen[full_path(item)] = place

    def _find(self, path: str) -> Json | None:
        query = {"expandSubcollections": "true"} if self._expand else None
        return self._client.find(object_url(self._collection, path), query)


def windows(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last place of the windows that hold all of ``places``."""
    first = last = -1
    for place in sorted(places):
        if first < 0:
            first = place
        elif place - last > GAP or place - first >= LONGEST:
            yield first, last
            first = place
        last = place
    if first >= 0:
        yield first, last
