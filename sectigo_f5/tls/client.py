"""A TLS client that looks: which certificate and chain does an address serve for a name?

It compares bytes with what was installed, so it verifies no trust: a private CA needs no set-up.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.x509.certificates import read_certificate

# TLS 1.2 names the certificate's key in the cipher suite (RFC 5246); TLS 1.3 does not.
ONLY = {"rsa": "ECDHE+aRSA:DHE+aRSA:kRSA", "ecdsa": "ECDHE+aECDSA"}


@dataclass(frozen=True)
class Served:
    """What the server sent in its handshake: its certificate, and the certificates after it."""

    certificate_pem: str
    chain_pems: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """What a client is to see. Where there is no copy of the certificate here, its serial number has to do."""

    serial: str | None  # lower-case hexadecimal; None: the device does not tell
    kind: str | None  # rsa | ecdsa
    fingerprint: str | None = None
    chain: tuple[str, ...] = ()  # fingerprints


class UnreachableError(ConnectorError):
    """Nothing answered at the address: no statement about what is served there."""


def served(address: str, port: int, server_name: str | None, *, timeout: float, only: str | None = None) -> Served:
    """Connect, with SNI unless ``server_name`` is None, and return what is served.

    ``only`` (``rsa`` or ``ecdsa``) offers nothing but that kind of certificate, over TLS 1.2.
    ``timeout`` is in seconds. Raises :class:`UnreachableError` when nothing answers,
    :class:`ConnectorError` when the TLS handshake fails.
    """
    context = _context(only)
    try:
        connection = socket.create_connection((address, port), timeout=timeout)
    except (OSError, OverflowError) as error:
        raise UnreachableError(f"{address} port {port} does not answer ({error})") from error
    try:
        with connection, context.wrap_socket(connection, server_hostname=server_name) as tls:
            return Served(*_sent(tls))
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise ConnectorError(f"the TLS handshake with {address} port {port} failed: {reason}") from error


def compare(found: Served, wanted: Expected) -> str | None:
    """Return a sentence about what differs from what was put in service, None where nothing does."""
    have = read_certificate(found.certificate_pem)
    other = have.fingerprint != wanted.fingerprint if wanted.fingerprint else have.serial != wanted.serial
    if other and wanted.serial:
        return f"it serves serial {have.serial} of {have.common_name} instead of serial {wanted.serial}"
    sent = tuple(read_certificate(pem).fingerprint for pem in found.chain_pems)
    if sent[: len(wanted.chain)] != wanted.chain:
        return f"it sends {len(sent)} chain certificates, which are not the {len(wanted.chain)} that were installed"
    return None


def _context(only: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if only:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ONLY[only])
    return context


def _sent(tls: ssl.SSLSocket) -> tuple[str, tuple[str, ...]]:
    """Return certificate and chain as PEM.

    ``ssl`` shows the chain publicly from Python 3.13 on; the same method exists, unnamed, since 3.10.
    """
    leaf = ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True) or b"")
    source: Any = tls if hasattr(tls, "get_unverified_chain") else getattr(tls, "_sslobj", None)
    chain = source.get_unverified_chain() or []
    texts = [ssl.DER_cert_to_PEM_cert(found if isinstance(found, bytes) else _der(found)) for found in chain]
    return leaf, tuple(texts[1:])


def _der(found: Any) -> bytes:
    encoding_der = 2  # _ssl.ENCODING_DER
    encoded: bytes = found.public_bytes(encoding_der)
    return encoded
