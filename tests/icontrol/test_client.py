"""Replies that a device gives once a year, by ``responses``; texts as F5's own clients quote them."""

import json
import logging

import pytest
import requests
import responses

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.secret import Secret
from tests.support.replies import LOGIN, NOT_FOUND, ORIGIN, THING, TOKEN, client


def test_one_token_is_used_and_handed_back(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert device.calls[1].request.headers["X-F5-Auth-Token"] == TOKEN
    assert [call.request.method for call in device.calls] == ["POST", "GET", "DELETE"]


def test_token_is_handed_back_after_an_error(device: responses.RequestsMock) -> None:
    with pytest.raises(ZeroDivisionError), client():
        raise ZeroDivisionError
    assert device.calls[-1].request.method == "DELETE"


@pytest.mark.parametrize("message", ["X-F5-Auth-Token does not exist.", "X-F5-Auth-Token has expired."])
def test_a_stale_token_is_renewed_once_and_the_call_replayed(device: responses.RequestsMock, message: str) -> None:
    device.patch(ORIGIN + THING, status=401, json={"code": 401, "message": message})
    device.patch(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.patch(THING, {}) == {"name": "vs"}
    logins = [call for call in device.calls if call.request.url and call.request.url.endswith("login")]
    assert len(logins) == 2


def test_a_token_that_stays_stale_is_not_chased(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=401, json={"message": "X-F5-Auth-Token does not exist."})
    with client() as f5, pytest.raises(DeviceError):
        f5.get(THING)
    assert len([call for call in device.calls if call.request.method == "GET"]) == 2


def test_a_refused_login_is_never_repeated() -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=401, json={"message": "Authentication failed."})
        with pytest.raises(ConnectorError, match="refused the login of admin; check username and password"), client():
            pass
        assert len(mock.calls) == 1


def test_too_many_tokens_says_what_to_do() -> None:
    text = "user 21232f29-7a57-35a7-8389-4a0e4a801fc3 has reached maximum active login tokens"
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=400, json={"code": 400, "message": text})
        with pytest.raises(DeviceError, match="delete them or wait 20 minutes"), client():
            pass
        assert len(mock.calls) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, "<html><title>Configuration Utility restarting...</title></html>"),
        (404, json.dumps({"code": 404, "message": "Public URI path not registered: /tm/ltm/virtual"})),
        (400, json.dumps({"code": 400, "message": "there is an active asynchronous task executing."})),
    ],
)
def test_a_busy_device_is_asked_again(device: responses.RequestsMock, status: int, body: str) -> None:
    device.post(f"{ORIGIN}/mgmt/tm/sys/config", status=status, body=body)
    device.post(f"{ORIGIN}/mgmt/tm/sys/config", json={"command": "save"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.post("/mgmt/tm/sys/config", {"command": "save"}) == {"command": "save"}
    assert pauses == [2.0]


def test_patience_ends(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=503, body="<html><b>Configuration Utility restarting...</b></html>")
    pauses: list[float] = []
    with (
        client(pauses) as f5,
        pytest.raises(DeviceError, match=r"answered 503: Configuration Utility restarting\.\.\."),
    ):
        f5.get(THING)
    assert pauses == [2.0, 5.0, 10.0, 20.0, 30.0, 30.0]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, "<html>Proxy Error</html>"),
        (400, json.dumps({"code": 400, "message": "remoteSender:10.0.2.2,method:POST "})),
        (500, json.dumps({"code": 500, "message": "The connection to mcpd has been lost, try again."})),
    ],
)
def test_a_lost_answer_to_a_write_is_not_sent_again(device: responses.RequestsMock, status: int, body: str) -> None:
    device.post(ORIGIN + THING, status=status, body=body)
    with client() as f5, pytest.raises(OutcomeUnknownError):
        f5.post(THING, {})
    assert len([call for call in device.calls if call.request.url == ORIGIN + THING]) == 1


@pytest.mark.parametrize("failure", [requests.ReadTimeout("slow"), requests.ConnectionError("reset by peer")])
def test_reads_are_repeated_and_writes_are_not(device: responses.RequestsMock, failure: Exception) -> None:
    device.get(ORIGIN + THING, body=failure)
    device.get(ORIGIN + THING, json={"name": "vs"})
    device.patch(ORIGIN + THING, body=failure)
    with client() as f5:
        assert f5.get(THING)["name"] == "vs"
        with pytest.raises(OutcomeUnknownError):
            f5.patch(THING, {})


def test_only_mcpd_itself_says_absent(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=404, json=NOT_FOUND)
    device.get(ORIGIN + "/mgmt/tm/nothing", status=404, json={"code": 404, "message": "some other 404"})
    with client() as f5:
        assert f5.find(THING) is None
        with pytest.raises(DeviceError):
            f5.find("/mgmt/tm/nothing")


def test_empty_bodies_and_missing_items(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, body="")
    device.get(f"{ORIGIN}/mgmt/tm/sys/crypto/csr", json={"kind": "tm:sys:crypto:csr:csrcollectionstate"})
    with client() as f5:
        f5.delete(THING)
        assert f5.items("/mgmt/tm/sys/crypto/csr") == []


def test_deleting_what_is_gone_is_fine_and_what_is_used_is_told(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, status=404, json=NOT_FOUND)
    used = "01070265:3: The ClientSSL Profile (/Common/x) cannot be deleted because it is in use by a virtual server"
    device.delete(f"{ORIGIN}/mgmt/tm/x", status=400, json={"code": 400, "message": used})
    with client() as f5:
        f5.delete(THING)
        with pytest.raises(DeviceError) as caught:
            f5.delete("/mgmt/tm/x")
    assert caught.value.in_use


def test_secrets_and_tokens_stay_out_of_the_log(
    device: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    device.get(ORIGIN + THING, json={"secret": "body"})
    logger = logging.getLogger("sectigo_f5")
    logger.propagate = True
    with caplog.at_level(logging.DEBUG, logger="sectigo_f5"), client() as f5:
        f5.get(THING)
    assert "GET /mgmt/tm/ltm/virtual/~Common~vs -> 200" in caplog.text
    assert not [word for word in ("hunter22", TOKEN, "body") if word in caplog.text]


def test_names_in_urls() -> None:
    assert object_url("ltm/virtual", "/Shop/app.app/vs") == "/mgmt/tm/ltm/virtual/~Shop~app.app~vs"
    assert object_url("ltm/virtual", "/Common/a%2b") == "/mgmt/tm/ltm/virtual/~Common~a%252b"


def test_nobody_listens() -> None:
    nobody = IControl("127.0.0.1", 1, "admin", Secret("x"), True)
    with pytest.raises(UnreachableError, match="cannot connect to https://127.0.0.1:1"), nobody:
        pass
