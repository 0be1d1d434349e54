"""What is answered to a call of a question: what was asked for, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field

import requests

from sectigo_f5.icontrol.call import Json


@dataclass(frozen=True)
class Seen:
    """An answer: a success with its body, or a refusal with its message."""

    status: int
    body: Json = field(default_factory=dict)
    message: str = ""
    code: str = ""  # of mcpd, such as 01020036; empty if it gave none
    answer: requests.Response | None = None

    @property
    def ok(self) -> bool:
        """True if the device did what it was asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of success

    @property
    def refused_permission(self) -> bool:
        """True if it refused this user."""
        return self.status in (requests.codes.unauthorized, requests.codes.forbidden)

    @property
    def unregistered(self) -> bool:
        """True if its REST service does not know the path: not now, or never."""
        return not self.ok and "not registered" in self.message

    @property
    def judges(self) -> bool:
        """True if a refusal is about what was sent, not about the user, the path, or the device's own state.

        A 404 without one of mcpd's codes comes from something in front of it, which has judged nothing.
        """
        of_mcpd = self.status != requests.codes.not_found or bool(self.code)
        about_the_request = requests.codes.bad_request <= self.status < requests.codes.server_error
        return about_the_request and of_mcpd and not self.refused_permission and not self.unregistered


def printed(seen: Seen) -> str:
    """Return what a command line printed; nothing if it was refused."""
    return str(seen.body.get("commandResult") or "")
