"""DNS names as certificates hold them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

LONGEST_COMMON_NAME = 64  # RFC 5280 appendix A.1, ub-common-name
_HOST = re.compile(r"(\*\.)?[\w-]+(\.[\w-]+)*")
_NOBODY = ("localhost", "localhost.localdomain")  # the names of certificates that devices make for themselves


def covers(names: Iterable[str], host: str) -> bool:
    """Return True if one of the names is, or by its wildcard matches, ``host`` (RFC 6125 section 6.4.3)."""
    host = host.lower()
    _, _, parent = host.partition(".")
    known = {name.lower() for name in names}
    return host in known or (bool(parent) and not host.startswith("*.") and f"*.{parent}" in known)


def common_name_of_request(names: Sequence[str]) -> str | None:
    """Return the first name that a CSR can have as its common name; None if each is too long.

    Then its subject is empty, and its alternative names are critical (RFC 5280 section 4.2.1.6).
    """
    return next((name for name in names if len(name) <= LONGEST_COMMON_NAME), None)


def is_served(name: str) -> bool:
    """Return True if a client can ask for a certificate's name: a host, a wildcard or an address, no person or URI."""
    return name not in _NOBODY and (is_address(name) or bool(_HOST.fullmatch(name)))


def is_address(name: str) -> bool:
    """Return True for an IP address, which a client cannot send as SNI (RFC 6066 section 3)."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
