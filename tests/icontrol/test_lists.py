"""Collections are read in pages, whatever a BIG-IP makes of the options; by a device of one function."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests as http
import responses
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError

from sectigo_f5.bigip import ha_group
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.lists import reader
from sectigo_f5.icontrol.lists.manner import SMALLEST
from sectigo_f5.icontrol.lists.reader import EXPANDED_PAGE, PAGE, Collections
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.names import PLAIN
from tests.support.properties import generated
from tests.support.replies import ASYNC_TIMEOUT, ORIGIN, client
from tests.support.world import World

PATH = "/mgmt/tm/ltm/virtual"
URL = ORIGIN + PATH
TOO_LONG: list[dict[str, Any]] = [
    {"body": http.exceptions.ReadTimeout("read timed out")},
    {"body": http.exceptions.ConnectionError(ReadTimeoutError(HTTPSConnectionPool("192.0.2.10"), PATH, "timed out"))},
    {"status": 500, "body": ASYNC_TIMEOUT},
    {"status": 504, "body": "<html>Gateway Timeout</html>"},
    {"status": 400, "json": {"code": 400, "message": "java.util.concurrent.TimeoutException: remoteSender:x"}},
]


def too_long() -> OutcomeUnknownError:
    return OutcomeUnknownError("192.0.2.10", "GET", PATH, 0, "no answer (ReadTimeout)")


def refused(message: str, status: int = 400) -> DeviceError:
    return DeviceError("192.0.2.10", "GET", PATH, status, message)


def server(number: int) -> Json:
    return {"name": f"vs_{number:05}", "partition": "Common", "fullPath": f"/Common/vs_{number:05}", "mask": "any"}


@dataclass
class Device:
    """A collection that is read; ``capacity``: the most objects that it gets ready in time."""

    names: list[int]
    capacity: int = 100_000
    tells: bool = True  # the properties of a page
    shows: int = 1  # every such object; the others are counted, and not shown to this role
    knows: frozenset[str] = frozenset({"$top", "$skip", "$select"})
    meanwhile: Callable[[Device], None] = lambda device: None
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)

    def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
        assert path == PATH
        options = {name: value for name, value in (query or {}).items() if name in self.knows}
        self.asked.append(((query or {}).get("$top"), (query or {}).get("$skip")))
        skip, top = int(options.get("$skip", 0)), int(options.get("$top", 1_000_000))
        page = [name for name in self.names[skip : skip + top] if name % self.shows == 0]
        if len(page) > self.capacity:
            raise too_long()
        more = skip + top < len(self.names)
        link = {"nextLink": f"https://localhost{PATH}?$top={top}&$skip={skip + top}"} if more else {}
        paging = {"totalItems": len(self.names), **link}
        self.meanwhile(self)
        return {"kind": "x", **({"items": list(map(server, page))} if page else {}), **(paging if self.tells else {})}

    def read(self) -> list[int]:
        return [int(item["name"][3:]) for item in Collections(self).items(PATH, ("mask",))]

    def streamed(self) -> list[int]:
        return [int(item["name"][3:]) for item in Collections(self).stream(PATH, ("mask",))]


def test_a_small_collection_is_one_request() -> None:
    for count in (0, 1, PAGE - 1, PAGE):
        device = Device(list(range(count)))
        assert (device.read(), device.asked) == (device.names, [(str(PAGE), None)])


def test_each_page_begins_with_the_last_object_of_the_one_before() -> None:
    device = Device(list(range(2 * PAGE)))
    assert device.read() == device.names
    assert device.asked == [(str(PAGE), skip) for skip in (None, str(PAGE - 1), str(2 * PAGE - 2))]


@generated(60)
@given(
    count=st.sampled_from([0, 1, 31, 32, 125, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 1700]),
    capacity=st.sampled_from([40, 130, 600, 100_000]),
    tells=st.booleans(),
    knows=st.sampled_from([("$top", "$skip", "$select"), ("$top", "$skip"), ("$skip",), ("$top",), ()]),
    shows=st.sampled_from([1, 1, 2, 499]),
)
def test_every_device_is_read_completely_and_once(
    count: int, capacity: int, tells: bool, knows: tuple[str, ...], shows: int
) -> None:
    """A device may be slow, leave out what tells a page, or ignore some of the options."""
    patient = 100_000 if "$top" not in knows or "$skip" not in knows else capacity
    device = Device(list(range(count)), patient, tells, shows if tells else 1, frozenset(knows))
    assert device.streamed() == [name for name in device.names if name % device.shows == 0]
    assert len(device.asked) <= 10 + 2 * PAGE // 14
    device.asked.clear()
    assert device.read() == [name for name in device.names if name % device.shows == 0]
    assert len(device.asked) <= 10 + 2 * PAGE // 14  # the smallest pages hold 15, and overlap


@generated(30)
@given(st.data())
def test_objects_that_stay_are_all_read_while_others_come_and_go(data: st.DataObject) -> None:
    stay, come_and_go = set(range(0, 2400, 2)), data.draw(st.lists(st.integers(0, 1200), max_size=40))

    def meanwhile(device: Device) -> None:
        for odd in {2 * come_and_go.pop() + 1 for _ in come_and_go[:3]}:
            device.names = sorted({*device.names} ^ {odd})

    device = Device(sorted(stay | set(data.draw(st.sets(st.integers(0, 2400))))), meanwhile=meanwhile)
    read = device.streamed() if data.draw(st.booleans()) else device.read()
    assert stay <= set(read)
    assert len(set(read)) == len(read)
    assert len(device.asked) <= 4 * 6


def test_a_stream_misses_nothing_that_moves_between_two_pages() -> None:
    def meanwhile(device: Device) -> None:
        device.names = device.names[5:] if len(device.asked) == 1 else device.names

    device = Device(list(range(3 * PAGE)), meanwhile=meanwhile)
    assert sorted(device.streamed()) == list(range(3 * PAGE))


@pytest.mark.parametrize("expand", [False, True])
def test_a_page_that_takes_too_long_is_read_smaller(expand: bool, caplog: pytest.LogCaptureFixture) -> None:
    first = EXPANDED_PAGE if expand else PAGE
    device, pages = Device(list(range(300)), capacity=first // 16 + 1), [first, first // 4, first // 16]
    logging.getLogger("sectigo_f5").propagate = True
    caplog.set_level(logging.INFO, logger="sectigo_f5")
    collections = Collections(device)
    assert len(collections.items(PATH, (), expand)) == 300
    assert list(dict.fromkeys(int(top or 0) for top, _ in device.asked)) == pages
    assert [f"reading {size} objects at a time" in caplog.text for size in pages] == [False, True, True]
    device.asked.clear()
    collections.items(PATH, (), expand)
    assert {top for top, _ in device.asked} == {str(pages[-1])}


def test_the_smallest_page_is_waited_for() -> None:
    with pytest.raises(OutcomeUnknownError):
        Device(list(range(300)), capacity=1).read()
    assert SMALLEST > 1


def tops(device: responses.RequestsMock) -> list[str]:
    """Return the sizes of the pages that were asked for."""
    return [size for call in device.calls for size in re.findall(r"%24top=(\d+)", str(call.request.url))]


@pytest.mark.parametrize("failure", TOO_LONG, ids=["here", "here, in the body", "REST service", "proxy", "Java"])
def test_every_kind_of_time_out_leads_to_smaller_pages(device: responses.RequestsMock, failure: dict[str, Any]) -> None:
    device.get(URL, **failure)
    device.get(URL, json={"items": [{"name": "vs"}]})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.items(PATH) == [{"name": "vs"}]
    assert tops(device) == [str(PAGE), str(PAGE // 4)]
    assert pauses == []


def test_the_smallest_page_is_repeated_with_patience(device: responses.RequestsMock) -> None:
    device.get(URL, status=500, body=ASYNC_TIMEOUT)
    pauses: list[float] = []
    with client(pauses) as f5, pytest.raises(OutcomeUnknownError, match="AsyncContext timeout"):
        f5.items(PATH)
    assert pauses == [2.0, 5.0, 10.0, 20.0, 30.0, 30.0]


def test_a_connection_that_breaks_is_no_reason_for_smaller_pages(device: responses.RequestsMock) -> None:
    device.get(URL, body=http.exceptions.ConnectionError("reset by peer"))
    device.get(URL, json={"items": [{"name": "vs"}]})
    with client() as f5:
        assert f5.items(PATH) == [{"name": "vs"}]
    assert tops(device) == [str(PAGE), str(PAGE)]


@pytest.mark.parametrize(
    "failure",
    [
        refused("01070734:3: refused"),
        refused("Authorization failed: no", 401),
        refused("Public URI path not registered"),
        refused("there is an active asynchronous task executing"),
    ],
    ids=str,
)
def test_a_refusal_that_is_not_about_options_is_final(failure: DeviceError) -> None:
    asked: list[object] = []

    class Refusing:
        def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
            asked.append(query)
            raise failure

    with pytest.raises(DeviceError):
        Collections(Refusing()).items(PATH, ("mask",))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("switches", "requests"),
    [
        ({}, 4),
        ({"paging": "ignored"}, 1),
        ({"paging": "rejected"}, 3),
        ({"select": "ignored"}, 4),
        ({"select": "rejected"}, 5),
        ({"select": "without-items"}, 5),
    ],
    ids=str,
)
def test_virtual_servers_are_the_same_by_each_kind_of_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switches: dict[str, Any], requests: int
) -> None:
    """Five of them, in pages of two that overlap, or at once."""
    monkeypatch.setattr(reader, "EXPANDED_PAGE", 2)
    with SimulatedBigIP(Switches(**switches)) as device:
        for number in range(5):
            device.add_virtual_server(f"/Common/vs_{number}", f"192.0.2.{number + 1}:443", PLAIN)
        with ha_group.connected(World(device, tmp_path).connection()) as group:
            servers = group.answering[0].every_server()
    assert [(server.destination.partition(":")[0], server.http) for server in servers] == [
        (f"/Common/192.0.2.{n + 1}", True) for n in range(5)
    ]
    assert [call.path for call in device.journal].count(PATH) == requests


def test_a_list_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
            return {"items": [], "nextLink": "https://localhost/"}

    monkeypatch.setattr(reader, "MOST_PAGES", 20)
    with pytest.raises(ConnectorError, match="has no end: after 20 pages"):
        Collections(Endless()).items(PATH)


def test_names_are_always_asked_for() -> None:
    asked: list[Mapping[str, str]] = []

    class Noting:
        def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
            asked.append(query or {})
            return {"items": []}

    Collections(Noting()).items(PATH, ("name", "mask"), expand=True)
    Collections(Noting()).items(PATH)
    assert asked == [
        {"expandSubcollections": "true", "$select": "name,partition,subPath,fullPath,mask", "$top": str(EXPANDED_PAGE)},
        {"$top": str(PAGE)},
    ]
