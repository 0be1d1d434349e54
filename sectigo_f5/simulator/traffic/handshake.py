"""TLS as BIG-IP's client SSL profiles do it: the server name selects the profile, the client's offer the key type.

Sources: AskF5 K13452 (SNI with several client SSL profiles), RFC 6125 section 6.4.3 (wildcards).
"""

from __future__ import annotations

import secrets
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sectigo_f5.simulator.traffic import tls_settings
from sectigo_f5.simulator.traffic.tls_settings import TlsSettings


@dataclass(frozen=True)
class KeyPair:
    """One entry of a profile's certificate key chain; certificate, key and chain are PEM."""

    certificate: str
    key: str
    chain: str
    passphrase: str | None

    def __repr__(self) -> str:
        return "KeyPair(***)"


@dataclass(frozen=True)
class TlsProfile:
    """What a client SSL profile means for a handshake; it may have an RSA and an ECDSA pair."""

    path: str
    server_name: str | None
    sni_default: bool
    sni_require: bool
    pairs: tuple[KeyPair, ...]
    settings: TlsSettings = TlsSettings()


@dataclass(frozen=True)
class LoadedProfile:
    """A profile ready for handshakes."""

    profile: TlsProfile
    names: frozenset[str]  # of its certificates, lower case
    context: ssl.SSLContext


def load(profile: TlsProfile) -> LoadedProfile:
    """Load a profile's pairs and settings; raises :class:`ValueError` or :class:`ssl.SSLError` if they are unusable."""
    names = frozenset[str]().union(*(certificate_names(pair.certificate) for pair in profile.pairs))
    return LoadedProfile(profile, names, _context(profile) if profile.settings.versions else refusing_context())


def refusing_context() -> ssl.SSLContext:
    """Return the context of connections for which there is no profile: the client gets an alert."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
    return context


def choose(profiles: Sequence[LoadedProfile], name: str | None) -> LoadedProfile | None:
    """Choose a profile for a server name; None if the handshake is refused.

    First the profile's own server name, then, for profiles without one, the certificate's
    names, then the SNI default, unless that one requires a known name.
    """
    server_name = (name or "").lower()
    if server_name:
        for level in (_is_named, _matches_name, _certifies):
            match = next((one for one in profiles if level(one, server_name)), None)
            if match:
                return match
    default = profiles[0] if len(profiles) == 1 else next((one for one in profiles if one.profile.sni_default), None)
    return None if default is None or default.profile.sni_require else default


def _is_named(one: LoadedProfile, server_name: str) -> bool:
    return (one.profile.server_name or "").lower() == server_name


def _matches_name(one: LoadedProfile, server_name: str) -> bool:
    return _covers((one.profile.server_name or "").lower(), server_name)


def _certifies(one: LoadedProfile, server_name: str) -> bool:
    return one.profile.server_name is None and any(_covers(name, server_name) for name in one.names)


def _covers(pattern: str, name: str) -> bool:
    """Compare names; a wildcard stands for exactly the leftmost label."""
    return pattern == name or (pattern.startswith("*.") and "." in name and pattern[2:] == name.split(".", 1)[1])


def certificate_names(pem: str) -> frozenset[str]:
    """Return the DNS names and the common name of a certificate, lower case."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = [str(entry.value) for entry in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            names += extension.value.get_values_for_type(x509.DNSName)
    return frozenset(name.lower() for name in names)


def _context(profile: TlsProfile) -> ssl.SSLContext:
    """Load every pair into one context; OpenSSL keeps one per key type and serves what the client offers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Without session tickets every connection is a full handshake: a client sees a new certificate at once.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    tls_settings.apply(profile.settings, context)
    for pair in profile.pairs:
        key, passphrase = _encrypt(pair)
        with tempfile.TemporaryDirectory(prefix="bigip-tls-") as directory:  # mode 0700; the key in it is encrypted
            certificate_file, key_file = Path(directory, "certificate.pem"), Path(directory, "key.pem")
            certificate_file.write_text(f"{pair.certificate.strip()}\n{pair.chain.strip()}\n")
            key_file.write_text(key)
            context.load_cert_chain(certificate_file, key_file, password=passphrase)
    return context


def _encrypt(pair: KeyPair) -> tuple[str, str]:
    """Return the key encrypted, and its passphrase.

    :mod:`ssl` reads keys from files only, and a file must never hold an unencrypted one.
    """
    if "ENCRYPTED" in pair.key:
        return pair.key, pair.passphrase or ""
    passphrase = secrets.token_urlsafe()
    key = load_pem_private_key(pair.key.encode(), None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    return pem.decode(), passphrase
