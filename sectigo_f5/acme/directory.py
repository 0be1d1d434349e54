"""The ACME server's directory (RFC 8555 section 7.1.1), read without Certbot: errors are found early and explained."""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sectigo_f5 import __version__, stopping
from sectigo_f5.acme.failures.directory_errors import BUSY, no_directory, not_reached, unavailable
from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Limits, Question, Reply, fetch
from sectigo_f5.http.redirects import Rules
from sectigo_f5.model import Account
from sectigo_f5.timestamps import from_http_date, retry_after

logger = logging.getLogger(__name__)

USER_AGENT = f"sectigo-f5/{__version__}"
TIMEOUT = 30  # seconds for each piece of an answer
LONGEST = 60.0  # seconds for all of it
PAUSES = (5.0, 15.0, 30.0)  # seconds before another try, if the server does not say
LONGEST_WAIT = 60.0  # seconds in all
LARGEST = 1024 * 1024  # bytes; a real one has one or two thousand

Directory = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """The directory, and how far the server's clock is ahead of ours if it tells the time."""

    directory: Directory
    clock_ahead: timedelta | None


def read(account: Account, clock: Callable[[], datetime], pause: Callable[[float], None] = stopping.pause) -> Answer:
    """Read the directory; raises :class:`ConnectorError` with the remedy if there is none.

    A server that is busy is asked again, up to three times and for as long as it says, but no longer than
    :data:`LONGEST_WAIT` in all.
    """
    url, left = account.server, LONGEST_WAIT
    for planned in (*PAUSES, None):
        answer = _ask(account)
        if answer.status not in BUSY:
            break
        asked = retry_after(answer.headers.get("Retry-After"), clock())
        wait = asked.total_seconds() if asked and asked > timedelta() else planned
        if planned is None or wait is None or wait > left:
            raise unavailable(url, answer, asked, clock())
        left -= wait
        logger.info("ACME_SERVER %s is not available now (HTTP %d); trying again in %.0f s", url, answer.status, wait)
        pause(wait)
    try:
        found = json.loads(answer.body) if answer.ok else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "newOrder" not in found:
        raise no_directory(url, answer)
    return Answer(found, _clock_ahead(answer, clock()))


def _ask(account: Account) -> Reply:
    question = Question(account.server, headers={"User-Agent": USER_AGENT}, verify=verification(account))
    try:
        return fetch(question, Limits(TIMEOUT, TIMEOUT, LONGEST, LARGEST), redirect_rules(account))
    except ConnectorError as error:
        raise ConnectorError(f"ACME_SERVER {account.server}: {error}; check the network and HTTPS_PROXY") from error
    except OSError as error:
        raise not_reached(account, error) from error


def _clock_ahead(answer: Reply, now: datetime) -> timedelta | None:
    """Read the Date header; a cache adds how old the answer is (RFC 9110 section 6.6.1, RFC 9111 section 5.1)."""
    date, age = from_http_date(answer.headers.get("Date")), re.fullmatch(r"[0-9]{1,8}", answer.headers.get("Age", ""))
    if date is None:
        return None
    with contextlib.suppress(OverflowError):  # at the end of the year 9999
        return date + timedelta(seconds=int(age[0]) if age else 0) - now
    return None


def requires_binding(directory: Directory) -> bool:
    """Return True if the CA registers accounts only with external account binding."""
    meta = directory.get("meta")
    return isinstance(meta, dict) and bool(meta.get("externalAccountRequired"))


def redirect_rules(account: Account) -> Rules:
    """Return the rules for redirects: an ACME server is talked to over https (RFC 8555 section 6.1)."""
    return Rules(only_https=account.server.lower().startswith("https:"))


def verification(account: Account) -> bool | str:
    """Return ``verify=`` for requests to the ACME server."""
    return str(account.ca_bundle) if account.ca_bundle else True
