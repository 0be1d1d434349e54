"""A TLS client that reads which certificate and chain an address serves for a name.

The certificates are compared with those that were installed, so trust is not verified: a private CA
needs no set-up.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import Any

from sectigo_f5.deadlines.sockets import TimedTls, connected, deadline
from sectigo_f5.errors import ConnectorError
from sectigo_f5.untrusted import NonsenseError, reading
from sectigo_f5.x509.certificates import read_certificate

# TLS 1.2 names the certificate's key in the cipher suite (RFC 5246); TLS 1.3 does not.
CIPHERS = {"rsa": "ECDHE+aRSA:DHE+aRSA:kRSA", "ecdsa": "ECDHE+aECDSA"}

VERSION = 0xA0  # the tag of a certificate's version, which one of version 1 does not have


@dataclass(frozen=True)
class Handshake:
    """What the server sent in its handshake: its certificate, and the certificates after it."""

    certificate_pem: str
    chain_pems: tuple[str, ...]

    @property
    def serial(self) -> str | None:
        """Serial number of the certificate, lower-case hexadecimal; None if even that cannot be read.

        OpenSSL serves certificates that ``cryptography`` refuses, and a neighbour may have one.
        """
        with contextlib.suppress(NonsenseError), reading("it has no serial number"):
            return _serial(ssl.PEM_cert_to_DER_cert(self.certificate_pem))
        return None


@dataclass(frozen=True)
class Expected:
    """What a client must see; without a copy of the certificate, only its serial number is compared."""

    serial: str | None  # lower-case hexadecimal; None: the device does not say
    kind: str | None  # rsa | ecdsa
    fingerprint: str | None = None
    chain: tuple[str, ...] = ()  # fingerprints


class UnreachableError(ConnectorError):
    """Nothing answered at the address: it is unknown what is served there."""


def handshake(
    address: str, port: int, server_name: str | None, *, timeout: float, only: str | None = None
) -> Handshake:
    """Connect, with SNI unless ``server_name`` is None, and return what the server sent.

    ``only`` (``rsa`` or ``ecdsa``) accepts only that kind of certificate, over TLS 1.2.
    ``timeout`` is in seconds, for all of it. Raises :class:`UnreachableError` if nothing answers,
    :class:`ConnectorError` if the TLS handshake fails.
    """
    with deadline(timeout):
        return _handshake(address, port, server_name, _context(only), timeout)


def _handshake(address: str, port: int, server_name: str | None, context: ssl.SSLContext, timeout: float) -> Handshake:
    try:
        connection = connected(address, port, timeout)
    except (OSError, UnicodeError, OverflowError) as error:
        raise UnreachableError(f"{address} port {port} does not answer ({error})") from error
    try:
        with connection, context.wrap_socket(connection, server_hostname=server_name) as tls:
            return Handshake(*_sent(tls))
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise ConnectorError(f"the TLS handshake with {address} port {port} failed: {reason}") from error


def _serial(der: bytes) -> str:
    """Return the serial number of a certificate: the first number in it that is not its version (RFC 5280, 4.1)."""
    at = _inside(der, _inside(der, 0))
    if der[at] == VERSION:
        at = _inside(der, at) + der[at + 1]
    begin = _inside(der, at)
    return f"{int.from_bytes(der[begin : begin + der[at + 1]], 'big'):x}"


def _inside(der: bytes, at: int) -> int:
    """Return where the content of the DER element at ``at`` begins: after its tag, and its length of any form."""
    return at + 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0)


def compare(found: Handshake, wanted: Expected) -> str | None:
    """Return a sentence about the difference from what was put in service, or None if there is none."""
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
    context.sslsocket_class = TimedTls
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if only:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS[only])
    return context


def _sent(tls: ssl.SSLSocket) -> tuple[str, tuple[str, ...]]:
    """Return certificate and chain as PEM.

    ``ssl`` has a public method for the chain since Python 3.13; the private one exists since 3.10.
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
