"""A thin iControl REST client: a login session, calls, and the patience that BIG-IPs need.

It knows HTTP and how BIG-IPs answer (F5 "iControl REST User Guide"; the retry rules are those of
F5's own Ansible collection and go-bigip), and nothing about certificates. What takes several calls is
in :mod:`sectigo_f5.icontrol.lists`, :mod:`sectigo_f5.icontrol.transactions` and
:mod:`sectigo_f5.icontrol.transfer`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import requests
import urllib3
from requests.utils import default_headers
from urllib3.exceptions import InsecureRequestWarning

from sectigo_f5 import recording, stopping
from sectigo_f5.deadlines.sockets import deadline
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import json_object, must_be_regular, no_answer, refusal, succeeded
from sectigo_f5.icontrol.call import READ_TIMEOUT, Call, Json
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnknownPathError, UnreachableError
from sectigo_f5.icontrol.lists.reader import Collections
from sectigo_f5.icontrol.login import Login
from sectigo_f5.secret import Secret
from sectigo_f5.timestamps import from_http_date
from sectigo_f5.trust.sessions import Adapter

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 10.0  # seconds
PAUSES = (2.0, 5.0, 10.0, 20.0, 30.0, 30.0)  # seconds between tries; go-bigip gives a restarting REST service 100
PATIENCE = 150.0  # seconds after which no further try of the same call starts
VERSION = "/mgmt/tm/sys/version"  # every BIG-IP has it
RESTART = 5.0  # seconds in which no REST service restarts: what answered before and answers now has not


class IControl:
    """A login session on one BIG-IP; opened and closed by ``with``."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: Secret,
        verify_tls: bool | Path,
        pause: Callable[[float], None] = stopping.pause,
    ) -> None:
        self.host = host
        bracketed = f"[{host}]" if ":" in host else host
        self.origin = f"https://{bracketed}:{port}"
        self.pause = pause
        self._login = Login(self, username, password)
        self._verify: bool | str = str(verify_tls) if isinstance(verify_tls, Path) else verify_tls
        if verify_tls is False:  # the run itself warns of it once, instead of urllib3 at each request
            urllib3.disable_warnings(InsecureRequestWarning)
        # no session of requests: a BIG-IP sets no cookie, redirects nowhere, and is never behind the proxy to the CA
        self._adapter = Adapter()
        self.uploads_refused: str | None = None  # to this user: what the device said
        self.files_left = False  # a file of ours may be in the transfer folders, or a CSR
        self.collections = Collections(self)
        self.watch: Callable[[Call, requests.Response | None, float], None] | None = None  # told of each exchange
        self.date: datetime | None = None  # when the last answer was sent, by the device's clock, if it tells
        self._answered = -RESTART  # when a call last succeeded, by the monotonic clock
        self._known = set[str]()  # the collections and commands that have answered
        self._given_up = False  # the device did not come back in time: each remaining call is tried once

    @property
    def certificate(self) -> bytes | None:
        """The certificate that the management interface has shown, in DER."""
        return self._adapter.certificate

    @property
    def has_given_up(self) -> bool:
        """True if the device did not come back in time, and nothing has succeeded since."""
        return self._given_up

    def __enter__(self) -> IControl:
        try:
            self._login.begin()
        except BaseException:
            self._adapter.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            with stopping.whole():
                self._login.end()
        finally:
            self._adapter.close()

    # -- calls ---------------------------------------------------------------------------------

    def get(self, path: str, query: Mapping[str, str] | None = None, *, hurried: bool = False) -> Json:
        """Read an object; raises :class:`DeviceError` if it does not exist.

        ``hurried``: one that takes too long is not asked for again. A body that is not a JSON object, twice, is an
        error: taken for an empty collection it would have every certificate ordered again.
        """
        call = Call("GET", path, query=query or {}, hurried=hurried)
        content = json_object(self.send(call))
        if not content:  # it was cut short, perhaps
            self.pause(PAUSES[0])
            content = json_object(self.send(call))
        if not content:
            raise OutcomeUnknownError(self.host, "GET", path, requests.codes.ok, "a body that is not a JSON object")
        must_be_regular(self.host, path, content)
        return content

    def find(self, path: str, query: Mapping[str, str] | None = None) -> Json | None:
        """Read an object, or None if mcpd itself says that it does not exist (404 with 01020036)."""
        try:
            return self.get(path, query)
        except DeviceError as error:
            if error.absent:
                return None
            raise

    def items(self, path: str, select: Collection[str] = (), expand: bool = False) -> list[Json]:
        """Read a collection, see :meth:`Collections.items`."""
        return self.collections.items(path, select, expand)

    def post(self, path: str, body: Json, timeout: float = READ_TIMEOUT, repeatable: bool = False) -> Json:
        """Create an object or run a command; ``repeatable`` if doing it twice is harmless."""
        return json_object(self.send(Call("POST", path, body=body, timeout=timeout, repeatable=repeatable)))

    def patch(self, path: str, body: Json, timeout: float = READ_TIMEOUT) -> Json:
        """Change the named properties of an object."""
        return json_object(self.send(Call("PATCH", path, body=body, timeout=timeout)))

    def delete(self, path: str) -> None:
        """Delete an object; one that no longer exists is fine, so the call is repeated if its answer is lost."""
        try:
            self.send(Call("DELETE", path, repeatable=True))
        except DeviceError as error:
            if not error.absent:
                raise

    # -- patience ------------------------------------------------------------------------------

    def send(self, call: Call) -> requests.Response:
        """Send a call, with the patience and the one re-login that BIG-IPs need.

        Repeats what never reached the device or what it was too busy to begin (503, REST starting),
        and what does no harm twice: reads, and what is ``repeatable``, if their answer was lost.
        Never repeats another write whose answer was lost: :class:`OutcomeUnknownError`.
        A path that is not registered while another one answers stays so, if nothing ever answered there:
        :class:`UnknownPathError`.
        Returns an answer of success, or of a status that the call accepts.
        """
        if call.reads:
            return self._send(call)
        with recording.writing(call.method, call.path):
            return self._send(call)

    def _send(self, call: Call) -> requests.Response:
        relogin, running = True, time.monotonic() < self._answered + RESTART
        pauses, until = iter(PAUSES), time.monotonic() + PATIENCE
        while True:
            try:
                return self._attempt(call)
            except (DeviceError, UnreachableError) as failure:
                error = failure
            if relogin and self._login.has_expired(error):
                relogin = False
                self._login.renew()
            elif isinstance(error, DeviceError) and self._may_lack(call, error) and self._is_running():
                if running:
                    raise UnknownPathError(self.host, call.method, call.shown_path, error.status, error.message)
                running = True  # perhaps since a moment ago: the path is asked for once more, at once
            elif not self._worth_repeating(call, error) or not self._wait(pauses, until, error):
                raise error
            else:
                running = False  # it is restarting

    def _attempt(self, call: Call) -> requests.Response:
        answer = self.exchange(call)
        if not succeeded(answer) and answer.status_code not in call.accepted:
            raise refusal(self.host, call, answer)
        self._answered, self._given_up = time.monotonic(), False
        self._known.add(_place(call))
        return answer

    def _may_lack(self, call: Call, error: DeviceError) -> bool:
        """Tell whether the device may not have the path: what has answered in this login, it has."""
        return error.unregistered and _place(call) not in self._known

    def _is_running(self) -> bool:
        """Tell whether the REST service answers at a path that it must have, or is starting."""
        try:
            return succeeded(self.exchange(Call("GET", VERSION)))
        except ConnectorError:
            return False

    def _worth_repeating(self, call: Call, error: DeviceError | UnreachableError) -> bool:
        if isinstance(error, OutcomeUnknownError):
            return call.harmless and not (call.hurried and error.took_too_long)
        if isinstance(error, DeviceError):
            return error.busy
        return self._login.token is not None  # it answered the login before: it is restarting

    def _wait(self, pauses: Iterator[float], until: float, error: ConnectorError) -> bool:
        """Pause before the next try; False if there will be none."""
        pause = None if self._given_up else next(pauses, None)
        if pause is None or time.monotonic() + pause > until:
            self._given_up = True
            return False
        logger.info("%s; trying again in %.0f s", error, pause)
        self.pause(pause)
        return True

    def _prepared(self, call: Call) -> requests.PreparedRequest:
        headers = {**default_headers(), **call.headers, **self._login.headers}
        url, query = self.origin + call.path, dict(call.query)
        return requests.Request(call.method, url, headers, data=call.raw, params=query, json=call.body).prepare()

    def exchange(self, call: Call) -> requests.Response:
        """Send a call once and return whatever is answered.

        Raises :class:`UnreachableError` if it was never sent, :class:`OutcomeUnknownError` if the answer was lost.
        """
        stopping.check()
        if not call.reads:
            recording.note_write(self.host, call.method, call.path)
        started = time.monotonic()
        try:
            with deadline(call.longest), stopping.whole(not call.harmless):
                answer = self._adapter.send(
                    self._prepared(call), timeout=(CONNECT_TIMEOUT, call.timeout), verify=self._verify
                )
                answer.content  # noqa: B018  read it in time
        except (OSError, ValueError) as error:  # requests' own are OSErrors; a token that is no header a ValueError
            self._tell(call, None, time.monotonic() - started)
            raise no_answer(self.host, self.origin, call, error) from error
        self.date = from_http_date(answer.headers.get("Date"))
        self._tell(call, answer, time.monotonic() - started)
        return answer

    def _tell(self, call: Call, answer: requests.Response | None, seconds: float) -> None:
        """Tell the log, and who watches, of an exchange; None: no answer came."""
        logger.debug("%s -> %s in %.3f s", call, "no answer" if answer is None else answer.status_code, seconds)
        if self.watch is not None:
            self.watch(call, answer, seconds)


def _place(call: Call) -> str:
    """Return the path of the collection or command: without objects, and without numbers of transactions."""
    return re.sub(r"/[~\d].*", "", call.path)


def object_url(collection: str, path: str) -> str:
    """Return the URL path of an object: ``("ltm/virtual", "/P/f/x")`` → ``/mgmt/tm/ltm/virtual/~P~f~x``."""
    return f"/mgmt/tm/{collection}/{quote(path.replace('/', '~'), safe='~')}"
