"""What a BIG-IP, or the way to it, can answer instead of doing what it was asked."""

from __future__ import annotations

import re

import requests

from sectigo_f5.errors import ConnectorError

_CODE = re.compile(r"^(?:transaction failed:)?\s*([0-9a-f]{8}):\d+: ")

_REMEDIES = (
    (
        r"maximum active login tokens",
        "the user holds 100 login tokens: delete them or wait 20 minutes (AskF5 K59142111)",
    ),
    (r"^Authorization failed: (?!no user)", "the user's role is too low for this: see docs/permissions.md"),
    (
        r"^(?:transaction failed:)?(?:010717e3|01b40029)",
        "this release takes no ECDSA certificate alone: put an RSA pair beside it (keys:) or upgrade to 15.1",
    ),
    (
        r"strict|application management interface|application service",
        "the object belongs to an iApp: turn strict updates off for its application service, or change it there",
    ),
    (r"^(?:transaction failed:)?01070313", "the passphrase does not open the key"),
    (r"default for SNI", "exactly one client SSL profile of a virtual server may be the SNI default"),
)


class UnreachableError(ConnectorError):
    """Nothing was sent: no route, no listener, or a TLS certificate that is not trusted."""


class DeviceError(ConnectorError):
    """The BIG-IP refused; ``code`` is its message number (``01020036``), empty when it gave none."""

    def __init__(self, host: str, method: str, path: str, status: int, message: str) -> None:
        self.status = status
        self.message = message
        found = _CODE.match(message)
        self.code = found[1] if found else ""
        remedy = next((text for pattern, text in _REMEDIES if re.search(pattern, message, re.IGNORECASE)), None)
        answered = f" answered {status}" if status else ""  # 0: there was no answer
        said = f"{host}: {method} {path}{answered}: {message or 'without a text'}"
        super().__init__(f"{said}; {remedy}" if remedy else said)

    @property
    def absent(self) -> bool:
        """True only for mcpd's own "was not found": a restarting REST service says 404 as well."""
        return self.status == requests.codes.not_found and self.code == "01020036"

    @property
    def is_about_the_pair(self) -> bool:
        """True when key and certificate do not belong together, or nothing opens the key."""
        return self.code in ("01070313", "01070317") or "do not match" in self.message

    @property
    def may_be_there(self) -> bool:
        """True when what was to be made may exist: no answer came, or an earlier try was carried out after all.

        Names of ours are used once, so only a repeated call finds one taken (01020066).
        """
        taken = self.status == requests.codes.conflict or self.code == "01020066"
        return taken or isinstance(self, OutcomeUnknownError)

    @property
    def in_use(self) -> bool:
        """True when something still refers to the object."""
        return self.status == requests.codes.bad_request and "in use" in self.message.lower()


class OutcomeUnknownError(DeviceError):
    """The call was sent and its answer never came: read the object again before anything else."""
