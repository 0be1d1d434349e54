"""Certificates that OpenSSL serves and that ``cryptography`` does not read."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.hierarchy import new_authority


def one_extension_twice(der: bytes) -> bytes:
    """Give the second extension of :func:`odd_pair` the number of the first."""
    return der.replace(b"\x06\x04\x2a\x03\x04\x06", b"\x06\x04\x2a\x03\x04\x05")


def version_8(der: bytes) -> bytes:
    """Write another version than 3 into the first certificate."""
    return der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)


Spoil = Callable[[bytes], bytes]
ODD: tuple[Spoil, ...] = (one_extension_twice, version_8)


def odd_pair(now: datetime, spoil: Spoil) -> tuple[str, str]:
    """Return such a certificate and its key, in PEM."""
    authority, key = new_authority("Odd CA", now), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")])
    begin, end = now - timedelta(days=1), now + timedelta(days=9)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, end)
    for last in (5, 6):
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.4.{last}"), b"\x05\x00")
        builder = builder.add_extension(extension, critical=False)
    der = builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return ssl.DER_cert_to_PEM_cert(spoil(der)), key.private_bytes(serialization.Encoding.PEM, *form).decode()
