"""When a call is sent again, how long a device is waited for, and when it is not; by ``responses``."""

import json
import logging
from typing import Any

import pytest
import requests
import responses

from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import PAUSES, RESTART, VERSION
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnknownPathError, UnreachableError
from tests.support.replies import ASYNC_TIMEOUT, LOGIN, ORIGIN, THING, client, count, refused

SAVE = "/mgmt/tm/sys/config"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, "<html><title>Configuration Utility restarting...</title></html>"),
        (404, json.dumps({"code": 404, "message": "Public URI path not registered: /tm/ltm/virtual"})),
        (400, json.dumps({"code": 400, "message": "there is an active asynchronous task executing."})),
    ],
)
def test_a_busy_device_is_asked_again(device: responses.RequestsMock, status: int, body: str) -> None:
    device.post(ORIGIN + SAVE, status=status, body=body)
    device.post(ORIGIN + SAVE, json={"command": "save"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.post(SAVE, {"command": "save"}) == {"command": "save"}
    assert pauses == [2.0]


UNREGISTERED: dict[str, Any] = {"status": 404, "json": {"message": "Public URI path not registered: /tm/apm/profile"}}
RUNS: dict[str, Any] = {"json": {"kind": "tm:sys:version:versionstats"}}


@pytest.mark.parametrize("version", [UNREGISTERED, {"status": 503}, {"body": refused()}, {"status": 401}])
def test_a_rest_service_that_starts_is_waited_for(device: responses.RequestsMock, version: dict[str, Any]) -> None:
    """No path is answered yet, not even one that every BIG-IP has."""
    device.get(ORIGIN + THING, **UNREGISTERED)
    device.get(ORIGIN + VERSION, **version)
    device.get(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert pauses == [2.0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_of_a_module_that_is_not_there_is_not_waited_for(device: responses.RequestsMock, method: str) -> None:
    device.add(method, ORIGIN + THING, **UNREGISTERED)
    device.get(ORIGIN + VERSION, **RUNS)
    pauses: list[float] = []
    with client(pauses) as f5, pytest.raises(UnknownPathError, match="Public URI path not registered") as caught:
        f5.send(Call(method, THING))
    assert (pauses, caught.value.busy, caught.value.absent) == ([], False, False)
    assert (count(device, method, ORIGIN + THING), count(device, "GET", ORIGIN + VERSION)) == (1, 1)


def test_a_path_is_asked_for_once_more_if_the_last_answer_is_old(device: responses.RequestsMock) -> None:
    """Within minutes, while the CA works, the REST service may have restarted."""
    device.get(ORIGIN + THING, **UNREGISTERED)
    device.get(ORIGIN + VERSION, **RUNS)
    device.get(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        f5._answered -= RESTART
        assert f5.get(THING) == {"name": "vs"}


@pytest.mark.parametrize("later", [THING, "/mgmt/tm/ltm/virtual/~Common~other"])
def test_a_path_that_has_answered_is_waited_for(device: responses.RequestsMock, later: str) -> None:
    """Its collection exists on this device, so that it is not registered now can only be a restart."""
    device.get(ORIGIN + THING, json={"name": "vs"})
    device.get(ORIGIN + later, **UNREGISTERED)
    device.get(ORIGIN + later, json={"name": "other"})
    pauses: list[float] = []
    with client(pauses) as f5:
        f5.get(THING)
        assert f5.get(later) == {"name": "other"}
    assert pauses == [2.0]


def test_a_rest_service_that_has_just_started_is_asked_again_at_once(device: responses.RequestsMock) -> None:
    """It is known to run only since it was asked for its version: the call before was not answered."""
    device.get(ORIGIN + THING, **UNREGISTERED)
    device.get(ORIGIN + VERSION, status=503)
    device.get(ORIGIN + THING, **UNREGISTERED)
    device.get(ORIGIN + VERSION, **RUNS)
    device.get(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert pauses == [2.0]


def test_a_rest_service_that_never_starts_is_busy_in_the_end(device: responses.RequestsMock) -> None:
    for path in (THING, VERSION):
        device.get(ORIGIN + path, **UNREGISTERED)
    pauses: list[float] = []
    with client(pauses) as f5, pytest.raises(DeviceError) as caught:
        f5.get(THING)
    assert (pauses, caught.value.busy) == (list(PAUSES), True)


def test_a_read_that_the_rest_service_gave_up_is_repeated(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=500, body=ASYNC_TIMEOUT, content_type="text/html")
    device.get(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert pauses == [2.0]


@pytest.mark.parametrize("body", ["", '{"name": "v', "[]"])
def test_a_read_that_brings_no_object_is_repeated_once(device: responses.RequestsMock, body: str) -> None:
    device.get(ORIGIN + THING, body=body)
    device.get(ORIGIN + THING, json={"name": "vs"})
    device.get(ORIGIN + VERSION, body=body)
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
        with pytest.raises(OutcomeUnknownError, match="a body that is not a JSON object"):
            f5.get(VERSION)
    assert (pauses, count(device, "GET", ORIGIN + VERSION)) == ([2.0, 2.0], 2)


def test_a_wait_is_in_the_log(device: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    device.get(ORIGIN + THING, status=503, body="<html><title>Configuration Utility restarting...</title></html>")
    device.get(ORIGIN + THING, json={"name": "vs"})
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.INFO, logger="sectigo_f5"), client() as f5:
        f5.get(THING)
    assert caplog.messages == [
        f"192.0.2.10: GET {THING} answered 503: Configuration Utility restarting...; trying again in 2 s"
    ]


def test_patience_ends(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=503, body="<html><b>Configuration Utility restarting...</b></html>")
    pauses: list[float] = []
    with (
        client(pauses) as f5,
        pytest.raises(DeviceError, match=r"answered 503: Configuration Utility restarting\.\.\."),
    ):
        f5.get(THING)
    assert pauses == [2.0, 5.0, 10.0, 20.0, 30.0, 30.0]


def test_patience_is_per_device_and_not_per_call(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=503)
    device.delete(ORIGIN + THING, status=503)
    pauses: list[float] = []
    with client(pauses) as f5:
        with pytest.raises(DeviceError):
            f5.get(THING)
        waited = len(pauses)
        with pytest.raises(DeviceError):
            f5.delete(THING)
        assert len(pauses) == waited
        device.replace("GET", ORIGIN + THING, json={"name": "vs"})
        f5.get(THING)
        with pytest.raises(DeviceError):
            f5.delete(THING)
        assert len(pauses) == 2 * waited


def test_a_device_that_answered_the_login_is_waited_for(device: responses.RequestsMock) -> None:
    device.post(ORIGIN + THING, body=refused())
    device.post(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.post(THING, {}) == {"name": "vs"}
    assert pauses == [2.0]


def test_a_device_that_never_answered_is_not_waited_for() -> None:
    pauses: list[float] = []
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, body=refused())
        with pytest.raises(UnreachableError, match="cannot connect"), client(pauses):
            pass
    assert pauses == []


@pytest.mark.parametrize("failure", [requests.ReadTimeout("slow"), requests.ConnectionError("reset by peer")])
def test_reads_are_repeated_and_writes_are_not(device: responses.RequestsMock, failure: Exception) -> None:
    device.get(ORIGIN + THING, body=failure)
    device.get(ORIGIN + THING, json={"name": "vs"})
    device.patch(ORIGIN + THING, body=failure)
    with client() as f5:
        assert f5.get(THING)["name"] == "vs"
        with pytest.raises(OutcomeUnknownError):
            f5.patch(THING, {})
