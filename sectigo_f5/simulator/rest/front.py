"""The steps of every request: authenticate, authorize, queue for a transaction or execute, keep the result."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from sectigo_f5.simulator.refusals import of_objects, of_sessions
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.rest import routes
from sectigo_f5.simulator.rules import transactions
from sectigo_f5.simulator.rules.engine import Answer, Engine, Request

_PLAIN_BODIES = "/mgmt/shared/file-transfer/"
_OPEN = ("/mgmt/shared/authn/login",)


def answer(engine: Engine, request: Request) -> Answer:
    """Answer a request from the wire.

    Raises :class:`Refusal` and :class:`UnknownCallError`, and then changes nothing.
    """
    with engine.lock:
        if request.path.rstrip("/") not in _OPEN:
            engine.world.accounts.authorize(request.user, request.method, request.path)
        transactions.refuse_below_command(request.path)
        coordination = request.headers.get("x-f5-rest-coordination-id")
        path = request.path.rstrip("/")
        if coordination and request.method != "GET" and not engine.transactions.overlook(path):
            return Answer(engine.transactions.queue(coordination, request.method, path, request.body))
        return execute(engine, request)


def execute(engine: Engine, request: Request, arranged: bool = False) -> Answer:
    """Execute a request on a draft, and keep the draft if no rule is broken."""
    with engine.lock:
        work = engine.work(request.user, arranged)
        result = routes.dispatch(engine, work, request)
        engine.keep(work)
        return result


def body_of(request: Request) -> Any:
    """Return a request's JSON; refuses other content types and invalid JSON (texts uncertain)."""
    if not request.content or request.path.startswith(_PLAIN_BODIES):
        return None
    if "json" not in request.headers.get("content-type", ""):
        raise Refusal(415, "The server refused this request: Content-Type is not application/json")
    try:
        return json.loads(request.content)
    except ValueError as error:
        raise of_objects.bad_request("Found invalid JSON body in the request.") from error


def user_of(engine: Engine, path: str, headers: dict[str, str]) -> str:
    """Return the user who sends a request: by token, else by HTTP Basic."""
    if path.rstrip("/") in _OPEN:
        return ""
    with engine.lock:
        token, basic = headers.get("x-f5-auth-token"), headers.get("authorization", "")
        if token:
            return engine.world.accounts.user_of(token)
        if basic.startswith("Basic "):
            return engine.world.accounts.check_password(*_credentials(basic))
    raise of_sessions.unauthorized(
        "Authorization failed: no user authentication header or token detected. "
        f"Uri:http://localhost:8100{path} Referrer:127.0.0.1 Sender:127.0.0.1"
    )


def _credentials(header: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise of_sessions.unauthorized("Authentication failed.") from error
    return name, password
