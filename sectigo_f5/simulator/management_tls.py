"""TLS on the management port: its own CA, and a certificate for the address that it listens on."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sectigo_f5.simulator.certificates.pem import key_pem


def _usage(*, certificate_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificate_authority,
        key_cert_sign=certificate_authority,
        crl_sign=certificate_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


# RFC 5280, 4.2.1.3: a CA's certificate must have keyUsage; Python 3.13 and newer refuse one without it.
CA_USAGE = _usage(certificate_authority=True)
SERVER_USAGE = _usage(certificate_authority=False)


def prepare(folder: Path, names: tuple[str, ...]) -> tuple[Path, ssl.SSLContext]:
    """Create the CA and the certificate; returns the CA's file and the server's context."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Management CA of a simulated BIG-IP")
    ca = _certificate(ca_name, ca_name, ca_key, ca_key, CA_USAGE, x509.BasicConstraints(ca=True, path_length=0))
    alternative = x509.SubjectAlternativeName([_general(name) for name in dict.fromkeys((*names, "localhost"))])
    leaf = _certificate(_name("Simulated BIG-IP"), ca_name, key, ca_key, SERVER_USAGE, alternative)
    ca_file, leaf_file = folder / "management-ca.pem", folder / "management.pem"
    ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    leaf_file.touch(mode=0o600)
    leaf_file.write_bytes(leaf.public_bytes(Encoding.PEM) + key_pem(key, None))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf_file)
    return ca_file, context


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    usage: x509.KeyUsage,
    extension: x509.BasicConstraints | x509.SubjectAlternativeName,
) -> x509.Certificate:
    now = datetime.now(timezone.utc)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())
