"""When a call is sent again, how long a device is waited for, and when it is not; by ``responses``."""

import logging

import pytest
import requests
import responses
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from tests.support.replies import LOGIN, ORIGIN, THING, TOKEN, client

TOKENS = f"{ORIGIN}/mgmt/shared/authz/tokens"
NO_TOKEN = (
    "Authorization failed: no user authentication header or token detected. "
    "Uri:http://localhost:8100/mgmt/tm/ltm/virtual Referrer:10.67.182.3 Sender:10.67.182.3"
)


def refused() -> requests.ConnectionError:
    """Return what requests raises where nobody listens."""
    connection = HTTPSConnection("192.0.2.10", 443)
    reason = NewConnectionError(connection, "Connection refused")
    return requests.ConnectionError(type("Cause", (), {"reason": reason})())


def count(device: responses.RequestsMock, method: str, url: str) -> int:
    return len([call for call in device.calls if (call.request.method, call.request.url) == (method, url)])


def test_whoever_reads_the_log_sees_that_we_wait(
    device: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    device.get(ORIGIN + THING, status=503, body="<html><title>Configuration Utility restarting...</title></html>")
    device.get(ORIGIN + THING, json={"name": "vs"})
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.INFO, logger="sectigo_f5"), client() as f5:
        f5.get(THING)
    assert caplog.messages == [
        f"192.0.2.10: GET {THING} answered 503: Configuration Utility restarting...; trying again in 2 s"
    ]


def test_a_device_that_answered_the_login_is_waited_for_while_it_refuses_connections(
    device: responses.RequestsMock,
) -> None:
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


def test_patience_is_for_the_device_and_not_for_each_call(device: responses.RequestsMock) -> None:
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


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead"),
        requests.exceptions.ContentDecodingError("not gzip"),
        requests.exceptions.SSLError("EOF occurred in violation of protocol"),
    ],
)
def test_an_answer_that_breaks_off_may_have_followed_the_deed(
    device: responses.RequestsMock, failure: Exception
) -> None:
    device.post(ORIGIN + THING, body=failure)
    with client() as f5, pytest.raises(OutcomeUnknownError):
        f5.post(THING, {})


def test_a_gateway_that_gives_up_has_no_word_on_the_outcome(device: responses.RequestsMock) -> None:
    device.post(ORIGIN + THING, status=504, body="<html>Gateway Timeout</html>")
    with client() as f5, pytest.raises(OutcomeUnknownError):
        f5.post(THING, {})


def test_a_deletion_whose_answer_was_lost_is_asked_for_again(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, body=requests.ReadTimeout("slow"))
    device.delete(
        ORIGIN + THING, status=404, json={"code": 404, "message": "01020036:3: The requested x was not found."}
    )
    with client() as f5:
        f5.delete(THING)
    assert count(device, "DELETE", ORIGIN + THING) == 2


@pytest.mark.parametrize("body", ["", "<html>Please log in</html>", "[]", "{}"])
def test_a_read_without_a_json_object_is_no_empty_collection(device: responses.RequestsMock, body: str) -> None:
    device.get(ORIGIN + THING, body=body)
    with client() as f5, pytest.raises(DeviceError, match="not a JSON object"):
        f5.items(THING)


def test_a_redirect_is_no_success(device: responses.RequestsMock) -> None:
    device.patch(ORIGIN + THING, status=302, headers={"Location": f"{ORIGIN}/tmui/login.jsp"})
    with client() as f5, pytest.raises(DeviceError, match="answered 302"):
        f5.patch(THING, {})


def test_a_missing_ca_file_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    gone = tmp_path_factory.mktemp("tls") / "ca.pem"
    nobody = client()
    nobody._verify = str(gone)
    with pytest.raises(UnreachableError, match=r"could not be made: .*ca\.pem"), nobody:
        pass


# -- the token -------------------------------------------------------------------------------------


def test_the_spurious_refusal_of_a_good_token_is_answered_by_one_login(device: responses.RequestsMock) -> None:
    device.get(ORIGIN + THING, status=401, json={"code": 401, "message": NO_TOKEN})
    device.get(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.get(THING) == {"name": "vs"}
    assert count(device, "POST", LOGIN) == 2


def test_the_same_words_at_the_login_mean_a_wrong_password() -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, status=401, json={"code": 401, "message": NO_TOKEN})
        with pytest.raises(ConnectorError, match="refused the login of admin"), client():
            pass
        assert len(mock.calls) == 1


def test_a_password_that_no_longer_works_is_tried_once_and_not_by_every_call_after() -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, json={"token": {"token": TOKEN}})
        mock.post(LOGIN, status=401, json={"code": 401, "message": "Authentication failed."})
        mock.get(ORIGIN + THING, status=401, json={"code": 401, "message": "X-F5-Auth-Token has expired."})
        mock.delete(ORIGIN + THING, status=401, json={"code": 401, "message": NO_TOKEN})
        with client() as f5:
            with pytest.raises(ConnectorError, match="refused the login"):
                f5.get(THING)
            with pytest.raises(DeviceError):
                f5.delete(THING)
        assert count(mock, "POST", LOGIN) == 2


def test_each_token_that_ended_is_replaced_and_handed_back() -> None:
    with responses.RequestsMock() as mock:
        for token in ("FIRST", "SECOND", "THIRD"):
            mock.post(LOGIN, json={"token": {"token": token}})
            mock.delete(f"{TOKENS}/{token}", json={})
        for _ in range(2):  # a run of more than 40 minutes
            mock.get(ORIGIN + THING, status=401, json={"code": 401, "message": "X-F5-Auth-Token has expired."})
            mock.get(ORIGIN + THING, json={"name": "vs"})
        with client() as f5:
            f5.get(THING)
            f5.get(THING)
        assert [count(mock, "DELETE", f"{TOKENS}/{token}") for token in ("FIRST", "SECOND", "THIRD")] == [1, 1, 1]


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
    with client() as f5:
        assert f5.get(THING) == {"name": "vs"}


# -- what an error may show ------------------------------------------------------------------------


def test_an_error_never_quotes_the_passphrase_that_was_sent(device: responses.RequestsMock) -> None:
    body = {"name": "x.key", "passphrase": "s3cr3tPassphrase"}
    chain = {"certKeyChain": [{"name": "default", "passphrase": "s3cr3tPassphrase"}]}
    for method, sent in (("POST", body), ("PATCH", chain)):
        text = f"Found invalid content-body {sent}"
        device.add(method, ORIGIN + THING, status=400, json={"code": 400, "message": text})
        with client() as f5, pytest.raises(DeviceError) as caught:
            f5.send(Call(method, THING, body=sent))
        assert "***" in str(caught.value)
        assert "s3cr3t" not in str(caught.value) + caught.value.message
