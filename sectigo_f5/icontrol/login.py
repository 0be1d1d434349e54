"""The login token of a session: requested, replaced once it has expired, and deleted at the end."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable
from typing import Protocol

import requests

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import json_object, message, succeeded
from sectigo_f5.icontrol.call import TOKENS, Call, Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.secret import Secret

logger = logging.getLogger(__name__)

LOGIN = "/mgmt/shared/authn/login"
PAUSE = 2.0  # seconds before a login whose answer was lost is sent again

_STALE_TOKEN = re.compile(
    # the last is sometimes answered to a valid token (bigip-rest-go), and to a wrong password
    r"X-F5-Auth-Token (?:does not exist|has expired)|no user authentication header or token detected",
    re.IGNORECASE,
)
_LOGOUT_REFUSALS = (400, 401, 403, 404)


def login_body(username: str, password: Secret) -> Json:
    """Return what a login sends; local and remote users alike have the provider ``tmos``."""
    return {"username": username, "password": password.reveal(), "loginProviderName": "tmos"}


class Client(Protocol):
    """What a login needs of the client that it belongs to."""

    host: str
    origin: str
    pause: Callable[[float], None]

    def send(self, call: Call) -> requests.Response:
        """Send a call, with patience."""

    def exchange(self, call: Call) -> requests.Response:
        """Send a call once."""


class Login:
    """One user's login on one BIG-IP, with the token that is valid now, if any."""

    def __init__(self, client: Client, username: str, password: Secret) -> None:
        self.token: Secret | None = None
        self._client = client
        self._username = username
        self._password = password

    @property
    def headers(self) -> dict[str, str]:
        """What each call carries while there is a token."""
        return {} if self.token is None else {"X-F5-Auth-Token": self.token.reveal()}

    def has_expired(self, error: ConnectorError) -> bool:
        """Tell an expired token from a role that is too low, and from a refused login: that is never repeated."""
        if self.token is None or not isinstance(error, DeviceError):
            return False
        return error.status == requests.codes.unauthorized and bool(_STALE_TOKEN.search(error.message))

    def renew(self) -> None:
        """Log in again, then delete the former token: TMOS 17.1.2 counts expired ones too (ID1787517)."""
        former, self.token = self.token, None
        logger.info("%s: the login token has expired; logging in again", self._client.host)
        with stopping.whole():
            self.begin()
            with contextlib.suppress(ConnectorError):
                self._client.exchange(Call("DELETE", f"{TOKENS}/{former.reveal() if former else ''}"))

    def begin(self) -> None:
        """Log in; raises :class:`ConnectorError` with what to check if the BIG-IP refuses."""
        try:
            answer = self._request_token()
        except DeviceError as error:
            explained = self._explain(error)
            if explained is None:
                raise
            raise explained from error
        token = answer.get("token") or {}
        found = str(token.get("token") or "") if isinstance(token, dict) else ""
        if not re.fullmatch("[!-~]{1,1000}", found):  # it goes into a header
            raise ConnectorError(f"{self._client.host}: the answer to the login holds no token; is this a BIG-IP?")
        self.token = Secret(found)

    def _explain(self, error: DeviceError) -> ConnectorError | None:
        """Return what a failed login means; None if the error says it already."""
        host, origin = self._client.host, self._client.origin
        if error.status == requests.codes.unauthorized:  # never tried again: it may lock the user out
            return ConnectorError(
                f"{host}: the BIG-IP refused the login of {self._username}; check username and password "
                f"(a locked or disabled user gets the same answer); it says: {error.message or 'nothing'}"
            )
        if error.status == requests.codes.not_found and not error.busy:
            return ConnectorError(
                f"{host}: {origin} has no login (HTTP 404); check host and port: is this a BIG-IP? It says: "
                f"{error.message or 'nothing'}"
            )
        if isinstance(error, OutcomeUnknownError) or error.busy:
            return UnreachableError(f"{error}; the BIG-IP's REST service does not answer logins")
        return None

    def _request_token(self) -> Json:
        """Send the login; if its answer is lost, once more, never twice: a wrong password would lock the user."""
        login = Call("POST", LOGIN, body=login_body(self._username, self._password))
        try:
            return json_object(self._client.send(login))
        except OutcomeUnknownError as lost:
            logger.info("%s; logging in once more", lost)
            self._client.pause(PAUSE)
            return json_object(self._client.send(login))

    def end(self) -> None:
        """Delete the token; a failure is only a warning, for the token expires by itself."""
        if self.token is None:
            return
        host, problem = self._client.host, "the login token could not be deleted; it expires by itself in 20 minutes"
        try:
            call = Call("DELETE", f"{TOKENS}/{self.token.reveal()}", repeatable=True, accepted=_LOGOUT_REFUSALS)
            answer = self._client.send(call)
            if not succeeded(answer) and not _STALE_TOKEN.search(message(answer)):
                logger.warning("%s: %s", host, problem)
        except ConnectorError as error:
            logger.warning("%s: %s", problem, error)
        self.token = None
