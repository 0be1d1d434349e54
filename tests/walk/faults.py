"""What goes wrong at one request, by name: what the BIG-IP does, or a signal that the run gets."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from sectigo_f5.simulator import Fault

LOGIN = "/mgmt/shared/authn/login"
NO_TOKEN = "Authorization failed: no user authentication header or token detected. Uri:http://localhost:8100{path}"


@dataclass(frozen=True)
class Trouble:
    """One kind of fault: an ``action`` of the simulator, or a signal."""

    name: str
    action: str = ""
    signal: signal.Signals | None = None

    def at(self, method: str, path: str, nth: int) -> Fault:
        """Return the fault at the ``nth`` request of this method."""
        action = self.action
        if action == "token-ended" and path == LOGIN:  # a login has no token yet
            action = f"error:401:{NO_TOKEN}"
        uri = path.removeprefix("/mgmt")
        return Fault(method, ".", nth, action.format(method=method, path=path, uri=uri) if ":" in action else action)


TROUBLES = {
    trouble.name: trouble
    for trouble in (
        Trouble("dropped before", "drop"),
        Trouble("applied then dropped", "drop-after"),
        Trouble("503 HTML", "html:503"),
        Trouble("500 AsyncContext, not applied", "async-timeout"),
        Trouble("500 AsyncContext, applied", "async-timeout-after"),
        Trouble("401 token ended", "token-ended"),
        Trouble("400 remoteSender, not applied", "error:400:remoteSender:127.0.0.1, method:{method} "),
        Trouble("400 remoteSender, applied", "error-after:400:remoteSender:127.0.0.1, method:{method} "),
        Trouble("404 not registered", "error:404:Public URI path not registered: {uri}"),
        Trouble("500 mcpd", "error:500:The connection to mcpd has been lost, try again."),
        Trouble("slower than the time-out", "slow"),
        Trouble("garbage JSON", "garbage"),
        Trouble("empty body", "empty"),
        Trouble("SIGKILL", signal=signal.SIGKILL),
        Trouble("SIGTERM", signal=signal.SIGTERM),
    )
}
