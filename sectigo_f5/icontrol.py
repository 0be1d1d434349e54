"""A thin iControl REST client: one token, one request method, transactions, errors.

It knows HTTP and the BIG-IP's manners (F5 "iControl REST User Guide"; the retry rules are those of
F5's own Ansible collection and go-bigip), and nothing of certificates.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from urllib3.exceptions import InsecureRequestWarning, NewConnectionError

from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.refusals import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.secret import Secret

logger = logging.getLogger(__name__)

Json = dict[str, Any]

CONNECT_TIMEOUT = 10.0  # seconds
READ_TIMEOUT = 30.0  # seconds; restjavad itself gives up after about 60
PAUSES = (2.0, 5.0, 10.0)  # seconds between the tries of a call that the device was too busy for
UPLOAD_TRIES = 3
BULK_CHUNK = 512 * 1024  # bytes, as f5-sdk and go-bigip use

LOGIN = "/mgmt/shared/authn/login"
TOKENS = "/mgmt/shared/authz/tokens"
TRANSACTION = "/mgmt/tm/transaction"
UPLOADS = "/mgmt/shared/file-transfer/uploads"
BULK = "/mgmt/shared/file-transfer/bulk"

_BUSY = re.compile(r"active asynchronous task|not registered", re.IGNORECASE)
_LOST = re.compile(r"^remoteSender:|TimeoutException|connection to mcpd has been lost", re.IGNORECASE)
_STALE_TOKEN = re.compile(r"X-F5-Auth-Token (?:does not exist|has expired)", re.IGNORECASE)


@dataclass(frozen=True)
class Transaction:
    """Commands that the device queues now and executes all, or none, at the commit."""

    client: IControl
    number: str

    def post(self, path: str, body: Json) -> None:
        """Queue the creation of an object."""
        self._queue("POST", path, body)

    def patch(self, path: str, body: Json) -> None:
        """Queue a change."""
        self._queue("PATCH", path, body)

    def delete(self, path: str) -> None:
        """Queue a deletion."""
        self._queue("DELETE", path, None)

    def _queue(self, method: str, path: str, body: Json | None) -> None:
        self.client.request(method, path, body=body, headers={"X-F5-REST-Coordination-Id": self.number})


class IControl:
    """A login session on one BIG-IP; opened and closed by ``with``."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: Secret,
        verify_tls: bool | Path,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.host = host
        bracketed = f"[{host}]" if ":" in host else host
        self._origin = f"https://{bracketed}:{port}"
        self._username = username
        self._password = password
        self._verify: bool | str = str(verify_tls) if isinstance(verify_tls, Path) else verify_tls
        if verify_tls is False:  # warned of once a run, not by urllib3 at each request
            urllib3.disable_warnings(InsecureRequestWarning)
        self._pause = pause
        self._session = requests.Session()
        self._session.trust_env = False  # a BIG-IP is never behind the proxy that leads to the CA
        self._token: str | None = None

    def __enter__(self) -> IControl:
        try:
            self._login()
        except BaseException:
            self._session.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._logout()
        finally:
            self._session.close()

    # -- calls ---------------------------------------------------------------------------------

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """Read an object; raises :class:`DeviceError` when it does not exist."""
        return self.request("GET", path, query=query)

    def find(self, path: str, query: Mapping[str, str] | None = None) -> Json | None:
        """Read an object, or None where mcpd itself says that there is none (404 with 01020036)."""
        try:
            return self.get(path, query)
        except DeviceError as error:
            if error.absent:
                return None
            raise

    def items(self, path: str, query: Mapping[str, str] | None = None) -> list[Json]:
        """Read a collection; some releases leave ``items`` out when it is empty."""
        return list(self.get(path, query).get("items") or [])

    def post(self, path: str, body: Json, timeout: float = READ_TIMEOUT) -> Json:
        """Create an object or run a command."""
        return self.request("POST", path, body=body, timeout=timeout)

    def patch(self, path: str, body: Json, timeout: float = READ_TIMEOUT) -> Json:
        """Change the named properties of an object."""
        return self.request("PATCH", path, body=body, timeout=timeout)

    def delete(self, path: str) -> None:
        """Delete an object; one that is already gone is fine."""
        try:
            self.request("DELETE", path)
        except DeviceError as error:
            if not error.absent:
                raise

    @contextlib.contextmanager
    def transaction(self, timeout: float = 120.0) -> Iterator[Transaction]:
        """Queue the block's writes and commit them at its end: all of them or none.

        Raises :class:`DeviceError` with the device's ``transaction failed:`` text when it refuses,
        :class:`OutcomeUnknownError` when nobody can tell whether the commit happened.
        """
        number = str(self.post(TRANSACTION, {})["transId"])
        url = f"{TRANSACTION}/{number}"
        try:
            yield Transaction(self, number)
        except BaseException:
            with contextlib.suppress(ConnectorError):
                self.request("DELETE", url)
            raise
        answer = self.patch(url, {"state": "VALIDATING"}, timeout)
        if answer.get("state") != "COMPLETED":
            reason = answer.get("failureReason") or f"state {answer.get('state')}"
            kind = DeviceError if answer.get("state") == "FAILED" else OutcomeUnknownError
            raise kind(self.host, "PATCH", url, requests.codes.ok, f"transaction failed:{reason}")

    def upload(self, name: str, content: bytes) -> str:
        """Store ``content`` under a name that nobody else uses; returns its path on the device."""
        path = f"{UPLOADS}/{quote(name)}"
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"0-{len(content) - 1}/{len(content)}",
        }
        for attempt in range(1, UPLOAD_TRIES + 1):
            try:
                self.request("POST", path, raw=content, headers=headers)
                break
            except OutcomeUnknownError:  # harmless to repeat: the whole file under its own name
                if attempt == UPLOAD_TRIES:
                    raise
        return f"/var/config/rest/downloads/{name}"

    def download(self, name: str) -> bytes:
        """Fetch a file from ``/var/config/rest/bulk``.

        The range of the first try is a guess; a shorter file is answered 200, 206, or 400 with the
        true range in ``Content-Range``, by release (seen in f5-sdk and F5's Ansible collection).
        """
        path = f"{BULK}/{quote(name)}"
        answer = self._exchange("GET", path, headers={"Content-Range": f"0-{BULK_CHUNK - 1}/0"})
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if answer.status_code == requests.codes.bad_request and total.isdigit():
            answer = self._exchange("GET", path, headers={"Content-Range": f"0-{int(total) - 1}/{total}"})
        if answer.status_code not in (requests.codes.ok, requests.codes.partial):
            raise self._error("GET", path, answer)
        return answer.content

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> Json:
        """Send one call, with the patience and the one re-login that BIG-IPs need.

        Repeats what the device was too busy to begin (503, REST starting), and reads whose answer
        was lost. Never repeats a write whose answer was lost: :class:`OutcomeUnknownError`.
        """
        relogin = True
        pauses = iter(PAUSES)
        while True:
            try:
                answer = self._exchange(method, path, query=query, body=body, raw=raw, headers=headers, timeout=timeout)
                if answer.ok:
                    return _json(answer)
                error = self._error(method, path, answer)
            except OutcomeUnknownError as lost:
                error = lost
            if relogin and error.status == requests.codes.unauthorized and _STALE_TOKEN.search(error.message):
                relogin = False
                self._token = None
                self._login()
            elif not self._worth_repeating(method, error) or not self._wait(pauses, error):
                raise error

    # -- the wire ------------------------------------------------------------------------------

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> requests.Response:
        shown = re.sub(rf"({TOKENS}/).+", r"\1***", path)
        started = time.monotonic()
        sent = dict(headers or {})
        if self._token is not None:
            sent["X-F5-Auth-Token"] = self._token
        try:
            answer = self._session.request(
                method,
                self._origin + path,
                params=dict(query or {}),
                json=body,
                data=raw,
                headers=sent,
                timeout=(CONNECT_TIMEOUT, timeout),
                verify=self._verify,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.debug("%s %s -> no answer in %.3f s", method, shown, time.monotonic() - started)
            raise self._no_answer(method, shown, error) from error
        logger.debug("%s %s -> %s in %.3f s", method, shown, answer.status_code, time.monotonic() - started)
        return answer

    def _no_answer(self, method: str, path: str, error: requests.RequestException) -> ConnectorError:
        said, why = str(error), cause(error)
        if "CERTIFICATE_VERIFY_FAILED" in said or "doesn't match" in said:
            if "mismatch" in why or "doesn't match" in why:
                remedy = "write host as the certificate names it, or give the BIG-IP a certificate for its address"
                return UnreachableError(
                    f"{self.host}: the TLS certificate of the BIG-IP names others ({why}); {remedy}"
                )
            return UnreachableError(
                f"{self.host}: the TLS certificate of the BIG-IP is not trusted; "
                f"set verify_tls to the file of the CA that issued it (or to false, in a lab): {why}"
            )
        if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
            remedy = "check host, port, routes and the management interface"
            return UnreachableError(f"{self.host}: cannot connect to {self._origin} ({why}); {remedy}")
        if isinstance(error, OSError) and not isinstance(error, requests.ConnectionError | requests.Timeout):
            return UnreachableError(f"{self.host}: the request could not be made: {type(error).__name__}")
        return OutcomeUnknownError(self.host, method, path, 0, f"no answer ({type(error).__name__})")

    def _error(self, method: str, path: str, answer: requests.Response) -> DeviceError:
        message = _message(answer)
        lost = answer.status_code == requests.codes.bad_gateway or _LOST.search(message)
        kind = OutcomeUnknownError if lost else DeviceError
        return kind(self.host, method, path, answer.status_code, message)

    @staticmethod
    def _worth_repeating(method: str, error: DeviceError) -> bool:
        if isinstance(error, OutcomeUnknownError):
            return method == "GET"
        return error.status == requests.codes.unavailable or bool(_BUSY.search(error.message))

    def _wait(self, pauses: Iterator[float], error: DeviceError) -> bool:
        pause = next(pauses, None)
        if pause is None:
            return False
        logger.debug("%s; trying again in %.0f s", error, pause)
        self._pause(pause)
        return True

    # -- the token -----------------------------------------------------------------------------

    def _login(self) -> None:
        body = {"username": self._username, "password": self._password.reveal(), "loginProviderName": "tmos"}
        try:
            answer = self.request("POST", LOGIN, body=body)
        except DeviceError as error:
            if error.status == requests.codes.unauthorized:  # never tried again: it may lock the user out
                raise ConnectorError(
                    f"{self.host}: the BIG-IP refused the login of {self._username}; check username and password "
                    "(a locked or disabled user gets the same answer)"
                ) from error
            if error.status == requests.codes.not_found and not _BUSY.search(error.message):
                raise ConnectorError(
                    f"{self.host}: {self._origin} knows no login (HTTP 404); check host and port: is this a BIG-IP?"
                ) from error
            raise
        token = answer.get("token") or {}
        if not isinstance(token, dict) or not token.get("token"):
            raise ConnectorError(f"{self.host}: the login was answered without a token; is this a BIG-IP?")
        self._token = str(token["token"])

    def _logout(self) -> None:
        if self._token is None:
            return
        try:
            answer = self._exchange("DELETE", f"{TOKENS}/{self._token}")
            if not answer.ok and not _STALE_TOKEN.search(_message(answer)):
                logger.warning("%s: the login token was not handed back; it ends by itself in 20 minutes", self.host)
        except ConnectorError as error:
            logger.warning("the login token was not handed back; it ends by itself in 20 minutes: %s", error)
        self._token = None


def object_url(collection: str, path: str) -> str:
    """Return the URL path of an object: ``("ltm/virtual", "/P/f/x")`` → ``/mgmt/tm/ltm/virtual/~P~f~x``."""
    return f"/mgmt/tm/{collection}/{quote(path.replace('/', '~'), safe='~')}"


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _json(answer: requests.Response) -> Json:
    """Return the body where it is a JSON object; an empty or HTML body says nothing we need."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _message(answer: requests.Response) -> str:
    text = _json(answer).get("message")
    if isinstance(text, str):
        return text
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())[:200]
