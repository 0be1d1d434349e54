"""The ACME server's directory (RFC 8555 section 7.1.1), read without Certbot: errors are found early and explained."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from sectigo_f5 import __version__
from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.http.fetching import Limits, Question, Reply, fetch
from sectigo_f5.http.redirects import Rules
from sectigo_f5.model import Account
from sectigo_f5.timestamps import from_http_date

USER_AGENT = f"sectigo-f5/{__version__}"
TIMEOUT = 30  # seconds for each piece of an answer
LONGEST = 60.0  # seconds for all of it
LARGEST = 1024 * 1024  # bytes; a real one has one or two thousand

Directory = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """The directory, and how far the server's clock is ahead of ours if it tells the time."""

    directory: Directory
    clock_ahead: timedelta | None


def read(account: Account, clock: Callable[[], datetime]) -> Answer:
    """Read the directory; raises :class:`ConnectorError` with the remedy if there is none."""
    url = account.server
    try:
        question = Question(url, headers={"User-Agent": USER_AGENT}, verify=verification(account))
        answer = fetch(question, Limits(TIMEOUT, TIMEOUT, LONGEST, LARGEST), redirect_rules(account))
    except ConnectorError as error:
        raise ConnectorError(f"ACME_SERVER {url}: {error}; check the network and HTTPS_PROXY") from error
    except requests.exceptions.SSLError as error:
        raise ConnectorError(
            f"ACME_SERVER {url}: its TLS certificate is not trusted ({cause(error)}); "
            "for a private CA name its CA file in ACME_CA_BUNDLE"
        ) from error
    except requests.RequestException as error:
        raise ConnectorError(
            f"ACME_SERVER {url} cannot be reached ({cause(error)}); "
            "check the address, DNS, the firewall and HTTPS_PROXY"
        ) from error
    except OSError as error:  # raised by requests if the CA file does not exist
        raise ConnectorError(f"ACME_CA_BUNDLE {account.ca_bundle} cannot be read; check the path") from error
    try:
        found = json.loads(answer.body) if answer.ok else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "newOrder" not in found:
        raise ConnectorError(
            f"ACME_SERVER {url} answers, but not with an ACME directory (HTTP {answer.status}); "
            "write the directory's own URL, for example https://acme.sectigo.com/v2/OV"
        )
    return Answer(found, _clock_ahead(answer, clock()))


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
