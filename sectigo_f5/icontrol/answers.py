"""What the answer to a call means, or the lack of one: from the values and errors of ``requests`` to our own."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError, UntrustedDeviceError
from sectigo_f5.icontrol.management_certificate import REMEDIES
from sectigo_f5.printable import one_line
from sectigo_f5.secret import Secret, mask
from sectigo_f5.trust.tls_faults import tls_failure

# From 15.1.9 the REST service gives up after a minute with an HTML page, while the work goes on (AS3 #750).
_ASYNC_TIMEOUT = "AsyncContext timeout"
_LOST = re.compile(r"^remoteSender:|TimeoutException|connection to mcpd has been lost", re.IGNORECASE)
_PROXY_GAVE_UP = (requests.codes.bad_gateway, requests.codes.gateway_timeout)
# What is gone into of what is read. Whoever goes into more adds it here.
_NAMES = ("name", "partition", "subPath", "fullPath")  # texts or numbers
_OBJECTS = ("profilesReference", "policiesReference", "nameReference")
_LISTS = ("items", "userReferences")  # of objects
_BY_NAME = ("certKeyChain", "partitionAccess")  # of objects too, or objects by their names; the last one is a word too
_KINDS = {str: "a text", bool: "true or false", list: "a list of other things", dict: "an object"}
_SECRET_PROPERTIES = ("passphrase", "password")


def succeeded(answer: requests.Response) -> bool:
    """Tell whether the status is one of success; a redirect is not."""
    return 200 <= answer.status_code < 300  # noqa: PLR2004  # the class of success


def json_object(answer: requests.Response) -> Json:
    """Return the body if it is a JSON object; an empty or HTML body says nothing that we need."""
    try:
        parsed = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def must_be_regular(host: str, path: str, content: Json) -> None:
    """Refuse an object that was read if a part of it that is gone into is not of its kind; :class:`DeviceError`.

    A property that is missing or null is one that is not set. What is only a text to us may be anything.
    """
    oddity = _oddity(content, "")
    if oddity:
        raise DeviceError(host, "GET", path, requests.codes.ok, f"an answer that no BIG-IP gives: {oddity}")


def _oddity(item: Json, where: str) -> str | None:
    """Return what is wrong in an object, and where."""
    for name, value in item.items():
        place, objects = f"{where}{name}", _objects_of(name, value)
        if objects is None:
            return f"{place} is {_KINDS.get(type(value), 'a number')}"
        found = (_oddity(each, f"{place}.") for each in objects)
        if oddity := next(filter(None, found), None):
            return oddity
    return None


def _objects_of(name: str, value: object) -> Iterable[Json] | None:
    """Return the objects that a property holds, as far as anybody goes into them; None if it is of another kind."""
    if value is None:
        return ()
    if name in _NAMES:
        return None if isinstance(value, list | dict) else ()
    if name in _OBJECTS:
        return (value,) if isinstance(value, dict) else None
    if name == "partitionAccess" and isinstance(value, str):
        return ()
    if name in _BY_NAME and isinstance(value, dict):
        value = list(value.values())
    if name in _LISTS or name in _BY_NAME:
        return value if isinstance(value, list) and all(isinstance(each, dict) for each in value) else None
    return ()


def message(answer: requests.Response, sent: Collection[Secret] = ()) -> str:
    """Return the text of an error, or the beginning of an HTML page, with what was ``sent`` masked."""
    text = json_object(answer).get("message")
    if isinstance(text, str):
        return mask(text, sent)
    return one_line(mask(re.sub(r"<[^>]*>", " ", _text(answer)), sent), 200)


def _text(answer: requests.Response) -> str:
    """Return the body as text; ``requests`` would take any codec that the answer names, and not all of them work."""
    return answer.content.decode("utf-8", "replace")


def refusal(host: str, call: Call, answer: requests.Response) -> DeviceError:
    """Return the error that an answer stands for."""
    text = message(answer, [*_secrets(call.body), *_secrets(call.raw)])
    lost = answer.status_code in _PROXY_GAVE_UP or _LOST.search(text) or _ASYNC_TIMEOUT in _text(answer)
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


def no_answer(host: str, origin: str, call: Call, error: Exception) -> ConnectorError:
    """Return the error of a call without an answer: it was never sent, or its outcome is unknown."""
    if failure := tls_failure(error):
        return UntrustedDeviceError(f"{host}: {failure.sentence('the BIG-IP', REMEDIES)}")
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        remedy = "check host, port, routes and the management interface"
        return UnreachableError(f"{host}: cannot connect to {origin} ({cause(error)}); {remedy}")
    if not _may_have_been_sent(error):
        return UnreachableError(f"{host}: the request could not be sent: {error}")
    kind = requests.ReadTimeout if _is_timeout(error) else type(error)  # in a body it has another name
    return OutcomeUnknownError(host, call.method, call.shown_path, 0, f"no answer ({kind.__name__})")


def _may_have_been_sent(error: Exception) -> bool:
    """Tell a request that cannot be written (a :class:`ValueError`, no CA file) from an odd header of an answer."""
    of_answer = isinstance(error, requests.exceptions.InvalidHeader) and isinstance(error.args[0], HTTPError)
    return of_answer or (isinstance(error, requests.RequestException) and not isinstance(error, ValueError))


def _is_timeout(error: Exception) -> bool:
    return bool(error.args) and isinstance(error.args[0], ReadTimeoutError)


def _never_connected(error: Exception) -> bool:
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)
