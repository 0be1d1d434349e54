"""Why the CA's directory could not be read: each status, and each failure on the way, has a cause of its own."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import requests

from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.http.fetching import Reply
from sectigo_f5.model import Account
from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import to_iso
from sectigo_f5.trust.tls_faults import TlsFault, tls_failure

BUSY = (429, 500, 502, 503, 504)  # HTTP: worth another try
OWN_URL = "write the directory's own URL as SCM shows it, for example https://acme.sectigo.com/v2/OV"
NAME_IT = "for a private CA, or a proxy that opens TLS, name its CA file in ACME_CA_BUNDLE"
THEIRS = "ask whoever runs it"
LONGEST = 200  # characters of what the server says

TLS_REMEDIES = {
    **dict.fromkeys(TlsFault, THEIRS),
    TlsFault.EXPIRED: f"if the clock of this host is right, {THEIRS}",
    TlsFault.NOT_YET_VALID: f"correct the clock of this host (NTP); if it is right, {THEIRS}",
    TlsFault.OTHER_NAMES: "write ACME_SERVER with the name that the certificate has, and check HTTPS_PROXY",
    TlsFault.SELF_SIGNED: NAME_IT,
    TlsFault.UNTRUSTED: NAME_IT,
    TlsFault.STRICT: "name the CA's file in ACME_CA_BUNDLE: what is named there is taken as it is",
    TlsFault.NO_TLS: "check scheme and port of ACME_SERVER, and HTTPS_PROXY",
    TlsFault.UNUSABLE_FILE: "ACME_CA_BUNDLE has to name a file with certificates in PEM",
}
STATUSES = {
    401: f"wants a login, which no ACME directory does; {OWN_URL}, and check HTTPS_PROXY",
    403: f"refuses the request; {OWN_URL}, and have the address of this host allowed there if only some are",
    404: f"has no ACME directory there; {OWN_URL}",
    407: "is behind a proxy that wants a login; write it into HTTPS_PROXY",
    410: f"has no ACME directory there anymore; {OWN_URL}",
    429: "takes no more requests from here for now",
    500: "failed by an error of its own; if it stays so, ask the CA",
}


def not_reached(account: Account, error: OSError) -> ConnectorError:
    """Return the error of a request that got no answer."""
    name = f"ACME_SERVER {account.server}"
    if failure := tls_failure(error):
        return ConnectorError(f"{name}: {failure.sentence('the ACME server', TLS_REMEDIES)}")
    if isinstance(error, requests.exceptions.ProxyError):
        return ConnectorError(f"{name} cannot be reached by the proxy ({cause(error)}); check HTTPS_PROXY and NO_PROXY")
    if isinstance(error, requests.RequestException):
        remedy = "check the address, DNS, the firewall and HTTPS_PROXY"
        return ConnectorError(f"{name} cannot be reached ({cause(error)}); {remedy}")
    # raised by requests if the CA file does not exist
    return ConnectorError(f"ACME_CA_BUNDLE {account.ca_bundle} cannot be read; check the path")


def unavailable(url: str, answer: Reply, wait: timedelta | None, now: datetime) -> ConnectorError:
    """Return the error of a server that was busy at each try; ``wait`` is how long it asks to wait."""
    what = STATUSES.get(answer.status, "is not available now")
    when = "the next run tries again"
    if wait and wait > timedelta():
        when = f"it asks to wait until {to_iso(now + wait)}, and the first run after that tries again"
    return ConnectorError(f"ACME_SERVER {url} {what} ({_shown(answer)}); {when}")


def no_directory(url: str, answer: Reply) -> ConnectorError:
    """Return the error of an answer that is none."""
    name, shown = f"ACME_SERVER {url}", _shown(answer)
    if not answer.ok:
        what, _, remedy = STATUSES.get(answer.status, f"refuses the request; {OWN_URL}").partition("; ")
        return ConnectorError(f"{name} {what} ({shown}); {remedy}")
    if re.match(rb"\s*<", answer.body):
        return ConnectorError(
            f"{name} shows a web page instead of an ACME directory ({shown}), as a proxy does, or a page to sign in; "
            f"{OWN_URL}, and check HTTPS_PROXY"
        )
    if b'"new-reg"' in answer.body:
        return ConnectorError(f"{name} is a directory of ACME version 1 ({shown}); {OWN_URL}")
    return ConnectorError(f"{name} answers, but not with an ACME directory ({shown}); {OWN_URL}")


def _shown(answer: Reply) -> str:
    """Return the status, and what the server says: of a problem document (RFC 9457), or of a page."""
    text = answer.body.decode(errors="replace")
    try:
        found = json.loads(text)
        text = str(found.get("detail") or found.get("title") or "") if isinstance(found, dict) else ""
    except (ValueError, RecursionError):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    said = one_line(text, LONGEST)
    return f"HTTP {answer.status}: {said}" if said else f"HTTP {answer.status}"
