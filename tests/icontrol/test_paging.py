"""Collections that take a BIG-IP too long are read in pages; by ``responses``, and of the simulator."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from sectigo_f5.bigip import ha_group
from sectigo_f5.icontrol.client import PAGE
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.simulator import Fault
from tests.support.replies import ASYNC_TIMEOUT, ORIGIN, client
from tests.support.world import World

COLLECTION = "/mgmt/tm/ltm/virtual"
URL = ORIGIN + COLLECTION
TOO_LONG: list[dict[str, Any]] = [
    {"body": requests.exceptions.ReadTimeout("read timed out")},
    {"status": 500, "body": ASYNC_TIMEOUT},
    {"status": 504, "body": "<html>Gateway Timeout</html>"},
    {"status": 400, "json": {"code": 400, "message": "java.util.concurrent.TimeoutException: remoteSender:x"}},
]


def page_of(device: responses.RequestsMock, skip: int, count: int, **query: str) -> None:
    found = [{"name": f"vs_{number}"} for number in range(skip, skip + count)]
    matcher = responses.matchers.query_param_matcher({"$top": str(PAGE), "$skip": str(skip), **query})
    device.get(URL, json={"items": found} if found else {"kind": "x"}, match=[matcher])


@pytest.mark.parametrize("failure", TOO_LONG, ids=["here", "REST service", "proxy", "Java"])
@pytest.mark.parametrize("last", [0, 1, PAGE - 1])
def test_a_collection_that_takes_too_long_is_read_in_pages(
    device: responses.RequestsMock, failure: dict[str, Any], last: int
) -> None:
    query = {"expandSubcollections": "true"}
    device.get(URL, **failure, match=[responses.matchers.query_param_matcher(query)])
    for skip, count in ((0, PAGE), (PAGE, PAGE), (2 * PAGE, last)):
        page_of(device, skip, count, **query)
    pauses: list[float] = []
    with client(pauses) as f5:
        found = f5.items(COLLECTION, query)
    assert [item["name"] for item in found] == [f"vs_{number}" for number in range(2 * PAGE + last)]
    assert pauses == []


def test_a_collection_that_took_too_long_is_read_in_pages_from_then_on(device: responses.RequestsMock) -> None:
    device.get(URL, status=500, body=ASYNC_TIMEOUT, match=[responses.matchers.query_param_matcher({})])
    page_of(device, 0, 3)
    with client() as f5:
        assert len(f5.items(COLLECTION)) == len(f5.items(COLLECTION)) == 3
    assert [call.request.url for call in device.calls].count(URL) == 1


@pytest.mark.parametrize("count", [3, PAGE, PAGE + 1])
def test_a_device_that_knows_no_pages_is_not_read_forever(device: responses.RequestsMock, count: int) -> None:
    device.get(URL, status=500, body=ASYNC_TIMEOUT, match=[responses.matchers.query_param_matcher({})])
    device.get(URL, json={"items": [{"name": f"vs_{number}"} for number in range(count)]})
    with client() as f5:
        assert len(f5.items(COLLECTION)) == count


def test_a_page_that_takes_too_long_is_repeated_with_patience(device: responses.RequestsMock) -> None:
    device.get(URL, status=500, body=ASYNC_TIMEOUT)
    pauses: list[float] = []
    with client(pauses) as f5, pytest.raises(OutcomeUnknownError, match="AsyncContext timeout"):
        f5.items(COLLECTION)
    assert pauses == [2.0, 5.0, 10.0, 20.0, 30.0, 30.0]


def test_a_connection_that_breaks_is_no_reason_for_pages(device: responses.RequestsMock) -> None:
    device.get(URL, body=requests.exceptions.ConnectionError("reset by peer"))
    device.get(URL, json={"items": [{"name": "vs"}]}, match=[responses.matchers.query_param_matcher({})])
    with client() as f5:
        assert f5.items(COLLECTION) == [{"name": "vs"}]


def test_a_refused_collection_is_not_read_in_pages(device: responses.RequestsMock) -> None:
    device.get(URL, status=400, json={"code": 400, "message": "01070734:3: refused"})
    with client() as f5, pytest.raises(DeviceError, match="refused"):
        f5.items(COLLECTION)
    assert len([call for call in device.calls if call.request.method == "GET"]) == 1


def test_the_pages_of_a_device_are_the_whole_collection(world: World) -> None:
    for number in range(PAGE + 5):
        world.device.add_rule(f"/Common/rule_{number:03}", "when RULE_INIT { }")
    with ha_group.connected(world.connection()) as group:
        session = group.answering[0].client
        whole = session.items("/mgmt/tm/ltm/rule")
        world.device.fault(Fault("GET", "/ltm/rule", action="html:504"))
        assert session.items("/mgmt/tm/ltm/rule") == whole
    assert len(whole) >= PAGE + 5
