"""A client of a BIG-IP of which only single replies exist."""

from __future__ import annotations

import requests
import responses
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError

from sectigo_f5.icontrol.client import IControl
from sectigo_f5.secret import Secret

ORIGIN = "https://192.0.2.10:443"
TOKEN = "QYRBXDSCPZW2LGLGEKIB3E23L5"
LOGIN = f"{ORIGIN}/mgmt/shared/authn/login"
THING = "/mgmt/tm/ltm/virtual/~Common~vs"
ASYNC_TIMEOUT = f"""<html>
<head><title>Error 500 AsyncContext timeout</title><style>{"body { margin: 0 } " * 20}</style></head>
<body><h2>HTTP ERROR 500</h2><p>Problem accessing {THING}. Reason: <pre>    AsyncContext timeout</pre></p></body>
</html>"""
NOT_FOUND = {"code": 404, "message": "01020036:3: The requested Virtual Server (/Common/vs) was not found."}


def client(pauses: list[float] | None = None) -> IControl:
    """Return a client that notes its pauses instead of sleeping."""
    pause = pauses.append if pauses is not None else (lambda _: None)
    return IControl("192.0.2.10", 443, "admin", Secret("hunter22"), True, pause)


def count(device: responses.RequestsMock, method: str, url: str) -> int:
    """Return how often a call was sent."""
    return len([call for call in device.calls if (call.request.method, call.request.url) == (method, url)])


def refused() -> requests.ConnectionError:
    """Return what requests raises if nobody listens."""
    connection = HTTPSConnection("192.0.2.10", 443)
    reason = NewConnectionError(connection, "Connection refused")
    return requests.ConnectionError(type("Cause", (), {"reason": reason})())
