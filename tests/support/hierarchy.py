"""A small CA hierarchy for tests and the demo: root, issuing CA, server certificates."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

CA_USAGE = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def write(self, certificate: Path, key: Path) -> None:
        certificate.write_text(self.certificate_pem)
        key.write_text(self.key_pem)


def new_authority(
    name: str, now: datetime, issuer: Identity | None = None, days: int = 3650, strict: bool = True
) -> Identity:
    """Make a root, or with ``issuer`` an intermediate CA; one that is not ``strict`` lacks what RFC 5280 wants."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, key, now, days, issuer)
    builder = builder.add_extension(CA_USAGE, critical=True) if strict else builder
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=strict)
    return Identity(builder.sign((issuer.key if issuer else key), hashes.SHA256()), key)


def new_server(names: Sequence[str], now: datetime, issuer: Identity, days: int = 30) -> Identity:
    """Make a TLS server certificate for host names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    builder = (
        _builder(names[0], key, now, days, issuer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return Identity(builder.sign(issuer.key, hashes.SHA256()), key)


def _builder(name: str, key: Key, now: datetime, days: int, issuer: Identity | None) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer.key if issuer else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
