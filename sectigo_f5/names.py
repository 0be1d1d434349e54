"""DNS names as certificates hold them."""

from __future__ import annotations

from collections.abc import Iterable


def covers(names: Iterable[str], host: str) -> bool:
    """Return True if one of the names is, or by its wildcard matches, ``host`` (RFC 6125 section 6.4.3)."""
    host = host.lower()
    _, _, parent = host.partition(".")
    known = {name.lower() for name in names}
    return host in known or (bool(parent) and not host.startswith("*.") and f"*.{parent}" in known)
