"""What the answer to a call means, or the lack of one: from the values and errors of ``requests`` to our own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import requests
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.icontrol.management_certificate import REMEDIES
from sectigo_f5.secret import Secret, mask
from sectigo_f5.trust.tls_faults import tls_failure

# From 15.1.9 the REST service gives up after a minute with an HTML page, while the work goes on (AS3 #750).
_ASYNC_TIMEOUT = "AsyncContext timeout"
_LOST = re.compile(r"^remoteSender:|TimeoutException|connection to mcpd has been lost", re.IGNORECASE)
_PROXY_GAVE_UP = (requests.codes.bad_gateway, requests.codes.gateway_timeout)
_SECRET_PROPERTIES = ("passphrase", "password")


def succeeded(answer: requests.Response) -> bool:
    """Tell whether the status is one of success; a redirect is not."""
    return 200 <= answer.status_code < 300  # noqa: PLR2004  # the class of success


def json_object(answer: requests.Response) -> Json:
    """Return the body if it is a JSON object; an empty or HTML body says nothing that we need."""
    try:
        parsed = answer.json()
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def message(answer: requests.Response, sent: Collection[Secret] = ()) -> str:
    """Return the text of an error, or the beginning of an HTML page, with what was ``sent`` masked."""
    text = json_object(answer).get("message")
    if isinstance(text, str):
        return mask(text, sent)
    return " ".join(mask(re.sub(r"<[^>]*>", " ", answer.text), sent).split())[:200]


def refusal(host: str, call: Call, answer: requests.Response) -> DeviceError:
    """Return the error that an answer stands for."""
    text = message(answer, [*_secrets(call.body), *_secrets(call.raw)])
    lost = answer.status_code in _PROXY_GAVE_UP or _LOST.search(text) or _ASYNC_TIMEOUT in answer.text
    kind = OutcomeUnknownError if lost else DeviceError
    return kind(host, call.method, call.shown_path, answer.status_code, text)


def _secrets(sent: object, name: str = "") -> Iterator[Secret]:
    """Return what an error must not quote of a call: some answers repeat what was posted."""
    if isinstance(sent, bytes):
        yield Secret(sent.decode("ascii", "replace"))
    elif isinstance(sent, str):
        yield from [Secret(sent)] if name in _SECRET_PROPERTIES else []
    elif isinstance(sent, dict):
        for key, value in sent.items():
            yield from _secrets(value, key)
    elif isinstance(sent, list):
        for value in sent:
            yield from _secrets(value)


def no_answer(host: str, origin: str, call: Call, error: OSError) -> ConnectorError:
    """Return the error of a call without an answer: it was never sent, or its outcome is unknown."""
    if failure := tls_failure(error):
        return UnreachableError(f"{host}: {failure.sentence('the BIG-IP', REMEDIES)}")
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        remedy = "check host, port, routes and the management interface"
        return UnreachableError(f"{host}: cannot connect to {origin} ({cause(error)}); {remedy}")
    if isinstance(error, ValueError) or not isinstance(error, requests.RequestException):
        return UnreachableError(f"{host}: the request could not be sent: {error}")
    kind = requests.ReadTimeout if _is_timeout(error) else type(error)  # in a body it has another name
    return OutcomeUnknownError(host, call.method, call.shown_path, 0, f"no answer ({kind.__name__})")


def _is_timeout(error: OSError) -> bool:
    return bool(error.args) and isinstance(error.args[0], ReadTimeoutError)


def _never_connected(error: OSError) -> bool:
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)
