"""The CA's renewal information (ARI, RFC 9773): fetched, checked, and kept until it may be asked for again."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.http.fetching import Limits, Question
from sectigo_f5.http.fetching import fetch as fetch_http
from sectigo_f5.http.redirects import Rules
from sectigo_f5.model import RenewalInformation
from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import retry_after, to_iso
from sectigo_f5.untrusted import NonsenseError, reading

logger = logging.getLogger(__name__)

TIMEOUT = 30  # seconds for each piece of an answer
LONGEST = 60.0  # seconds for all of it
LONGEST_ANSWER = 64 * 1024  # bytes; a real one has a few hundred
LONGEST_EXPLANATION = 300  # characters of a URL
NOT_FOUND, TOO_MANY, SERVER_ERROR = 404, 429, 500  # from the last one on it is the server's fault

# RFC 9773 section 4.3: six hours if the CA does not say, and what it says only within these limits.
ASK_AGAIN = timedelta(hours=6)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)

TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)")  # RFC 3339


class UnknownCertificateError(NonsenseError):
    """The CA has no such certificate."""


def certificate_id(certificate: x509.Certificate) -> str | None:
    """Return the identifier of RFC 9773 section 4.1, or None for a certificate without a key identifier."""
    with contextlib.suppress(NonsenseError), reading("its key identifier cannot be read"):
        extensions = certificate.extensions
        found = (each.value for each in extensions if isinstance(each.value, x509.AuthorityKeyIdentifier))
        key_identifier, serial = next((each.key_identifier for each in found), None), certificate.serial_number
        if key_identifier is not None:
            # The bytes of a DER INTEGER: a leading zero if the first bit is set, or it would be negative.
            return f"{_base64url(key_identifier)}.{_base64url(serial.to_bytes(serial.bit_length() // 8 + 1, 'big'))}"
    return None


def fetch(url: str, verify: bool | str, user_agent: str, now: datetime, rules: Rules) -> RenewalInformation:
    """Ask the CA; raises :class:`NonsenseError` if this is the answer about one certificate.

    Another :class:`ConnectorError`, or a :class:`requests.RequestException`: the CA has no answers at all now.
    Any 2xx will do: RFC 9773 says 200, acme2certifier 201.
    """
    if rules.only_https and not url.lower().startswith("https://"):
        raise ConnectorError(f"its renewalInfo {url} is not https (RFC 8555 section 6.1)")
    headers = {"User-Agent": user_agent, "Accept": "application/json"}
    limits = Limits(TIMEOUT, TIMEOUT, LONGEST, LONGEST_ANSWER)
    reply = fetch_http(Question(url, headers=headers, verify=verify), limits, rules)
    if reply.status >= SERVER_ERROR or reply.status == TOO_MANY:
        raise ConnectorError(f"HTTP {reply.status}")
    if reply.status == NOT_FOUND:
        raise UnknownCertificateError("the CA does not know the certificate (HTTP 404)")
    if not reply.ok:
        raise NonsenseError(f"HTTP {reply.status}")
    return parse(reply.body, _retry_at(reply.headers.get("Retry-After"), now))


def parse(body: bytes, retry_at: datetime) -> RenewalInformation:
    """Read an answer (RFC 9773 section 4.2); raises :class:`NonsenseError`."""
    with reading("it has no suggestedWindow that can be read"):
        found = json.loads(body)
        window, explanation = found["suggestedWindow"], found.get("explanationURL")
        start, end = _time(window["start"]), _time(window["end"])
    if end <= start:
        raise NonsenseError(f"its window ends ({to_iso(end)}) before it starts ({to_iso(start)})")
    told = one_line(explanation, LONGEST_EXPLANATION) if isinstance(explanation, str) else None
    return RenewalInformation(start, end, retry_at, told)


def load(file: Path, now: datetime) -> RenewalInformation | None:
    """Return the kept answer, or None if it is time to ask the CA again."""
    try:
        content = file.read_bytes()
    except OSError as error:  # most often there is none
        logger.debug("%s: %s", file, error.strerror)
        return None
    try:
        with reading(f"{file} cannot be read"):
            kept = json.loads(content)
            start, end, retry_at = (_time(kept[name]) for name in ("start", "end", "retry_at"))
            explanation = kept["explanation"] if isinstance(kept["explanation"], str) else None
    except NonsenseError as error:
        logger.debug("%s: asking the CA", error)
        return None
    found = RenewalInformation(start, end, retry_at, explanation)
    # A clock that was set back must not keep an answer for longer than one of today would be kept.
    return found if now < found.retry_at <= now + LATEST else None


def save(file: Path, information: RenewalInformation) -> None:
    """Keep an answer; if it cannot be kept, the CA is asked again next time."""
    kept = {
        "start": to_iso(information.start),
        "end": to_iso(information.end),
        "retry_at": to_iso(information.retry_at),
        "explanation": information.explanation,
    }
    try:
        write_atomically(file, json.dumps(kept))
    except ConnectorError as error:
        logger.debug("the renewal information is not kept: %s", error)


def _time(text: object) -> datetime:
    found = TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{str(text)[:40]!r} is not a time of RFC 3339")
    offset = "+00:00" if found[3] in "Zz" else found[3]
    return datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}").astimezone(timezone.utc)


def _retry_at(header: str | None, now: datetime) -> datetime:
    wait = retry_after(header, now)
    return now + min(max(ASK_AGAIN if wait is None else wait, SOONEST), LATEST)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def url_of(directory: Mapping[str, object]) -> str | None:
    """Return where the CA offers renewal information, or None if it does not."""
    url = directory.get("renewalInfo")
    return url.rstrip("/") if isinstance(url, str) and url else None
