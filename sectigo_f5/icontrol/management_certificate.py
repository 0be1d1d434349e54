"""The certificate of the management interface: what to do if TLS to it fails, and when it ends."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from sectigo_f5.trust.tls_faults import TlsFault
from sectigo_f5.untrusted import NonsenseError, reading

logger = logging.getLogger(__name__)

SOON = timedelta(days=30)
RENEW = "give the BIG-IP a new device certificate (AskF5 K6353)"
NAME_IT = "set verify_tls to the file of the CA that issued it, or of the certificate itself (or to false, in a lab)"

REMEDIES = {
    TlsFault.EXPIRED: f"{RENEW}, and if it is self-signed name the new one's file as verify_tls",
    TlsFault.NOT_YET_VALID: "correct the clock of this host, or of the BIG-IP that made it (NTP)",
    TlsFault.OTHER_NAMES: "write host as the certificate names it, or give the BIG-IP a certificate for its address",
    TlsFault.SELF_SIGNED: NAME_IT,
    TlsFault.UNTRUSTED: NAME_IT,
    TlsFault.WEAK: f"{RENEW} with RSA 2048 or ECDSA, and SHA-256",
    TlsFault.STRICT: "set verify_tls to the CA's file: what is named there is taken as it is",
    TlsFault.VERSION: "let sys httpd ssl-protocol on the BIG-IP allow TLS 1.2",
    TlsFault.WEAK_KEY_EXCHANGE: "leave DHE out of sys httpd ssl-ciphersuite on the BIG-IP, or prefer ECDHE there",
    TlsFault.CIPHERS: "let sys httpd ssl-ciphersuite on the BIG-IP have ciphers of today, with ECDHE and AES-GCM",
    TlsFault.NO_TLS: "check port: it has to be that of the management interface, which speaks HTTPS",
    TlsFault.UNUSABLE_FILE: "verify_tls has to name a file with certificates in PEM",
}


def remark(host: str, certificate: bytes | None, verify_tls: bool | Path, now: datetime) -> str | None:
    """Return what to say of a certificate (DER) that ends within :data:`SOON`, or None."""
    end = end_of(certificate)
    if end is None or end - now > SOON:
        return None
    when = f"ends on {end:%Y-%m-%d}" if end > now else f"has expired on {end:%Y-%m-%d}"
    meaning = (
        "verify_tls is false, so nothing depends on it" if verify_tls is False else "from then on every login fails"
    )
    return f"the management certificate of {host} {when}: {RENEW}; {meaning}"


def end_of(certificate: bytes | None) -> datetime | None:
    """Return when a certificate (DER) ends; None if there is none, or it cannot be read."""
    try:
        with reading("the management certificate cannot be read"):  # one that nobody verifies may be anything
            return x509.load_der_x509_certificate(certificate or b"").not_valid_after_utc
    except NonsenseError as error:
        logger.debug("%s", error)
        return None
