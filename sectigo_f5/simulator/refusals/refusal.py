"""A refusal as a value; the functions that make them are in the modules beside this one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sectigo_f5.simulator.wording import Texts, filled

_API_ERRORS = (
    (r"^transaction failed:", 2),  # f5devcentral/bigip-kubernetes-gateway
    (r"^[0-9a-f]{8}:\d: ", 3),  # mcpd's own errors: F5 AS3
    (r"^Object not found - |^Found invalid command id ", 1),  # electric-cloud-community/EC-BigIp, f5-common-python #641
    (r"connection to mcpd", 32768001),  # bigip-rest-go
)
_OTHER_API_ERROR = 26214401  # electric-cloud-community/EC-BigIp


class Refusal(Exception):  # noqa: N818  the device refuses; the simulator works
    """An answer other than 200: its status and BIG-IP's message.

    ``kind`` is the function that made it, and ``names`` are that function's arguments.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.kind = ""
        self.names: Mapping[str, str] = {}

    def __str__(self) -> str:
        return self.message

    def worded(self, texts: Texts) -> Refusal:
        """Return the refusal as a device words it that has texts of its own."""
        if self.kind not in texts:
            return self
        status, message = texts[self.kind]
        other = Refusal(status, filled(message, self.names))
        other.kind, other.names = self.kind, self.names
        return other

    @property
    def from_restjavad(self) -> bool:
        """True if the REST service itself answers: it is starting, or it has timed out (bigip-rest-go, f5-sdk)."""
        return self.status == 401 or bool(re.match(r"(Public )?URI path|remoteSender:", self.message))  # noqa: PLR2004

    @property
    def api_error(self) -> int:
        """The number that accompanies the message; it depends on the kind of text."""
        found = (number for pattern, number in _API_ERRORS if re.search(pattern, self.message))
        return next(found, _OTHER_API_ERROR)


class UnknownCallError(Exception):
    """An endpoint, method or property that the simulator does not know: its user must be told."""
