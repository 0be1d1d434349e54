"""A shelf tells what is on a BIG-IP, however it is read, and reads little where little is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.bigip.holdings.contents import Holdings
from sectigo_f5.bigip.holdings.learned import learned, recall
from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.holdings.shelf import FOR_EACH, GAP, LONGEST, SMALL, Shelf, windows
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.lists.reader import Collections
from tests.support import builders
from tests.support.properties import generated

MANY = SMALL + FOR_EACH * 20 + 1


@dataclass
class Device:
    """A collection, and what was asked of it."""

    names: list[str]
    pages: bool = True  # it knows $top and $skip
    asked: list[Mapping[str, str]] = field(default_factory=list)
    shown: int = 0  # objects

    def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
        self.asked.append(query := query or {})
        skip, top = (int(query.get(name, number)) for name, number in (("$skip", 0), ("$top", len(self.names))))
        names = self.names[skip : skip + top] if self.pages else self.names
        self.shown += len(names)
        answer: Json = {"items": [{"fullPath": name, "name": name} for name in names]}
        if self.pages:
            answer["totalItems"] = len(self.names)
            answer |= {"nextLink": f"?$skip={skip + top}"} if skip + top < len(self.names) else {}
        return answer

    def items(self, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json]:
        return self.collections.items(path, select, expand)

    def find(self, path: str, query: Mapping[str, str] | None = None) -> Json | None:
        self.asked.append({})
        name = path.rpartition("/")[2].replace("~", "/")
        self.shown += name in self.names
        return {"fullPath": name, "name": name} if name in self.names else None

    def __post_init__(self) -> None:
        self.collections = Collections(self)

    def shelf(self) -> Shelf[str]:
        return Shelf(cast("IControl", self), "ltm/x", ("mask",), lambda item: str(item["name"]))


def named(count: int) -> list[str]:
    return [f"/Common/x{number}" for number in range(count)]


@given(
    count=st.sampled_from([0, 1, SMALL, SMALL + 1, 700, MANY]),
    pages=st.booleans(),
    wanted=st.sets(st.integers(0, MANY + 50), max_size=20),
    moved=st.integers(-9, 9),
    knows_places=st.booleans(),
)
@generated(25)
def test_what_is_there_is_found_and_nothing_else(
    count: int, pages: bool, wanted: set[int], moved: int, knows_places: bool
) -> None:
    device = Device(named(count), pages)
    shelf, paths = device.shelf(), [f"/Common/x{number}" for number in sorted(wanted)]
    if knows_places:
        shelf.places_before = {path: max(0, number + moved) for number, path in zip(sorted(wanted), paths, strict=True)}
    shelf.prefetch(paths)
    requests = len(device.asked)
    found = {path: shelf.get(path) for path in paths}
    assert found == {path: path if path in device.names else None for path in paths}
    assert [path in shelf for path in paths] == [path in device.names for path in paths]
    assert len(device.asked) == requests  # all of it was read before
    assert list(shelf) == device.names
    assert dict(shelf.items()) == {name: name for name in device.names}


def test_a_small_collection_is_one_request() -> None:
    device = Device(named(90))
    shelf = device.shelf()
    assert (shelf.get("/Common/x7"), shelf.get("/Common/none"), len(list(shelf))) == ("/Common/x7", None, 90)
    assert len(device.asked) == 1
    assert (Device(named(5)).shelf().get(""), "" in shelf) == (None, False)


def test_of_a_large_collection_is_read_what_lies_together() -> None:
    device = Device(named(5000))
    device.collections.counts["/mgmt/tm/ltm/x"] = 5000
    first, second = device.shelf(), device.shelf()
    ours = named(3010)[3000:]
    first.prefetch(ours)
    assert (len(device.asked), device.shown) == (3, 5001 + 10)  # two pages of names that overlap, and a window
    second.places_before = first.places_of(ours)
    device.names.insert(0, "/Common/new")  # everything is one place further
    second.prefetch(ours)
    assert (len(device.asked), device.shown) == (4, 5011 + 20)
    assert [second.get(path) for path in ours] == ours


def test_what_was_changed_is_known_without_reading() -> None:
    device = Device(named(3))
    shelf = device.shelf()
    shelf.read_names()
    shelf.put({"fullPath": "/Common/made", "name": "made"})
    shelf.remove("/Common/x1")
    assert (shelf.get("/Common/made"), "/Common/x1" in shelf, len(device.asked)) == ("made", False, 1)
    assert list(shelf) == ["/Common/x0", "/Common/x2", "/Common/made"]


@given(places=st.sets(st.integers(0, 3000), max_size=60))
@generated(60)
def test_windows_hold_all_places_and_little_else(places: set[int]) -> None:
    found = list(windows(places))
    assert all(any(first <= place <= last for first, last in found) for place in places)
    assert all(last - first <= LONGEST for first, last in found)
    assert sum(last - first + 1 for first, last in found) <= len(places) * GAP + len(places)


# -- what the next login need not find out ----------------------------------------------------------


def unit(release: str = "17.1.2", username: str = "admin") -> Unit:
    device = builders.device(username=username)
    client: Any = Device(named(3))
    return Unit(device, client, release, memory=Memory(holdings=Holdings(client)))


def test_what_was_learned_is_recalled_by_the_same_user_and_release() -> None:
    before = unit()
    before.memory.validates_only = before.memory.takes_files = True
    before.client.collections.counts["/mgmt/tm/x"] = 4000
    known = learned(before)
    for after, expected in (
        (unit(), (True, True)),
        (unit(username="other"), (True, False)),
        (unit(release="17.5.0"), (None, False)),
    ):
        recall(after, known)
        memory = after.memory
        assert (memory.validates_only, memory.takes_files) == expected
        assert after.client.collections.counts == {"/mgmt/tm/x": 4000}


KEYS = st.sampled_from(["counts", "seconds", "places", "release", "/mgmt/tm/x"])
ODD = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(), lambda below: st.dictionaries(KEYS, below))


@given(odd=ODD)
@generated(40)
def test_whatever_the_file_holds_is_no_harm(odd: object) -> None:
    after = unit()
    recall(after, odd)
    assert all(type(count) is int and count >= 0 for count in after.client.collections.counts.values())
    assert after.memory.validates_only is None
