"""Keys, certificates and CSRs as the device creates, reads and describes them; no I/O."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

LONGEST_NAMES = 4095  # bytes of the subject alternative names that an object shows
CURVES: dict[str, ec.EllipticCurve] = {
    "prime256v1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
}
_DEVICE_CURVE = {curve.name: name for name, curve in CURVES.items()}
_SUBJECT = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.LOCALITY_NAME: "L",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.COUNTRY_NAME: "C",
    NameOID.EMAIL_ADDRESS: "emailAddress",
    NameOID.DOMAIN_COMPONENT: "DC",
}
_DECIMAL_BITS = 63  # OpenSSL prints a serial number that fits a long in decimal


@dataclass(frozen=True)
class Pair:
    """A certificate (PEM, others may follow) and its key."""

    certificate: bytes
    key: PrivateKey

    def __repr__(self) -> str:
        return "Pair(***)"


def make_key(kind: str, size: str, curve: str) -> PrivateKey:
    """Generate a key; raises :class:`ValueError` for a kind that is not simulated."""
    if kind == "rsa-private":
        return rsa.generate_private_key(65537, int(size))
    if kind == "ec-private" and curve in CURVES:
        return ec.generate_private_key(CURVES[curve])
    raise ValueError(kind)


def key_pem(key: PrivateKey, passphrase: str | None) -> bytes:
    """Return a key as the device stores it: encrypted if there is a passphrase."""
    protection: KeySerializationEncryption = NoEncryption()
    if passphrase:
        protection = BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def is_encrypted(content: bytes) -> bool:
    """Tell whether a stored key needs a passphrase (RFC 7468; RFC 1421 for the older form)."""
    return b"BEGIN ENCRYPTED PRIVATE KEY" in content or b"Proc-Type: 4,ENCRYPTED" in content


@functools.lru_cache(maxsize=256)
def open_key(content: bytes, passphrase: str | None) -> PrivateKey | None:
    """Return the key in a PEM; None if the passphrase is wrong or it is not a key.

    Cached, because every check of a profile opens its keys again, and PBKDF2 is slow on purpose.
    """
    secret = passphrase.encode() if passphrase and is_encrypted(content) else None
    try:
        key = load_pem_private_key(content, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, PrivateKey) else None


def public_bytes(key: PrivateKey | x509.Certificate) -> bytes:
    """Return the public key that a key and its certificate have in common, as DER."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificates(content: bytes) -> list[x509.Certificate]:
    """Return the certificates in a PEM; an empty list if it is not a PEM."""
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        return []


def open_pkcs12(content: bytes, passphrase: str) -> Pair | None:
    """Return the pair in a PKCS#12 file, unencrypted, further certificates after the first; None if unreadable."""
    try:
        key, first, others = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except ValueError:
        return None
    if not isinstance(key, PrivateKey) or first is None:
        return None
    return Pair(b"".join(one.public_bytes(Encoding.PEM) for one in (first, *others)), key)


def describe_key(key: object, half: str) -> tuple[str, int, str]:
    """Return type, size and curve in the device's words; ``half`` is ``private`` or ``public``."""
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return f"ec-{half}", key.curve.key_size, _DEVICE_CURVE.get(key.curve.name, key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return f"rsa-{half}", key.key_size, "none"
    return f"dsa-{half}", key.key_size if isinstance(key, dsa.DSAPublicKey) else 0, "none"


def one_line(name: x509.Name, last_first: bool = True) -> str:
    """Return a name as the device shows it: last attribute first, commas without spaces."""
    shown = [f"{_SUBJECT.get(attribute.oid, attribute.oid.dotted_string)}={attribute.value!s}" for attribute in name]
    return ",".join(reversed(shown) if last_first else shown)


def subject_attributes(certificate: x509.Certificate) -> list[tuple[str, str]]:
    """Return the subject of a certificate, attribute by attribute."""
    return [(_SUBJECT.get(one.oid, ""), str(one.value)) for one in certificate.subject]


def serial_text(serial: int, spelling: str | None = None) -> str:
    """Return a serial number, unless it is spelled otherwise: decimal if it is small, hex with colons if it is long."""
    spelling = spelling or ("decimal" if serial.bit_length() <= _DECIMAL_BITS else "colons")
    digits = f"{serial:x}"
    digits = digits.zfill(len(digits) + len(digits) % 2)
    colons = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return {"decimal": str(serial), "colons": colons, "hexadecimal": digits, "none": ""}[spelling]


def alternative_names(certificate: x509.Certificate) -> str | None:
    """Return the subject alternative names as the device lists them, ``DNS:a, IP Address:192.0.2.1``.

    A long text is cut off wherever it reaches the limit, in the middle of a name, too (F5 Bug ID 891565).
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    words: dict[type, str] = {x509.DNSName: "DNS", x509.IPAddress: "IP Address", x509.RFC822Name: "email"}
    text = ", ".join(f"{words.get(type(name), 'URI')}:{name.value}" for name in names)
    return text.encode()[:LONGEST_NAMES].decode(errors="ignore")


def fingerprint(certificate: x509.Certificate, kind: str = "sha256") -> str:
    """Return ``SHA256/`` and the digest in upper-case hex with colons; of another kind, one of SHA-1, or nothing."""
    if kind == "none":
        return ""
    name, digest = ("SHA256/", hashes.SHA256()) if kind == "sha256" else ("SHA1/", hashes.SHA1())  # noqa: S303
    return name + certificate.fingerprint(digest).hex(":").upper()


def checksum(content: bytes) -> str:
    """Return the device's checksum of a stored file."""
    return f"SHA1:{len(content)}:{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"


def make_request(key: PrivateKey, subject: Mapping[str, str], names: str) -> bytes:
    """Return a CSR; ``names`` as in ``DNS:a, IP:192.0.2.1``. Raises :class:`ValueError` for other types of names."""
    attributes = [x509.NameAttribute(oid, subject[word]) for oid, word in _SUBJECT.items() if subject.get(word)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(list(reversed(attributes))))
    alternatives = [_general_name(name.strip()) for name in names.split(",") if name.strip()]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _general_name(text: str) -> x509.GeneralName:
    kind, _, value = text.partition(":")
    if kind == "DNS":
        return x509.DNSName(value)
    if kind in ("IP", "IP Address"):
        return x509.IPAddress(ipaddress.ip_address(value))
    if kind == "email":
        return x509.RFC822Name(value)
    if kind == "RID":
        return x509.RegisteredID(x509.ObjectIdentifier(value))
    if kind == "URI":
        return x509.UniformResourceIdentifier(value)
    raise ValueError(text)


@functools.cache
def factory_pair(common_name: str, mail: str = "") -> Pair:
    """Return a self-signed pair like those that devices ship with; generated once per process, because it is slow."""
    key = rsa.generate_private_key(65537, 2048)
    words = {"C": "US", "ST": "WA", "L": "Seattle", "O": "MyCompany", "OU": "IT", "CN": common_name}
    oids = {word: oid for oid, word in _SUBJECT.items()}
    attributes = {**words, **({"emailAddress": mail} if mail else {})}
    name = x509.Name([x509.NameAttribute(oids[word], value) for word, value in attributes.items()])
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(308384129)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
    )
    certificate = builder.sign(key, hashes.SHA256())
    return Pair(certificate.public_bytes(Encoding.PEM), key)


@functools.cache
def factory_secret() -> tuple[str, bytes]:
    """Return a passphrase that no user knows, and a key protected with it."""
    passphrase = secrets.token_urlsafe()
    return passphrase, key_pem(factory_pair("api.f5.example").key, passphrase)
