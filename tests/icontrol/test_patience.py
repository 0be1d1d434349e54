"""When a call is sent again, how long a device is waited for, and when it is not; by ``responses``."""

import json
import logging

import pytest
import requests
import responses

from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from tests.support.replies import ASYNC_TIMEOUT, LOGIN, ORIGIN, THING, client, refused

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


def test_a_read_that_the_rest_service_gave_up_is_repeated(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=500, body=ASYNC_TIMEOUT, content_type="text/html")
    device.get(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert pauses == [2.0]


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
