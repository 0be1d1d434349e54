"""``NOTIFY_URLS`` and ``HEARTBEAT_URL``: they hold tokens, so they are named by their place and their scheme."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sectigo_f5.secret import Secret

SEPARATOR = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+]*://)")  # as Apprise separates them: an address may have a comma


def separated(text: str) -> tuple[Secret, ...]:
    """Return the URLs in the text of an operator."""
    return tuple(Secret(url) for url in SEPARATOR.split(text.strip(" ,\t\r\n")) if url)


def name_of(number: int, url: Secret) -> str:
    """Return how a URL is called in the log: ``2 (ntfy)``; never more of it."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+]{0,20})://", url.reveal())
    return f"{number} ({scheme[1] if scheme else 'not a URL'})"


def heartbeat_fault(text: str) -> str | None:
    """Check the URL of ``HEARTBEAT_URL``; never shows it: whoever knows it can pretend that all is well."""
    try:
        split = urlsplit(text)
        if split.scheme in ("http", "https") and split.hostname and text.isprintable() and " " not in text:
            return None
    except ValueError:
        pass
    return "is not an http or https URL, so nothing is fetched; write one like https://hc.example.com/ping/<uuid>"
