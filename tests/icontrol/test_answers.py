"""What an answer means, or the lack of one; by ``responses``."""

import json
from pathlib import Path

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import refusal
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.secret import Secret
from tests.support.damage import damaged, odd
from tests.support.properties import generated
from tests.support.replies import ASYNC_TIMEOUT, LOGIN, ORIGIN, THING, client, count, refused

# -- the outcome is unknown ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, "<html>Proxy Error</html>"),
        (504, "<html>Gateway Timeout</html>"),
        (400, json.dumps({"code": 400, "message": "remoteSender:10.0.2.2,method:POST "})),
        (500, json.dumps({"code": 500, "message": "The connection to mcpd has been lost, try again."})),
        (500, ASYNC_TIMEOUT),
    ],
)
def test_an_answer_of_a_proxy_leaves_the_outcome_unknown(
    device: responses.RequestsMock, status: int, body: str
) -> None:
    device.post(ORIGIN + THING, status=status, body=body)
    with client() as f5, pytest.raises(OutcomeUnknownError):
        f5.post(THING, {})
    assert count(device, "POST", ORIGIN + THING) == 1


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead"),
        requests.exceptions.ContentDecodingError("not gzip"),
        requests.exceptions.SSLError("EOF occurred in violation of protocol"),
    ],
)
def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(
    device: responses.RequestsMock, failure: Exception
) -> None:
    device.post(ORIGIN + THING, body=failure)
    with client() as f5, pytest.raises(OutcomeUnknownError):
        f5.post(THING, {})


# -- refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("location", [f"{ORIGIN}/tmui/login.jsp", "https://[/"])
def test_a_redirect_is_a_refusal(device: responses.RequestsMock, location: str) -> None:
    device.patch(ORIGIN + THING, status=302, headers={"Location": location})
    with client() as f5, pytest.raises(DeviceError, match="answered 302"):
        f5.patch(THING, {})


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {"name": "x.key", "passphrase": "s3cr3tPassphrase"}),
        ("PATCH", {"certKeyChain": [{"name": "default", "passphrase": "s3cr3tPassphrase"}]}),
    ],
)
def test_an_error_never_quotes_the_passphrase_that_was_sent(
    device: responses.RequestsMock, method: str, body: dict[str, object]
) -> None:
    text = f"Found invalid content-body {body}"
    device.add(method, ORIGIN + THING, status=400, json={"code": 400, "message": text})
    with client() as f5, pytest.raises(DeviceError) as caught:
        f5.send(Call(method, THING, body=body))
    assert "***" in str(caught.value)
    assert "s3cr3t" not in str(caught.value) + caught.value.message


# -- never sent ------------------------------------------------------------------------------------


def test_a_closed_port_is_unreachable() -> None:
    nobody = IControl("127.0.0.1", 1, "admin", Secret("x"), True)
    with pytest.raises(UnreachableError, match="cannot connect to https://127.0.0.1:1"), nobody:
        pass


@pytest.mark.parametrize("failure", [refused(), requests.ConnectTimeout("no route")])
def test_a_connection_that_fails_has_a_remedy(failure: Exception) -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, body=failure)
        with pytest.raises(UnreachableError, match="cannot connect .*check host, port, routes"), client():
            pass


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    with (
        pytest.raises(UnreachableError, match=r"could not be sent: .*ca\.pem"),
        IControl("192.0.2.10", 443, "admin", Secret("hunter22"), missing),
    ):
        pass


@generated(100)
@given(
    body=damaged(ASYNC_TIMEOUT.encode())
    | odd({"code": 400, "message": "01070734:3: refused"}).map(lambda value: json.dumps(value).encode())
    | st.just(b"[" * 100_000),
    codec=st.sampled_from(["utf-8", "idna", "undefined", "punycode", "utf-16", "rot13", "\xe9", ""]),
    status=st.sampled_from([400, 401, 404, 500, 502, 503]),
)
def test_any_body_of_an_error_is_one_line(body: bytes, codec: str, status: int) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = status, body  # noqa: SLF001  # as the adapter does
    answer.headers["Content-Type"], answer.encoding = f"text/html; charset={codec}", codec
    error = refusal("192.0.2.10", Call("POST", THING, body={"passphrase": "s3cr3tPassphrase"}), answer)
    assert str(error).startswith(f"192.0.2.10: POST {THING} answered {status}: ")
    assert str(error).isprintable()
    assert len(str(error)) < 2500


def test_a_long_message_leaves_room_for_the_remedy(device: responses.RequestsMock) -> None:
    text = f"01070088:3: The requested name is invalid. {'x' * 100_000}"
    device.post(ORIGIN + THING, status=400, json={"code": 400, "message": text})
    with client() as f5, pytest.raises(DeviceError, match=r"xxx…; this release takes no such name"):
        f5.post(THING, {})


@pytest.mark.parametrize("token", ["a\nb", "a b", "\u20ac", "", None, {}, "x" * 2000])
def test_a_token_that_no_header_can_hold_is_none(token: object) -> None:
    with responses.RequestsMock() as device:
        device.post(LOGIN, json={"token": {"token": token}})
        with pytest.raises(ConnectorError, match="the answer to the login holds no token; is this a BIG-IP?"), client():
            pass
