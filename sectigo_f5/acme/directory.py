"""The ACME server's directory (RFC 8555 section 7.1.1), read without Certbot: errors are found early and explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from sectigo_f5 import __version__
from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.model import Account

USER_AGENT = f"sectigo-f5/{__version__}"
TIMEOUT = 30  # seconds

Directory = Mapping[str, Any]


def read(account: Account) -> Directory:
    """Read the directory; raises :class:`ConnectorError` with the remedy if there is none."""
    url = account.server
    try:
        answer = requests.get(url, headers={"User-Agent": USER_AGENT}, verify=verification(account), timeout=TIMEOUT)
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
        found = answer.json() if answer.ok else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or "newOrder" not in found:
        raise ConnectorError(
            f"ACME_SERVER {url} answers, but not with an ACME directory (HTTP {answer.status_code}); "
            "write the directory's own URL, for example https://acme.sectigo.com/v2/OV"
        )
    return found


def requires_binding(directory: Directory) -> bool:
    """Return True if the CA registers accounts only with external account binding."""
    meta = directory.get("meta")
    return isinstance(meta, dict) and bool(meta.get("externalAccountRequired"))


def verification(account: Account) -> bool | str:
    """Return ``verify=`` for requests to the ACME server."""
    return str(account.ca_bundle) if account.ca_bundle else True
