"""A thin iControl REST client: one token, one request method, patience, errors.

It knows HTTP and the BIG-IP's manners (F5 "iControl REST User Guide"; the retry rules are those of
F5's own Ansible collection and go-bigip), and nothing of certificates. What takes several calls is
in :mod:`sectigo_f5.icontrol.transactions` and :mod:`sectigo_f5.icontrol.transfer`.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from urllib3.exceptions import InsecureRequestWarning, NewConnectionError

from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.secret import Secret, mask

logger = logging.getLogger(__name__)

Json = dict[str, Any]

CONNECT_TIMEOUT = 10.0  # seconds
READ_TIMEOUT = 70.0  # seconds; restjavad itself gives up after about 60, and then its word is better than silence
PAUSES = (2.0, 5.0, 10.0, 20.0, 30.0, 30.0)  # seconds between tries; go-bigip gives a restarting REST service 100
PATIENCE = 150.0  # seconds after which no other try of the same call begins

LOGIN = "/mgmt/shared/authn/login"
TOKENS = "/mgmt/shared/authz/tokens"

_BUSY = re.compile(r"active asynchronous task|not registered", re.IGNORECASE)
_LOST = re.compile(r"^remoteSender:|TimeoutException|connection to mcpd has been lost", re.IGNORECASE)
_STALE_TOKEN = re.compile(
    # the last is said now and then of a token that is good (bigip-rest-go), and of a wrong password
    r"X-F5-Auth-Token (?:does not exist|has expired)|no user authentication header or token detected",
    re.IGNORECASE,
)
_PROXY_GAVE_UP = (requests.codes.bad_gateway, requests.codes.gateway_timeout)
_SECRET_PROPERTIES = ("passphrase", "password")


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
        self.pause = pause
        self._session = requests.Session()
        self._session.trust_env = False  # a BIG-IP is never behind the proxy that leads to the CA
        self._token: str | None = None
        self._given_up = False  # the device did not come back in time: what is left to do is tried once each

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
        """Read an object; raises :class:`DeviceError` when it does not exist.

        An answer that is no JSON object is no answer: taken for an empty collection it would have
        every certificate ordered again.
        """
        found = self.request("GET", path, query=query)
        if not found:
            raise OutcomeUnknownError(self.host, "GET", path, requests.codes.ok, "a body that is no JSON object")
        return found

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

    def post(self, path: str, body: Json, timeout: float = READ_TIMEOUT, repeatable: bool = False) -> Json:
        """Create an object or run a command; ``repeatable`` where doing it twice is harmless."""
        return self.request("POST", path, body=body, timeout=timeout, repeatable=repeatable)

    def patch(self, path: str, body: Json, timeout: float = READ_TIMEOUT) -> Json:
        """Change the named properties of an object."""
        return self.request("PATCH", path, body=body, timeout=timeout)

    def delete(self, path: str) -> None:
        """Delete an object; one that is already gone is fine, so a lost answer is asked for again."""
        try:
            self.request("DELETE", path, repeatable=True)
        except DeviceError as error:
            if not error.absent:
                raise

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
        repeatable: bool = False,
    ) -> Json:
        """Send one call and return the JSON object of its answer; see :meth:`send`."""
        answer = self.send(
            method, path, query=query, body=body, headers=headers, timeout=timeout, repeatable=repeatable
        )
        return _json(answer)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
        repeatable: bool = False,
        accepted: Collection[int] = (),
    ) -> requests.Response:
        """Send one call, with the patience and the one re-login that BIG-IPs need.

        Repeats what never reached the device or what it was too busy to begin (503, REST starting),
        and what does no harm twice: reads, and what is ``repeatable``, when their answer was lost.
        Never repeats another write whose answer was lost: :class:`OutcomeUnknownError`.
        Returns an answer of success, or of a status in ``accepted``.
        """
        harmless, relogin = repeatable or method == "GET", True
        pauses, until = iter(PAUSES), time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._exchange(method, path, query=query, body=body, raw=raw, headers=headers, timeout=timeout)
            except (OutcomeUnknownError, UnreachableError) as failure:
                error: ConnectorError = failure
            else:
                if _succeeded(answer) or answer.status_code in accepted:
                    self._given_up = False
                    return answer
                error = self._error(method, _shown(path), answer, [*_secrets(body), *_secrets(raw)])
            if relogin and self._is_stale(error):
                relogin = False
                self._login_again()
            elif not self._worth_repeating(error, harmless) or not self._wait(pauses, until, error):
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
        shown = _shown(path)
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
        except OSError as error:  # every exception of requests is one; it raises others for a missing CA file
            logger.debug("%s %s -> no answer in %.3f s", method, shown, time.monotonic() - started)
            raise self._no_answer(method, shown, error) from error
        logger.debug("%s %s -> %s in %.3f s", method, shown, answer.status_code, time.monotonic() - started)
        return answer

    def _no_answer(self, method: str, path: str, error: OSError) -> ConnectorError:
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
        if isinstance(error, ValueError) or not isinstance(error, requests.RequestException):
            return UnreachableError(f"{self.host}: the request could not be made: {error}")
        return OutcomeUnknownError(self.host, method, path, 0, f"no answer ({type(error).__name__})")

    def _error(self, method: str, path: str, answer: requests.Response, sent: list[Secret]) -> DeviceError:
        message = _message(answer, sent)
        lost = answer.status_code in _PROXY_GAVE_UP or _LOST.search(message)
        kind = OutcomeUnknownError if lost else DeviceError
        return kind(self.host, method, path, answer.status_code, message)

    def _worth_repeating(self, error: ConnectorError, harmless: bool) -> bool:
        if isinstance(error, OutcomeUnknownError):
            return harmless
        if isinstance(error, DeviceError):
            return error.status == requests.codes.unavailable or bool(_BUSY.search(error.message))
        return self._token is not None  # unreachable, and yet it answered the login: it is restarting

    def _wait(self, pauses: Iterator[float], until: float, error: ConnectorError) -> bool:
        pause = None if self._given_up else next(pauses, None)
        if pause is None or time.monotonic() + pause > until:
            self._given_up = True
            return False
        logger.info("%s; trying again in %.0f s", error, pause)
        self.pause(pause)
        return True

    # -- the token -----------------------------------------------------------------------------

    def _is_stale(self, error: ConnectorError) -> bool:
        """Tell a token that ended from a role that is too low, and from a login that failed: that is never repeated."""
        if self._token is None or not isinstance(error, DeviceError):
            return False
        return error.status == requests.codes.unauthorized and bool(_STALE_TOKEN.search(error.message))

    def _login_again(self) -> None:
        """Log in anew, then hand the former token back: TMOS 17.1.2 counts expired ones too (ID1787517)."""
        former, self._token = self._token, None
        logger.info("%s: the login token has ended; logging in again", self.host)
        self._login()
        with contextlib.suppress(ConnectorError):
            self._exchange("DELETE", f"{TOKENS}/{former}")

    def _login(self) -> None:
        try:
            answer = self._ask_for_token()
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
            if isinstance(error, OutcomeUnknownError) or self._worth_repeating(error, harmless=False):
                raise UnreachableError(f"{error}; the BIG-IP's REST service does not answer logins") from error
            raise
        token = answer.get("token") or {}
        if not isinstance(token, dict) or not token.get("token"):
            raise ConnectorError(f"{self.host}: the login was answered without a token; is this a BIG-IP?")
        self._token = str(token["token"])

    def _ask_for_token(self) -> Json:
        """Send the login; where its answer is lost once more, and not oftener: a wrong password would lock the user."""
        body = {"username": self._username, "password": self._password.reveal(), "loginProviderName": "tmos"}
        try:
            return self.request("POST", LOGIN, body=body)
        except OutcomeUnknownError as lost:
            logger.info("%s; logging in once more", lost)
            self.pause(PAUSES[0])
            return self.request("POST", LOGIN, body=body)

    def _logout(self) -> None:
        if self._token is None:
            return
        try:
            url, refusals = f"{TOKENS}/{self._token}", (400, 401, 403, 404)
            answer = self.send("DELETE", url, repeatable=True, accepted=refusals)
            if not _succeeded(answer) and not _STALE_TOKEN.search(_message(answer)):
                logger.warning("%s: the login token was not handed back; it ends by itself in 20 minutes", self.host)
        except ConnectorError as error:
            logger.warning("the login token was not handed back; it ends by itself in 20 minutes: %s", error)
        self._token = None


def object_url(collection: str, path: str) -> str:
    """Return the URL path of an object: ``("ltm/virtual", "/P/f/x")`` → ``/mgmt/tm/ltm/virtual/~P~f~x``."""
    return f"/mgmt/tm/{collection}/{quote(path.replace('/', '~'), safe='~')}"


def _shown(path: str) -> str:
    """Return a path without the token that may stand in it: a token opens the device for 20 minutes."""
    return re.sub(rf"({TOKENS}/).+", r"\1***", path)


def _never_connected(error: OSError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _succeeded(answer: requests.Response) -> bool:
    return 200 <= answer.status_code < 300  # noqa: PLR2004  # the class of success; a redirect is none


def _secrets(sent: object, name: str = "") -> Iterator[Secret]:
    """Return what of a call an error must not quote: some answers hold what was posted."""
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


def _json(answer: requests.Response) -> Json:
    """Return the body where it is a JSON object; an empty or HTML body says nothing we need."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _message(answer: requests.Response, sent: Collection[Secret] = ()) -> str:
    text = _json(answer).get("message")
    if isinstance(text, str):
        return mask(text, sent)
    return " ".join(mask(re.sub(r"<[^>]*>", " ", answer.text), sent).split())[:200]
