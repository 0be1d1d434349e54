"""Certificates with every detail a test may want: validity, key, names, OCSP and CRL addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tests.support.hierarchy import Identity, Key


def new_key(kind: str = "ecdsa") -> Key:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def new_request(key: Key, *names: str, common_name: str | None = None) -> str:
    """Return a CSR for ``names``, whose common name is the first of them unless given."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name or names[0])])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def new_leaf(
    issuer: Identity,
    key: Key | ed25519.Ed25519PrivateKey | x509.Certificate,
    *names: str,
    begins: datetime,
    lifetime: timedelta = timedelta(days=90),
    ocsp_url: str | None = None,
    crl_url: str | None = None,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    extra: x509.ExtensionType | None = None,
) -> x509.Certificate:
    """Return a certificate signed by ``issuer``, for a server unless ``usage`` is given.

    Only the public half of ``key`` is needed, so that another certificate may provide it.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lifetime)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if ocsp_url:
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if extra:
        builder = builder.add_extension(extra, critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def new_crl(
    issuer: Identity,
    *revoked: x509.Certificate,
    begins: datetime,
    lifetime: timedelta = timedelta(days=1),
    reason: x509.ReasonFlags = x509.ReasonFlags.superseded,
    extra: x509.ExtensionType | None = None,
) -> bytes:
    """Return a DER CRL; ``extra`` is critical."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(begins).next_update(begins + lifetime)
    if extra:
        builder = builder.add_extension(extra, critical=True)
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(begins)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def without_next_update(issuer: Identity, crl: bytes) -> bytes:
    """Remove nextUpdate from a DER CRL, which libraries cannot create without it, and sign it again."""
    content = x509.load_der_x509_crl(crl).tbs_certlist_bytes
    content = content[2 + (content[1] & 0x7F if content[1] & 0x80 else 0) :]
    this_update = content.index(b"\x17\x0d")  # UTCTime of 13 characters, twice
    listed = _der(0x30, content[: this_update + 15] + content[this_update + 30 :])
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    signature = issuer.key.sign(listed, ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = _der(0x30, _der(0x06, bytes.fromhex("2a8648ce3d040302")))
    return _der(0x30, listed + ecdsa_with_sha256 + _der(0x03, b"\x00" + signature))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, size] if size < 0x80 else [tag, 0x80 | len(long), *long]) + content


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
