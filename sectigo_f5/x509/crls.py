"""CRLs (RFC 5280), asked for in each run, and kept under ``STATE_DIR/crl`` for the times when nobody answers."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.http.fetching import Reply
from sectigo_f5.http.redirects import Rules
from sectigo_f5.untrusted import reading
from sectigo_f5.x509.fetching import NOT_MODIFIED, NoAnswerError, fetch

logger = logging.getLogger(__name__)

SKEW = timedelta(minutes=10)  # of the CA's clock against ours
AGE = timedelta(days=1)  # a CRL without nextUpdate, which it must have (5.1.2.5), is trusted for this long
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}  # what is got, and how to ask with it
HEADERS = frozenset(VALIDATORS.values())
PLAIN = re.compile(r"[ -~]{1,300}")  # a header that may be sent back

Crl = x509.CertificateRevocationList
Failure = ConnectorError | OSError  # what kept us from a CRL, for whoever asks next


class Crls:
    """The CRLs of one run: each URL is asked once, whichever certificates need it; several threads may.

    What was kept is not believed until its nextUpdate, which is days away: what was revoked an hour ago is in
    the CRL of today. So the CA is asked whether there is a newer one (RFC 9110 section 13.1).
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], rules: Rules) -> None:
        self._folder = folder
        self._rules = rules
        self._clock = clock
        self._locks: dict[str, threading.Lock] = {}
        self._replies: dict[str, Reply | Failure] = {}
        self._answers: dict[tuple[str, bytes], Crl | Failure] = {}

    def current(self, url: str, issuer: x509.Certificate) -> Crl:
        """Return the newest one that can be trusted; raises what keeps us from it, :class:`OSError` too."""
        question = url, issuer.public_bytes(Encoding.DER)
        with self._locks.setdefault(url, threading.Lock()):
            if question not in self._answers:
                self._answers[question] = self._find(url, issuer)
        answer = self._answers[question]
        if isinstance(answer, Crl):
            return answer
        raise answer

    def _find(self, url: str, issuer: x509.Certificate) -> Crl | Failure:
        kept = self._kept(url, issuer)
        if url not in self._replies:
            self._replies[url] = self._ask(url, known=kept is not None)
        reply = self._replies[url]
        try:
            found = self._believed(reply, kept, url, issuer)
        except (ConnectorError, OSError) as error:
            if kept is None:
                return error
            logger.info("the CRL of %s that was kept is used, of %s: %s", url, kept.last_update_utc, error)
            return kept
        return kept if kept and kept.last_update_utc > found.last_update_utc else found

    def _ask(self, url: str, known: bool) -> Reply | Failure:
        try:
            return fetch("GET", url, headers=self._validators(url) if known else None, rules=self._rules)
        except (ConnectorError, OSError) as error:
            return error

    def _believed(self, reply: Reply | Failure, kept: Crl | None, url: str, issuer: x509.Certificate) -> Crl:
        if not isinstance(reply, Reply):
            raise reply
        if reply.status == NOT_MODIFIED:
            if kept is None:
                raise NoAnswerError("the CRL that was kept is of another issuer")
            return kept
        found = _trusted(reply.body, url, issuer, self._clock())
        if kept is None or kept.last_update_utc <= found.last_update_utc:
            self._keep(url, reply)
        return found

    # -- what is kept ----------------------------------------------------------------------------

    def _kept(self, url: str, issuer: x509.Certificate) -> Crl | None:
        try:
            return _trusted(self._file(url, ".crl").read_bytes(), url, issuer, self._clock())
        except (OSError, ConnectorError):
            return None

    def _keep(self, url: str, reply: Reply) -> None:
        asked_with = {ask: reply.headers[got] for got, ask in VALIDATORS.items() if got in reply.headers}
        note = {"of": _digest(reply.body), "validators": asked_with}
        try:
            write_atomically(self._file(url, ".crl"), reply.body)
            write_atomically(self._file(url, ".json"), json.dumps(note))
        except ConnectorError as error:
            logger.debug("the CRL of %s is not kept: %s", url, error)

    def _validators(self, url: str) -> Mapping[str, str]:
        """Return what to ask with; nothing if the note is not of the CRL that is kept."""
        try:
            note = json.loads(self._file(url, ".json").read_text(encoding="utf-8"))
            if note["of"] != _digest(self._file(url, ".crl").read_bytes()):
                return {}
            return {ask: value for ask, value in note["validators"].items() if ask in HEADERS and _is_plain(value)}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}

    def _file(self, url: str, suffix: str) -> Path:
        return self._folder / f"{_digest(url.encode())}{suffix}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and bool(PLAIN.fullmatch(value))


# -- what can be trusted -------------------------------------------------------------------------


def _trusted(content: bytes, url: str, issuer: x509.Certificate, now: datetime) -> Crl:
    """Read a CRL; raises :class:`ConnectorError` for one that is not the issuer's, not current, or not for us."""
    with reading("the CRL cannot be read"):
        pem = content.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
        if not _signed_by(found, issuer):
            raise NoAnswerError("the CRL is not signed by the certificate's issuer")
        ends = found.next_update_utc or found.last_update_utc + AGE
        if not found.last_update_utc <= now + SKEW or now >= ends:
            raise NoAnswerError(f"the CRL is not current ({found.last_update_utc} to {ends})")
        if not all(_is_for(extension, url) for extension in found.extensions):
            raise NoAnswerError("the CRL is only for other certificates, or for some reasons")
        return found


def _signed_by(found: Crl, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    known = isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return known and found.issuer == issuer.subject and found.is_signature_valid(key)  # type: ignore[arg-type]  # known


def _is_for(extension: x509.Extension[x509.ExtensionType], url: str) -> bool:
    """Return True if a CRL with this extension covers certificates that name ``url`` (RFC 5280 section 6.3.3).

    Big CAs split their CRLs, and each part says which one it is: a validly signed part must not pass
    for another. A CRL that lists only CAs, only some reasons, the certificates of other CAs, or
    changes to another CRL says nothing about ours.
    """
    found = extension.value
    if not isinstance(found, x509.IssuingDistributionPoint):
        return not extension.critical
    parts = {name.value for name in found.full_name or ()}
    limited = (
        found.only_contains_ca_certs
        or found.only_contains_attribute_certs
        or found.indirect_crl
        or found.only_some_reasons
    )
    return not limited and (not parts or url in parts)
