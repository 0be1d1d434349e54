"""The CA's renewal information (ARI, RFC 9773): fetched, checked, and kept until it may be asked for again."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from cryptography import x509

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.http.fetching import Limits, Question
from sectigo_f5.http.fetching import fetch as fetch_http
from sectigo_f5.http.redirects import Rules
from sectigo_f5.model import RenewalInformation
from sectigo_f5.timestamps import to_iso

logger = logging.getLogger(__name__)

TIMEOUT = 30  # seconds for each piece of an answer
LONGEST = 60.0  # seconds for all of it
LONGEST_ANSWER = 64 * 1024  # bytes; a real one has a few hundred

# RFC 9773 section 4.3: six hours if the CA does not say, and what it says only within these limits.
ASK_AGAIN = timedelta(hours=6)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)

TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)")  # RFC 3339


class NonsenseError(Exception):
    """The answer cannot be renewal information; the text says why."""


def certificate_id(certificate: x509.Certificate) -> str | None:
    """Return the identifier of RFC 9773 section 4.1, or None for a certificate without a key identifier."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    key_identifier, serial = extension.value.key_identifier, certificate.serial_number
    if key_identifier is None:
        return None
    # The bytes of a DER INTEGER: a leading zero if the first bit is set, or it would be negative.
    return f"{_base64url(key_identifier)}.{_base64url(serial.to_bytes(serial.bit_length() // 8 + 1, 'big'))}"


def fetch(url: str, verify: bool | str, user_agent: str, now: datetime, rules: Rules) -> RenewalInformation:
    """Ask the CA; raises :class:`NonsenseError`, :class:`ConnectorError` or :class:`requests.RequestException`.

    Any 2xx will do: RFC 9773 says 200, acme2certifier 201.
    """
    headers = {"User-Agent": user_agent, "Accept": "application/json"}
    limits = Limits(TIMEOUT, TIMEOUT, LONGEST, LONGEST_ANSWER)
    reply = fetch_http(Question(url, headers=headers, verify=verify), limits, rules)
    if not reply.ok:
        raise NonsenseError(f"HTTP {reply.status}")
    return parse(reply.body, _retry_at(reply.headers.get("Retry-After"), now))


def parse(body: bytes, retry_at: datetime) -> RenewalInformation:
    """Read an answer (RFC 9773 section 4.2); raises :class:`NonsenseError`."""
    try:
        found = json.loads(body)
        window, explanation = found["suggestedWindow"], found.get("explanationURL")
        start, end = _time(window["start"]), _time(window["end"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise NonsenseError(f"it has no suggestedWindow that can be read ({error})") from error
    if end <= start:
        raise NonsenseError(f"its window ends ({to_iso(end)}) before it starts ({to_iso(start)})")
    return RenewalInformation(start, end, retry_at, explanation if isinstance(explanation, str) else None)


def load(file: Path, now: datetime) -> RenewalInformation | None:
    """Return the kept answer, or None if it is time to ask the CA again."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        found = RenewalInformation(
            _time(kept["start"]), _time(kept["end"]), _time(kept["retry_at"]), kept["explanation"]
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.debug("%s cannot be read (%s): asking the CA", file, error)
        return None
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
    """Read Retry-After: seconds, or a date (RFC 9110 section 10.2.3)."""
    wait = ASK_AGAIN
    if header and re.fullmatch(r"\d{1,9}", header.strip()):
        wait = timedelta(seconds=int(header))
    elif header:
        try:
            date = parsedate_to_datetime(header)
            wait = date.replace(tzinfo=date.tzinfo or timezone.utc) - now
        except ValueError:
            logger.debug("Retry-After %r is neither seconds nor a date", header)
    return now + min(max(wait, SOONEST), LATEST)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def url_of(directory: Mapping[str, object]) -> str | None:
    """Return where the CA offers renewal information, or None if it does not."""
    url = directory.get("renewalInfo")
    return url.rstrip("/") if isinstance(url, str) and url else None
