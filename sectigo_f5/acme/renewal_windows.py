"""When the CA wants certificates renewed: it is asked about those that it issued, and about nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509

from sectigo_f5.acme import directory, renewal_information
from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.files import write_atomically
from sectigo_f5.model import Account, RenewalInformation
from sectigo_f5.untrusted import NonsenseError, reading

logger = logging.getLogger(__name__)

UNUSABLE = "the CA's renewal information cannot be used, renewing by rule: %s"


class RenewalWindows:
    """The CA's answers about single certificates, kept for as long as it asks; one per run, for several threads.

    A refusal of one certificate says nothing about the next. A CA that does not answer at all is asked once in a run.
    """

    def __init__(self, account: Account, folder: Path, read_directory: Callable[[], directory.Directory]) -> None:
        self._account = account
        self._folder = folder
        self._read_directory = read_directory
        self._refused: set[str] = set()  # the identifiers of certificates that it was asked about in this run
        self._warned: set[str] = set()
        self._silent = False

    def note_issued(self, certificate_pem: str) -> None:
        """Remember whose certificate it is: after a change of ``ACME_SERVER`` the new CA does not know it."""
        identifier = _identifier(certificate_pem)
        if identifier:
            try:
                write_atomically(self._issuer(identifier), self._account.server)
            except ConnectorError as error:
                logger.debug("which CA issued a certificate is not noted: %s", error)

    def of(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        """Return the window of a certificate, or None if there is none: then it is renewed by rule.

        What cannot be fetched or trusted is a warning, never an error.
        """
        identifier = _identifier(certificate_pem)
        if identifier is None:
            return None
        kept = self._folder / f"{identifier}.json"
        found = renewal_information.load(kept, now)
        if found is None and self._may_ask(identifier):
            found = self._ask(identifier, now)
            if found:
                renewal_information.save(kept, found)
        return found

    def _may_ask(self, identifier: str) -> bool:
        return not self._silent and identifier not in self._refused and self._issued_by(identifier) is not False

    def _issued_by(self, identifier: str) -> bool | None:
        """Tell whether this CA issued a certificate; None if that was not noted."""
        try:
            return self._issuer(identifier).read_text(encoding="utf-8").strip() == self._account.server
        except (OSError, ValueError):
            return None

    def _issuer(self, identifier: str) -> Path:
        return self._folder / f"{identifier}.issuer"

    def _ask(self, identifier: str, now: datetime) -> RenewalInformation | None:
        try:
            url = renewal_information.url_of(self._read_directory())
            if url is None:
                return None
            verify, rules = directory.verification(self._account), directory.redirect_rules(self._account)
            return renewal_information.fetch(f"{url}/{identifier}", verify, directory.USER_AGENT, now, rules)
        except NonsenseError as error:
            self._refused.add(identifier)
            self._warn(error, expected=_is_stranger(error) and self._issued_by(identifier) is None)
        except (ConnectorError, requests.RequestException) as error:
            self._silent = True
            self._warn(error)
        return None

    def _warn(self, error: Exception, expected: bool = False) -> None:
        """Warn once in a run of the same thing, and not at all of what has to be expected."""
        reason = cause(error) if isinstance(error, requests.RequestException) else str(error)
        level = logging.INFO if expected or reason in self._warned else logging.WARNING
        self._warned.add(reason)
        logger.log(level, UNUSABLE, reason)


def _is_stranger(error: NonsenseError) -> bool:
    """Tell whether the CA does not know the certificate: perhaps another one issued it, before a change."""
    return isinstance(error, renewal_information.UnknownCertificateError)


def _identifier(certificate_pem: str) -> str | None:
    try:
        with reading("a certificate cannot be read"):
            return renewal_information.certificate_id(x509.load_pem_x509_certificate(certificate_pem.encode()))
    except NonsenseError:
        return None
