"""The errors of a call: the BIG-IP refused it, did not answer, or could not be reached."""

from __future__ import annotations

import re

import requests

from sectigo_f5.errors import ConnectorError
from sectigo_f5.printable import one_line

_CODE = re.compile(r"^(?:transaction failed:)?\s*([0-9a-f]{8}):\d+: ")

LONGEST = 1500  # characters of a message, so that the remedy is seen

_BUSY = re.compile(r"active asynchronous task", re.IGNORECASE)
_UNREGISTERED = re.compile(r"not registered", re.IGNORECASE)

NEEDS_RSA = "this release does not take an ECDSA certificate alone: add an RSA pair to it (keys:) or upgrade to 15.1"

_REMEDIES = (
    (
        r"maximum active login tokens",
        "the user holds 100 login tokens: delete them or wait 20 minutes (AskF5 K59142111)",
    ),
    (
        r'"bash" unexpected argument',
        "the user has no Advanced shell: give it bash as terminal access, or see docs/permissions.md",
    ),
    (
        r"^Authorization failed: (?!no user)",
        "the user's role is too low for this: make it a local Administrator, or see docs/permissions.md",
    ),
    (
        r"^(?:transaction failed:)?(?:010717e3|01b40029)",
        NEEDS_RSA,
    ),
    (
        r"strict|application management interface|application service",
        "the object belongs to an iApp: turn off strict updates of its application service, or change it there",
    ),
    (r"^(?:transaction failed:)?01070313", "the passphrase does not open the key"),
    (
        r"^(?:transaction failed:)?01071610",
        "the profile or its parent is for SSL forward proxy and wants the key of a CA: write another parent_profile",
    ),
    (
        r"^(?:transaction failed:)?01070088",
        "this release takes no such name: write another common_name, and this one in sans",
    ),
    (
        r"^(?:transaction failed:)?01070726",
        "a virtual server may use profiles of its own partition and of Common: write another partition",
    ),
    (r"default for SNI", "exactly one client SSL profile of a virtual server may be the SNI default"),
)


class UnreachableError(ConnectorError):
    """Nothing was sent: no route, no listener, or a TLS certificate that is not trusted."""


class UntrustedDeviceError(UnreachableError):
    """TLS failed, perhaps by ``verify_tls`` of one file: another may get through."""


class DeviceError(ConnectorError):
    """The BIG-IP refused; ``code`` is its message number (``01020036``), empty if it gave none."""

    def __init__(self, host: str, method: str, path: str, status: int, message: str) -> None:
        self.method, self.path = method, path
        self.status = status
        self.message = message
        match = _CODE.match(message)
        self.code = match[1] if match else ""
        remedy = next((text for pattern, text in _REMEDIES if re.search(pattern, message, re.IGNORECASE)), None)
        answered = f" answered {status}" if status else ""  # 0: there was no answer
        sentence = f"{host}: {method} {path}{answered}: {one_line(message, LONGEST) or 'no message'}"
        super().__init__(f"{sentence}; {remedy}" if remedy else sentence)

    @property
    def absent(self) -> bool:
        """True only for mcpd's own "was not found": a restarting REST service answers 404 as well."""
        return self.status == requests.codes.not_found and self.code == "01020036"

    @property
    def busy(self) -> bool:
        """True if the device was too busy to begin the call, or its REST service is starting."""
        return self.status == requests.codes.unavailable or self.unregistered or bool(_BUSY.search(self.message))

    @property
    def unregistered(self) -> bool:
        """True if the REST service does not know the path: it is starting, or a module is not provisioned."""
        return bool(_UNREGISTERED.search(self.message))

    @property
    def refused_permission(self) -> bool:
        """True if the user may not do this; another try, or another object, is refused too."""
        return self.status in (requests.codes.unauthorized, requests.codes.forbidden)

    @property
    def is_about_the_pair(self) -> bool:
        """True if key and certificate do not belong together, or nothing opens the key."""
        return self.code in ("01070313", "01070317") or "do not match" in self.message

    @property
    def may_exist(self) -> bool:
        """True if what was to be created may exist: the answer was lost, or an earlier try succeeded after all.

        Our names are used only once, so only a repeated call finds one taken (01020066).
        """
        taken = self.status == requests.codes.conflict or self.code == "01020066"
        return taken or isinstance(self, OutcomeUnknownError)

    @property
    def in_use(self) -> bool:
        """True if something still refers to the object."""
        return self.status == requests.codes.bad_request and "in use" in self.message.lower()


class UnknownPathError(DeviceError):
    """The REST service runs and does not know the path: of a module that is not provisioned, or of other releases."""

    @property
    def busy(self) -> bool:
        """Waiting brings nothing."""
        return False


class OutcomeUnknownError(DeviceError):
    """The call was sent and its answer was lost: read the object before anything else."""

    @property
    def took_too_long(self) -> bool:
        """True if a time-out ended the call: here, in the REST service, or in its proxy."""
        return self.status == requests.codes.gateway_timeout or "timeout" in self.message.lower()
