"""How a collection is asked for, and what an answer tells about a BIG-IP that does not follow; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sectigo_f5.icontrol.call import Json

SHRINKING = 4  # a page that takes too long is read again with this part of its objects: each try costs a minute
SMALLEST = 10  # objects

NAMES = ("name", "partition", "subPath", "fullPath")  # what tells objects apart; asked for each time
_EXPAND = {"expandSubcollections": "true"}

Names = tuple[object, ...]

_SKIP = re.compile(r"(?:\$|%24)skip=(\d+)", re.IGNORECASE)


def names_of(item: Json) -> Names:
    """Return what tells an object from others of its collection."""
    return tuple(map(item.get, NAMES))


@dataclass(frozen=True)
class Manner:
    """How a collection is read."""

    top: int | None  # objects of a page; None: everything at once
    select: tuple[str, ...]  # properties; none means all
    expand: bool  # with the items of their sub-collections

    def query(self, skip: int) -> dict[str, str]:
        """Return the options of a page that begins after ``skip`` objects."""
        select = {"$select": ",".join(dict.fromkeys((*NAMES, *self.select)))} if self.select else {}
        pages = {"$top": str(self.top), **({"$skip": str(skip)} if skip else {})} if self.top else {}
        return {**(_EXPAND if self.expand else {}), **select, **pages}

    def smaller(self) -> Manner | None:
        """Return how to read fewer objects at a time; None if these are few."""
        top = (self.top or 0) // SHRINKING
        return replace(self, top=top) if top >= SMALLEST else None

    def plainer(self) -> Manner | None:
        """Return how to read it with an option less; None if there is none left."""
        if self.select:
            return replace(self, select=())
        return replace(self, top=None) if self.top else None

    def loses(self, page: Sequence[Json]) -> bool:
        """Tell whether ``$select`` takes away the names, or the items of sub-collections."""
        if not self.select or not page:
            return False
        named = any("name" in item or "fullPath" in item for item in page)
        return not named or (self.expand and not self._any_expanded(page))

    def _any_expanded(self, page: Sequence[Json]) -> bool:
        """Tell whether any sub-collection has its items; one alone may be empty, and then have none."""
        below = [item[name] for item in page for name in self.select if isinstance(item.get(name), dict)]
        return any("items" in each for each in below)

    def ends_with(self, answer: Json) -> bool:
        """Tell whether there is no page after this one."""
        count = len(answer.get("items") or ())
        if self.top is None or count > self.top:
            return True
        return "nextLink" not in answer and (count < self.top or "totalItems" in answer)

    def again(self, answer: Json, skip: int) -> int:
        """Return where to begin the next page of what moves: well before where its link says, or this page ends.

        A link counts objects that are not shown, if there are any.
        """
        linked = _SKIP.search(str(answer.get("nextLink")))
        end = int(linked[1]) if linked else skip + len(answer.get("items") or ())
        return max(skip + 1, end - (self.top or 0) // SHRINKING)
