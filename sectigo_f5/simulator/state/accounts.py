"""Users, login tokens and what a role may do.

Sources: DevCentral "iControl REST Authentication Token Management", terraform-provider-bigip #226
and #1049, BIGREST #13; roles: the README of DigiCert's F5 plugin; uploads: F5 Ansible #1611, #2298.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from sectigo_f5.simulator.refusals import of_objects, of_sessions
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.rest_roles import RestRoles
from sectigo_f5.simulator.switches import NOBODY, REJECTED, Switches

LONGEST_TIMEOUT = 36000  # seconds
_ALPHABET = string.ascii_uppercase + string.digits
_TOKEN_LENGTH = 26
_MICRO = 1_000_000
_UNPURGED = ("17.1.2",)  # F5 Bug ID1787517

_CRYPTO = r"/mgmt/tm/sys/(crypto|file/ssl-\w+)(/|$)"
_TRANSACTION = r"/mgmt/tm/transaction(/|$)"
_WRITES = {
    "admin": ".",
    "resource-admin": r"(?!/mgmt/(tm/auth|shared/authz)/)",
    "certificate-manager": rf"{_CRYPTO}|{_TRANSACTION}",
    "manager": rf"/mgmt/tm/ltm/|/mgmt/tm/(task/)?sys/config|{_TRANSACTION}",
    "guest": r"(?!)",
}
_UNIX_TOOLS = r"/mgmt/tm/util/unix-|/mgmt/shared/file-transfer/bulk"
_UPLOADS = "/mgmt/shared/file-transfer/uploads"
_SHELL_ROLES = ("admin", "resource-admin")
_OWN = r"/mgmt/shared/(authz/tokens|authn/login|echo-query)"


@dataclass
class Token:
    """One login."""

    name: str = field(repr=False)
    user: str
    address: str
    started: float
    timeout: int

    @property
    def ends(self) -> float:
        """The time at which it expires."""
        return self.started + self.timeout

    def show(self) -> Json:
        """Return the token as the login and the tokens collection show it."""
        moment = datetime.fromtimestamp(self.started, timezone.utc)
        return {
            "token": self.name,
            "name": self.name,
            "userName": self.user,
            "authProviderName": "tmos",
            "user": {"link": f"https://localhost/mgmt/shared/authz/users/{self.user}"},
            "timeout": self.timeout,
            "startTime": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000",
            "address": self.address,
            "partition": "[All]",
            "generation": 1,
            "lastUpdateMicros": int(self.started * _MICRO),
            "expirationMicros": int(self.ends * _MICRO),
            "kind": "shared:authz:tokens:authtokenitemstate",
            "selfLink": f"https://localhost/mgmt/shared/authz/tokens/{self.name}",
        }


class Accounts:
    """The one user, and the tokens that were issued."""

    def __init__(self, switches: Switches, clock: Callable[[], float]) -> None:
        self.switches = switches
        self.rest_roles = RestRoles(switches.username)
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self.failures = 0

    @property
    def live(self) -> list[Token]:
        """The tokens that are still valid."""
        return [token for token in self._tokens.values() if token.ends > self._clock()]

    @property
    def locked_out(self) -> bool:
        """True after too many wrong passwords, if the device counts them."""
        return 0 < self.switches.max_login_failures <= self.failures

    def check_password(self, username: object, password: object) -> str:
        """Return the user's name; a locked user gets the answer of a wrong password."""
        right = (username, password) == (self.switches.username, self.switches.password)
        if not right or self.locked_out:
            self.failures += 1
            raise of_sessions.unauthorized("Authentication failed.")
        self.failures = 0
        return self.switches.username

    def login(self, username: object, password: object, address: str) -> Json:
        """Issue a token; the answer of a real device, field by field."""
        user = self.check_password(username, password)
        self._purge()
        if len(self._tokens) >= self.switches.token_limit:
            raise of_objects.bad_request(f"user {_user_id(user)} has reached maximum active login tokens")
        name = "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN_LENGTH))
        self._tokens[name] = Token(name, user, address, self._clock(), self.switches.token_lifetime)
        provider = "https://localhost/mgmt/cm/system/authn/providers/tmos/1f44a60e-11a7-3c51-a49f-82983026b41b/login"
        return {
            "username": user,
            "loginReference": {"link": provider},
            "loginProviderName": "tmos",
            "token": self._tokens[name].show(),
            "generation": 0,
            "lastUpdateMicros": 0,
        }

    def _purge(self) -> None:
        """Drop expired tokens, unless the release has the bug that keeps them."""
        if self.switches.tmos not in _UNPURGED:
            self._tokens = {token.name: token for token in self.live}

    def user_of(self, name: str) -> str:
        """Return the user of a token; the two texts for a stale one are from F5 Ansible."""
        token = self._tokens.get(name)
        if token is None:
            raise of_sessions.unauthorized("X-F5-Auth-Token does not exist.")
        if token.ends <= self._clock():
            raise of_sessions.unauthorized("X-F5-Auth-Token has expired.")
        return token.user

    def token(self, name: str, user: str) -> Token:
        """Return one of the user's own tokens. The texts of both refusals are uncertain."""
        token = self._tokens.get(name)
        if token is None:
            raise Refusal(404, f"Token not found: {name}")
        if token.user != user:
            raise of_objects.bad_request("Only the owner of a token may use it")
        return token

    def extend(self, name: str, user: str, timeout: object) -> Json:
        """Change a token's lifetime."""
        token = self.token(name, user)
        seconds = int(timeout) if isinstance(timeout, int) or (isinstance(timeout, str) and timeout.isdigit()) else 0
        if seconds <= 0 or self.switches.token_extension == REJECTED:
            raise of_objects.bad_value("timeout", timeout)
        if seconds > LONGEST_TIMEOUT and self.switches.token_beyond_ten_hours == REJECTED:
            raise of_sessions.token_too_long(LONGEST_TIMEOUT)
        token.timeout = seconds
        return token.show()

    def end(self, name: str, user: str) -> Json:
        """Delete a token."""
        token = self.token(name, user)
        del self._tokens[name]
        return token.show()

    def end_all(self) -> None:
        """Delete every token, as users do who have reached the limit (BIGREST #13)."""
        self._tokens.clear()

    def forget(self, name: str) -> None:
        """Forget a token, as a device does that has restarted its REST service."""
        self._tokens.pop(name, None)

    def restart(self) -> None:
        """End every session and forget wrong passwords: the device starts again."""
        self._tokens.clear()
        self.failures = 0

    def expire_all(self) -> None:
        """Let all tokens expire now, for tests."""
        for token in self._tokens.values():
            token.timeout = 0

    # -- roles ---------------------------------------------------------------------------------

    def authorize(self, user: str, method: str, path: str) -> None:
        """Refuse what the role may not do: restjavad's text, or tmsh's for a user whose shell is not bash."""
        if self._may(method, path):
            return
        if path.startswith("/mgmt/tm/util/bash") and method == "POST" and self.switches.role != "admin":
            raise of_sessions.no_shell()
        refused = of_sessions.upload_refused if re.match(_UPLOADS, path) else of_sessions.role_refused
        raise refused(user, path, method)

    def _may(self, method: str, path: str) -> bool:
        if re.match(_OWN, path):
            return True
        if not self.rest_roles.restricts:
            return self._role_may(method, path)
        allowed = self.rest_roles.allow(method, path)
        return allowed and (path.startswith("/mgmt/shared/") or self._role_may(method, path))

    def _role_may(self, method: str, path: str) -> bool:
        role = self.switches.role
        if re.match(_UPLOADS, path):
            return self.switches.upload_role != NOBODY and role in ("admin", self.switches.upload_role)
        if re.match(r"/mgmt/tm/util/|/mgmt/shared/file-transfer/", path):
            allowed = self.switches.bash or not path.startswith("/mgmt/tm/util/bash")
            return role in _SHELL_ROLES and allowed and (self.switches.unix_tools or not re.match(_UNIX_TOOLS, path))
        return method == "GET" or bool(re.match(_WRITES[role], path))

    def authorize_partition(self, user: str, title: str, partition: str) -> None:
        """Refuse a change outside the partition that the role is for."""
        if self.switches.role_partition not in ("all-partitions", partition):
            raise of_sessions.access_denied(user, title, partition)


def _user_id(user: str) -> str:
    """Return Java's ``UUID.nameUUIDFromBytes``, by which the device names the user."""
    digest = bytearray(hashlib.md5(user.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x30
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
