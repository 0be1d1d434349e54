"""The certificate that a BIG-IP's management interface presents: which it is, and how to pin it."""

from __future__ import annotations

import hashlib
import shlex
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Device
from sectigo_f5.names import covers, is_address
from sectigo_f5.tls.client import handshake
from sectigo_f5.untrusted import NonsenseError, reading

TIMEOUT = 10.0  # seconds for a handshake
ON_THE_DEVICE = "openssl x509 -noout -fingerprint -sha256 -in /config/httpd/conf/ssl.crt/server.crt"  # F5 techdocs


@dataclass(frozen=True)
class Presented:
    """What a certificate says of itself, as far as it can be read."""

    fingerprint: str  # SHA-256 of the DER, as ``openssl x509 -fingerprint`` writes it
    subject: str = "a subject that cannot be read"
    issuer: str = ""
    not_after: datetime | None = None  # UTC
    names: tuple[str, ...] = ()  # DNS names and addresses of the SAN: the common name is not looked at (RFC 9525)

    @property
    def is_self_signed(self) -> bool:
        """True if it names itself as its issuer."""
        return self.subject == self.issuer

    def is_for(self, host: str) -> bool:
        """Tell whether TLS takes it for ``host``."""
        return host.lower() in self.names if is_address(host) else covers(self.names, host)

    def __str__(self) -> str:
        issuer = "itself" if self.is_self_signed else self.issuer or "nobody who can be read"
        until = f"valid until {self.not_after:%Y-%m-%d}, " if self.not_after else ""
        names = ", ".join(self.names) or "no name in its subjectAltName"
        return f"{self.subject}, issued by {issuer}, {until}for {names}; SHA-256 {self.fingerprint}"


def presented(der: bytes) -> Presented:
    """Read a certificate; one that nobody verifies may be anything, so only its fingerprint is certain."""
    fingerprint = hashlib.sha256(der).hexdigest().upper()
    fingerprint = ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))
    try:
        with reading("the management certificate cannot be read"):
            found = x509.load_der_x509_certificate(der)
            subject, issuer = found.subject.rfc4514_string() or "an empty subject", found.issuer.rfc4514_string()
            return Presented(fingerprint, subject, issuer, found.not_valid_after_utc, tuple(_names(found)))
    except NonsenseError:
        return Presented(fingerprint)


def _names(found: x509.Certificate) -> Iterator[str]:
    try:
        listed = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    yield from (name.lower() for name in listed.get_values_for_type(x509.DNSName))
    yield from (str(address) for address in listed.get_values_for_type(x509.IPAddress))


def ask(host: str, port: int) -> Presented | None:
    """Ask a BIG-IP for its certificate, whether it is trusted or not; None if it shows none."""
    try:
        found = handshake(host, port, None if is_address(host) else host, timeout=TIMEOUT)
    except ConnectorError:
        return None
    return presented(ssl.PEM_cert_to_DER_cert(found.certificate_pem))


def how_to_pin(device: Device, host: str, found: Presented | None) -> tuple[str, ...]:
    """Return line by line how to trust the certificate that a BIG-IP presents; for a group its file has one each."""
    file = pin_file(device)
    lines = [f"it presents {found}"] if found else []
    if found and not found.is_for(host):
        instead = "write host as it names it, or " if found.names else ""
        lines.append(f"it is not for {host}: {instead}give the BIG-IP a certificate for {host} (AskF5 K6353)")
    one = len(device.hosts) == 1
    lines += [
        f"openssl s_client -connect {_address(host, device.port)} -showcerts </dev/null | openssl x509 "
        f"{'>' if one else '>>'} {shlex.quote(str(file))}",
        f"on the BIG-IP, `{ON_THE_DEVICE}` has to print the same fingerprint: else somebody else has answered",
        f"write verify_tls: {file} in {device.place.file}",
    ]
    return tuple(lines)


def pin_file(device: Device) -> Path:
    """Return the file for a BIG-IP's own certificate, beside the file that it is configured in."""
    return device.place.file.absolute().parent / f"{device.name.replace('/', '-')}.pem"


def _address(host: str, port: int) -> str:
    return shlex.quote(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
