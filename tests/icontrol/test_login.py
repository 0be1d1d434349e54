"""The login token: one per session, renewed once per call, deleted at the end; by ``responses``."""

from typing import Any

import pytest
import requests
import responses

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError, UnreachableError
from tests.support.replies import LOGIN, ORIGIN, THING, TOKEN, client, count

TOKENS = f"{ORIGIN}/mgmt/shared/authz/tokens"
NO_TOKEN = (
    "Authorization failed: no user authentication header or token detected. "
    "Uri:http://localhost:8100/mgmt/tm/ltm/virtual Referrer:10.67.182.3 Sender:10.67.182.3"
)
EXPIRED = {"code": 401, "message": "X-F5-Auth-Token has expired."}


# -- one token per session -------------------------------------------------------------------------


def test_one_token_is_used_and_deleted(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert device.calls[1].request.headers["X-F5-Auth-Token"] == TOKEN
    assert [call.request.method for call in device.calls] == ["POST", "GET", "DELETE"]


def test_a_token_is_deleted_after_an_exception(device: responses.RequestsMock) -> None:
    with pytest.raises(ZeroDivisionError), client():
        raise ZeroDivisionError
    assert device.calls[-1].request.method == "DELETE"


@pytest.mark.parametrize(
    ("reply", "warning"),
    [
        ({"status": 403, "json": {"code": 403, "message": "Operation is not allowed."}}, True),
        ({"body": requests.ReadTimeout("slow")}, True),
        ({"status": 401, "json": EXPIRED}, False),
    ],
)
def test_a_token_that_cannot_be_deleted_is_only_a_warning(
    reply: dict[str, Any], warning: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, json={"token": {"token": TOKEN}})
        mock.add("DELETE", f"{TOKENS}/{TOKEN}", **reply)
        with client():
            pass
    assert ("could not be deleted; it expires by itself in 20 minutes" in caplog.text) is warning
    assert TOKEN not in caplog.text


# -- renewal ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["X-F5-Auth-Token does not exist.", "X-F5-Auth-Token has expired."])
def test_an_expired_token_is_renewed_and_the_call_repeated(device: responses.RequestsMock, message: str) -> None:
    device.patch(ORIGIN + THING, status=401, json={"code": 401, "message": message})
    device.patch(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.patch(THING, {}) == {"name": "vs"}
    assert count(device, "POST", LOGIN) == 2


def test_a_valid_token_that_is_refused_is_renewed_once(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=401, json={"code": 401, "message": NO_TOKEN})
    device.get(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert count(device, "POST", LOGIN) == 2


def test_a_new_token_that_is_refused_too_is_an_error(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=401, json={"message": "X-F5-Auth-Token does not exist."})
    with client() as f5, pytest.raises(DeviceError):
        f5.get(THING)
    assert count(device, "GET", ORIGIN + THING) == 2


def test_each_expired_token_is_replaced_and_deleted() -> None:
    with responses.RequestsMock() as mock:
        for token in ("FIRST", "SECOND", "THIRD"):
            mock.post(LOGIN, json={"token": {"token": token}})
            mock.delete(f"{TOKENS}/{token}", json={})
        for _ in range(2):  # a run of more than 40 minutes
            mock.get(ORIGIN + THING, status=401, json=EXPIRED)
            mock.get(ORIGIN + THING, json={"name": "vs"})
        with client() as f5:
            f5.get(THING)
            f5.get(THING)
        assert [count(mock, "DELETE", f"{TOKENS}/{token}") for token in ("FIRST", "SECOND", "THIRD")] == [1, 1, 1]


def test_a_password_refused_at_renewal_is_not_tried_again() -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, json={"token": {"token": TOKEN}})
        mock.post(LOGIN, status=401, json={"code": 401, "message": "Authentication failed."})
        mock.get(ORIGIN + THING, status=401, json=EXPIRED)
        mock.delete(ORIGIN + THING, status=401, json={"code": 401, "message": NO_TOKEN})
        with client() as f5:
            with pytest.raises(ConnectorError, match="refused the login"):
                f5.get(THING)
            with pytest.raises(DeviceError):
                f5.delete(THING)
        assert count(mock, "POST", LOGIN) == 2


# -- a login that fails ----------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["Authentication failed.", NO_TOKEN])
def test_a_refused_login_is_never_repeated(message: str) -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=401, json={"code": 401, "message": message})
        with pytest.raises(ConnectorError) as caught, client():
            pass
        assert "refused the login of admin; check username and password" in str(caught.value)
        assert str(caught.value).endswith(f"; it says: {message}")
        assert len(mock.calls) == 1


def test_too_many_tokens_are_an_error_with_a_remedy() -> None:
    text = "user 21232f29-7a57-35a7-8389-4a0e4a801fc3 has reached maximum active login tokens"
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=400, json={"code": 400, "message": text})
        with pytest.raises(DeviceError, match="delete them or wait 20 minutes"), client():
            pass
        assert len(mock.calls) == 1


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ({"status": 404, "body": "<html>Not Found</html>"}, r"\(HTTP 404\).*is this a BIG-IP\? It says: Not Found"),
        ({"json": {"token": {}}}, r"holds no token; is this a BIG-IP\?"),
        ({"body": "<html>Welcome</html>"}, r"holds no token; is this a BIG-IP\?"),
    ],
)
def test_another_server_than_a_big_ip_is_recognised(reply: dict[str, Any], sentence: str) -> None:
    with responses.RequestsMock() as mock:
        mock.add("POST", LOGIN, **reply)
        with pytest.raises(ConnectorError, match=sentence), client():
            pass
        assert len(mock.calls) == 1


@pytest.mark.parametrize("status", [502, 503])
def test_a_unit_that_does_not_answer_logins_is_unreachable(status: int) -> None:
    """So that the other unit of its group is used."""
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=status, body="<html>Configuration Utility restarting...</html>")
        with pytest.raises(UnreachableError, match="does not answer logins"), client():
            pass
        assert len(mock.calls) == (2 if status == requests.codes.bad_gateway else 7)


def test_a_login_whose_answer_was_lost_is_sent_once_more(device: responses.RequestsMock) -> None:
    device.replace("POST", LOGIN, body=requests.ConnectionError("reset by peer"))
    device.post(LOGIN, json={"token": {"token": TOKEN}})
    device.get(ORIGIN + THING, json={"name": "vs"})
    pauses: list[float] = []
    with client(pauses) as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert (count(device, "POST", LOGIN), pauses) == (2, [2.0])


def test_a_login_is_never_sent_a_third_time() -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, body=requests.ReadTimeout("slow"))
        with pytest.raises(UnreachableError, match="does not answer logins"), client():
            pass
        assert len(mock.calls) == 2
