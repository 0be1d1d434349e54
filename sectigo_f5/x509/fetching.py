"""One question to a source of revocation, over HTTP; it can neither fill the memory nor hold up a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http_body import read_body, within
from sectigo_f5.trust.sessions import request

TIMEOUT = (5.0, 15.0)  # seconds to connect, to read
LARGEST = 20 * 1024 * 1024  # bytes; the biggest public CRLs are about 10 MB
LONGEST = 60.0  # seconds for a whole answer
NOT_MODIFIED = 304


class NoAnswerError(ConnectorError):
    """This source gives no answer that can be trusted; the next one may."""


@dataclass(frozen=True)
class Reply:
    """An answer; ``not_modified`` if what we have is still right (RFC 9110 section 13.1)."""

    body: bytes
    not_modified: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)  # names in any case


def fetch(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    """Ask; raises :class:`ConnectorError`, or :class:`OSError` as every failure of ``requests`` is."""
    if not url.startswith(("http://", "https://")):
        raise NoAnswerError("only http and https are supported")
    return within(LONGEST, lambda: _exchange(method, url, body, dict(headers or {})))


def _exchange(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Reply:
    with request(method, url, data=body, headers=headers, timeout=TIMEOUT, verify=True, stream=True) as answer:
        answer.raise_for_status()
        content = read_body(answer, LARGEST, LONGEST)
        return Reply(content, answer.status_code == NOT_MODIFIED, answer.headers)
