"""X.509 without I/O: read certificates, and check each before it may go anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, KeySpec
from sectigo_f5.untrusted import reading

MOST_REMEMBERED = 128  # what one certificate needs several times in a row, and chains that many share
CLOCK_SKEW = timedelta(hours=1)  # a certificate may begin a little in the future by our clock
_REQUEST = re.compile(r"-----BEGIN (NEW )?CERTIFICATE REQUEST-----.+?-----END \1?CERTIFICATE REQUEST-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """What the program needs of an X.509 certificate; times are UTC."""

    common_name: str | None
    names: frozenset[str]  # DNS names of the SAN, lower case
    not_before: datetime
    not_after: datetime
    serial: str  # lower-case hexadecimal without separators or leading zeros
    subject: str
    issuer: str
    key: KeySpec | None
    fingerprint: str  # SHA-256 of the DER, lower-case hexadecimal
    pem: str = field(repr=False)


@lru_cache(maxsize=MOST_REMEMBERED)
def read_certificate(pem: str) -> Certificate:
    """Read one PEM certificate; raises :class:`ConnectorError` if it is not one."""
    return describe(_load(pem))


@lru_cache(maxsize=MOST_REMEMBERED)
def read_chain(pem: str) -> tuple[Certificate, ...]:
    """Read every certificate of a PEM text, in its order; none in an empty text."""
    if not pem.strip():
        return ()
    with reading("the CA chain cannot be read: it holds something other than a PEM certificate"):
        found = x509.load_pem_x509_certificates(pem.encode())
    return tuple(describe(certificate) for certificate in found)


def check_request(csr_pem: str, names: Iterable[str], key: KeySpec) -> None:
    """Refuse a CSR that is not the one asked for, before it goes to the CA.

    Raises :class:`ConnectorError` for a wrong signature (RFC 2986), other names, another key. All
    names must be subject alternative names: Certbot also orders a common name that is not among them,
    and the CA refuses only when it finalizes the order.
    """
    request = load_request(csr_pem)
    with reading("the CSR from the BIG-IP cannot be understood; run again"):
        signed, spec = request.is_signature_valid, _key_spec(request.public_key())
        common, have = _common_name(request.subject), _alternative_names(request.extensions)
    if not signed:
        raise ConnectorError("the CSR from the BIG-IP is not signed by its own key; run again")
    wanted = frozenset(names)
    if have != wanted:
        raise ConnectorError(f"the CSR from the BIG-IP has the names {_listed(have)} instead of {_listed(wanted)}")
    if common is not None and common not in wanted:
        raise ConnectorError(
            f"the CSR from the BIG-IP has the common name {common}, which is not one of {_listed(wanted)}"
        )
    if spec != key:
        raise ConnectorError(f"the CSR from the BIG-IP has a key {spec or 'of unknown kind'} instead of {key}")


def check_issued(issued: Issued, csr_pem: str, names: Iterable[str], key: KeySpec, now: datetime) -> Certificate:
    """Refuse a certificate that is not the one asked for, before it goes to the BIG-IP.

    Compares public key, names (a CA may add some, see :mod:`sectigo_f5.x509.remarks`) and validity (its own and its
    issuer's: clients refuse it if either has ended), and that each certificate of the chain signs the one below
    it (RFC 5280 section 6.1).
    Raises :class:`ConnectorError` naming what differs.
    """
    must_be_for(issued, csr_pem, names, key)
    leaf, described = _load(issued.certificate), read_certificate(issued.certificate)
    if not described.not_before - CLOCK_SKEW <= now < described.not_after:
        raise ConnectorError(
            f"the CA's certificate is valid from {described.not_before} to {described.not_after}, "
            f"and the clock here says {now}; check the clock"
        )
    above = read_chain(issued.chain)
    _check_links(leaf, above)
    if above and above[0].not_after <= now:
        raise ConnectorError(
            f"the CA's own certificate expired on {above[0].not_after}; nothing was installed, ask the CA"
        )
    return described


def must_be_for(issued: Issued, csr_pem: str, names: Iterable[str], key: KeySpec) -> None:
    """Refuse a certificate for another key, other names or another use: neither time nor another chain mends that.

    Raises :class:`ConnectorError` naming what differs.
    """
    leaf, described, wanted = _load(issued.certificate), read_certificate(issued.certificate), frozenset(names)
    if public_bytes(leaf) != public_bytes(load_request(csr_pem)):
        raise ConnectorError("the CA's certificate is not for the key of the CSR; nothing was installed")
    if not wanted <= described.names:
        raise ConnectorError(
            f"the CA's certificate has the names {_listed(described.names)} instead of {_listed(wanted)}"
        )
    if described.key != key:
        raise ConnectorError(f"the CA's certificate has a key {described.key} instead of {key}")
    _check_usage(leaf)


def extract_request(text: str) -> str | None:
    """Cut the PEM of a CSR out of what a tool printed around it, or return None if there is none."""
    found = _REQUEST.search(text.replace("\r", ""))
    return f"{found[0]}\n" if found else None


def _load(pem: str) -> x509.Certificate:
    with reading("this is not a PEM certificate, or it is damaged"):
        return x509.load_pem_x509_certificate(pem.encode())


def load_request(pem: str) -> x509.CertificateSigningRequest:
    """Read a CSR; raises :class:`ConnectorError` if it is not one."""
    with reading("the BIG-IP did not return a CSR, or it is damaged; run again"):
        return x509.load_pem_x509_csr(pem.encode())


def describe(found: x509.Certificate) -> Certificate:
    """Return what the program needs of a certificate; raises :class:`ConnectorError` if any of it cannot be read."""
    with reading("a certificate cannot be read"):
        serial = f"{found.serial_number:x}"
    with reading(f"a certificate with serial {serial} cannot be read"):
        return Certificate(
            common_name=_common_name(found.subject),
            names=_alternative_names(found.extensions),
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            serial=serial,
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
            key=_key_spec(found.public_key()),
            fingerprint=found.fingerprint(hashes.SHA256()).hex(),
            pem=found.public_bytes(Encoding.PEM).decode(),
        )


def _common_name(subject: x509.Name) -> str | None:
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value).lower() if names else None


def _alternative_names(extensions: x509.Extensions) -> frozenset[str]:
    try:
        value = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in value.get_values_for_type(x509.DNSName))


def _key_spec(key: object) -> KeySpec | None:
    if isinstance(key, rsa.RSAPublicKey):
        return KeySpec("rsa", str(key.key_size))
    return KeySpec("ecdsa", key.curve.name) if isinstance(key, ec.EllipticCurvePublicKey) else None


def public_bytes(found: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """Return the public key, to be compared; raises :class:`ConnectorError` if it cannot be read."""
    with reading("its public key cannot be read"):
        return found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_usage(leaf: x509.Certificate) -> None:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        raise ConnectorError("the CA's certificate is not for TLS servers (extended key usage); check the CA's profile")


def _check_links(leaf: x509.Certificate, chain: Iterable[Certificate]) -> None:
    below = leaf
    for link in chain:
        above = _load(link.pem)
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
            raise ConnectorError(
                f"the CA's chain is broken: {above.subject.rfc4514_string()} did not sign "
                f"{below.subject.rfc4514_string()}, and the certificate of {below.issuer.rfc4514_string()}, which did, "
                "is missing; nothing was installed: ask the CA, the next run downloads it again"
            ) from error
        below = above


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
