"""The running configuration: objects by kind and full path; a draft of it is cheap.

An :class:`Item` is never changed in place: a change replaces it. So a transaction works on a
:meth:`Configuration.draft`, and committing it is one assignment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.state.kinds import PROFILE_KINDS

Json = dict[str, Any]
Place = tuple[str, str]  # kind and full path

_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.:%-][A-Za-z0-9_.:% -]*")
LONGEST_PATH = 255  # characters


@dataclass(frozen=True)
class Item:
    """One object: the properties that were set, in the answers' spelling, and a file object's content."""

    kind: str  # the collection's URL below /mgmt/tm, for example "ltm/virtual"
    path: str
    properties: Json
    generation: int = 1
    content: bytes = field(default=b"", repr=False)

    @property
    def place(self) -> Place:
        """Return the item's kind and path."""
        return self.kind, self.path

    def get(self, name: str) -> Any:
        """Return a property that was set, or None."""
        return self.properties.get(name)

    def with_properties(self, **properties: Any) -> Item:
        """Return the item with other properties."""
        return replace(self, properties={**self.properties, **properties})


@dataclass
class Configuration:
    """Every object of the device, and what has changed since the draft was created."""

    items: dict[Place, Item] = field(default_factory=dict)
    generation: int = 1
    touched: set[Place] = field(default_factory=set)
    removed: set[Place] = field(default_factory=set)
    before: dict[Place, Item] = field(default_factory=dict)  # the objects that this is a draft of

    def draft(self) -> Configuration:
        """Return a copy that may be changed; the objects themselves are shared, because they never change."""
        return Configuration(dict(self.items), self.generation, before=self.items)

    def take(self, draft: Configuration) -> None:
        """Take over the objects of a draft of this configuration."""
        self.items, self.generation = draft.items, draft.generation
        self.touched |= draft.touched
        self.removed |= draft.removed

    def of(self, kind: str) -> list[Item]:
        """Return the objects of a kind, by path."""
        return [self.items[place] for place in sorted(place for place in self.items if place[0] == kind)]

    def find(self, kind: str, path: str) -> Item | None:
        """Return an object, or None."""
        return self.items.get((kind, path))

    def put(self, item: Item) -> Item:
        """Add or replace an object."""
        self.generation += 1
        stamped = replace(item, generation=self.generation)
        self.items[item.place] = stamped
        self.touched.add(item.place)
        self.removed.discard(item.place)
        return stamped

    def remove(self, item: Item) -> None:
        """Remove an object; whether another one needs it is checked with the complete change."""
        self.generation += 1
        del self.items[item.place]
        self.touched.discard(item.place)
        self.removed.add(item.place)

    def profile(self, path: str) -> Item | None:
        """Return the profile of that name, whatever its type: all types share one namespace."""
        found = (self.items.get((kind, path)) for kind in PROFILE_KINDS)
        return next((item for item in found if item is not None), None)


def full_path(name: str, partition: str = "Common", folders: str = "") -> str:
    """Return a name's full path; a full path stays as it is, and so does a full folder (F5's cloud libraries)."""
    if name.startswith("/"):
        return name
    if folders.startswith("/"):
        return f"{folders.rstrip('/')}/{name}"
    return "/" + "/".join(part for part in (partition or "Common", folders, name) if part)


def split_path(path: str) -> tuple[str, str, str]:
    """Split a full path into partition, folders (may be empty) and name; a partition's own folder has its name."""
    partition, *folders = path.strip("/").split("/")
    return partition, "/".join(folders[:-1]), (folders or [partition])[-1]


def check_name(path: str) -> None:
    """Refuse a name that no object may have; the usual one is a wildcard certificate's ``*``."""
    parts = path.strip("/").split("/")
    if len(path) > LONGEST_PATH or not all(_NAME.fullmatch(part) for part in parts):
        raise of_objects.bad_name(path)


def check_folder(configuration: Configuration, path: str) -> None:
    """Refuse an object in a partition or folder that does not exist."""
    folder = path.rpartition("/")[0]
    partition = split_path(path)[0]
    if folder and configuration.find("sys/folder", f"/{partition}") is None:
        raise of_objects.partition_missing(partition)
    if folder and configuration.find("sys/folder", folder) is None:
        raise of_objects.not_found("folder", folder)
