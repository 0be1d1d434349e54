"""One question to a source of revocation, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Limits, Question, Reply
from sectigo_f5.http.fetching import fetch as fetch_http
from sectigo_f5.http.redirects import Rules

LARGEST = 20 * 1024 * 1024  # bytes; the biggest public CRLs are about 10 MB
LONGEST = 60.0  # seconds for a whole answer
CONNECT, READ = 5.0, 15.0  # seconds
NOT_MODIFIED = 304  # what we have is still right (RFC 9110 section 13.1)


class NoAnswerError(ConnectorError):
    """This source gives no answer that can be trusted; the next one may."""


def fetch(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    rules: Rules = Rules(),  # noqa: B008  # a value
) -> Reply:
    """Ask; raises :class:`ConnectorError`, or :class:`OSError` as every failure of ``requests`` is."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise NoAnswerError(f"it is no URL ({error})") from error
    if scheme not in ("http", "https"):
        raise NoAnswerError("only http and https are supported")
    reply = fetch_http(Question(url, method, headers or {}, body), Limits(CONNECT, READ, LONGEST, LARGEST), rules)
    if not reply.ok and reply.status != NOT_MODIFIED:
        raise ConnectorError(f"it answers HTTP {reply.status}")
    return reply
