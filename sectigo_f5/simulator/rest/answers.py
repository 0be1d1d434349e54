"""The bodies of answers: a refusal in BIG-IP's JSON, and what a fault answers instead."""

from __future__ import annotations

import itertools
import json

from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.rules.engine import Answer, Request
from sectigo_f5.simulator.state.configuration import Json

_OPERATIONS = itertools.count(7502011)
_HTML = {"Content-Type": "text/html"}
_PAGE = (
    "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>Configuration Utility restarting...</p></body></html>"
)

_ASYNC_TIMEOUT = Answer(b"<html><body><h2>HTTP ERROR 500</h2>AsyncContext timeout</body></html>", 500, _HTML)
_CUT_SHORT = Answer(b'{"kind":"tm:sys:global-sett', 200, {"Content-Type": "application/json; charset=UTF-8"})
_FIXED = {"async-timeout": _ASYNC_TIMEOUT, "garbage": _CUT_SHORT, "empty": Answer()}

_WITH_STATUS = ("status", "html", "error", "echo")


def error_body(refusal: Refusal, path: str) -> Json:
    """Return a refusal's body: mcpd's below /mgmt/tm, restjavad's elsewhere and for its own errors."""
    body: Json = {"code": refusal.status, "message": refusal.message}
    if path.startswith("/mgmt/tm/") and not refusal.from_restjavad:
        return {**body, "errorStack": [], "apiError": refusal.api_error}
    stack = [f"java.util.concurrent.TimeoutException: {refusal.message}"] if "remoteSender:" in refusal.message else []
    body |= {"referer": "127.0.0.1", "restOperationId": next(_OPERATIONS), "kind": ":resterrorresponse"}
    return {**body, **({"errorStack": stack} if stack else {})}


def content(answer: Answer) -> bytes:
    """Return an answer's body; JSON without spaces, because scripts take it apart with cut and sed."""
    if isinstance(answer.body, dict):
        return json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode()
    return answer.body or b""


def of_fault(action: str, words: str, request: Request) -> Answer | None:
    """Return the answer of a fault, or None if it has none of its own."""
    if action in _FIXED:
        return _FIXED[action]
    if action not in _WITH_STATUS:
        return None
    status, _, message = words.partition(":")
    if action == "echo":
        sent = request.content.decode("utf-8", "replace")
        message = f"01070734:3: Configuration error: {sent} of {request.headers.get('x-f5-auth-token')}"
    if action in ("error", "echo"):
        return Answer(error_body(Refusal(int(status), message), request.path), int(status))
    if action == "html":
        page = _PAGE.format("502 Proxy Error" if status == "502" else f"{status} Error")
        return Answer(page.encode(), int(status), _HTML)
    return Answer(None, int(status))
