"""Each way in which TLS fails is told apart, on real handshakes; and has its remedy for the BIG-IP and for the CA."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from sectigo_f5.trust.sessions import Session
from sectigo_f5.trust.tls_faults import CODES, Failure, TlsFault, tls_failure
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.serving import QuietHandler, serving
from tests.support.tls_server import tls_server

NOW = datetime.now(timezone.utc)
AUTHORITY = new_authority("Private CA", NOW)
DH_1024 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""  # the second group of Oakley (RFC 2409 section 6.2)


def server(name: str = "127.0.0.1", days: int = 0, issuer: Identity = AUTHORITY) -> Identity:
    return new_server([name], NOW + timedelta(days=days), issuer)


def with_rsa(bits: int) -> Identity:
    """Return a server's identity with an RSA key, which OpenSSL's own tools would not make so short."""
    key, plain = rsa.generate_private_key(65537, bits), server().certificate
    builder = x509.CertificateBuilder(
        plain.issuer,
        plain.subject,
        key.public_key(),
        plain.serial_number,
        plain.not_valid_before_utc,
        plain.not_valid_after_utc,
        list(plain.extensions),
    )
    return Identity(builder.sign(AUTHORITY.key, hashes.SHA256()), key)


def one_cipher(name: str, context: ssl.SSLContext) -> None:
    """Offer only TLS 1.2, with a cipher that no client of today takes."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{name}:@SECLEVEL=0")


def weak_exchange(folder: Path, context: ssl.SSLContext) -> None:
    (folder / "dh.pem").write_text(DH_1024)
    one_cipher("DHE-RSA-AES128-GCM-SHA256", context)
    context.load_dh_params(str(folder / "dh.pem"))


def anything(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")


Adjust = Callable[[ssl.SSLContext], None]


@dataclass(frozen=True)
class Case:
    """A server, and what it fails with."""

    fault: TlsFault
    said: str
    identity: Callable[[], Identity]
    adjust: Callable[[Path], Adjust] = lambda folder: lambda context: None
    trusted: str | None = None  # instead of the CA's certificate


CASES = {
    "expired": Case(TlsFault.EXPIRED, "certificate has expired", partial(server, days=-60)),
    "not yet valid": Case(TlsFault.NOT_YET_VALID, "certificate is not yet valid", partial(server, days=60)),
    "other name": Case(
        TlsFault.OTHER_NAMES,
        "IP address mismatch, certificate is not valid for '127.0.0.1'",
        partial(server, "bigip.example.com"),
    ),
    "self-signed": Case(TlsFault.SELF_SIGNED, "self-signed certificate", lambda: new_authority("BIG-IP", NOW)),
    "another CA": Case(
        TlsFault.UNTRUSTED,
        "unable to get local issuer certificate",
        lambda: server(issuer=new_authority("Another CA", NOW)),
    ),
    "1024 bits": Case(TlsFault.WEAK, "EE certificate key too weak", lambda: with_rsa(1024), lambda folder: anything),
    "weak key exchange": Case(
        TlsFault.WEAK_KEY_EXCHANGE,
        "dh key too small",
        lambda: with_rsa(2048),
        lambda folder: partial(weak_exchange, folder),
    ),
    "no common cipher": Case(TlsFault.CIPHERS, "handshake failure", server, lambda folder: partial(one_cipher, "NULL")),
    "text as CA file": Case(TlsFault.UNUSABLE_FILE, "no certificate or crl found", server, trusted="not PEM"),
    "broken CA file": Case(
        TlsFault.UNUSABLE_FILE,
        "PEM lib",
        server,
        trusted="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ),
}


def failure(url: str, trusted: Path | bool) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught, Session() as opened:
        opened.get(url, verify=str(trusted), timeout=5)
    return caught.value


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_of_tls_is_told_apart(tmp_path: Path, case: Case) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(case.trusted or AUTHORITY.certificate_pem)
    with tls_server(tmp_path, case.identity(), case.adjust(tmp_path)) as url:
        found = tls_failure(failure(url, file))
    assert found is not None
    assert found.fault is case.fault
    assert case.said in found.said


class _Plain(QuietHandler):
    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        self.respond(b"")


@contextmanager
def plain_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Plain)
    with serving(server):
        yield f"https://127.0.0.1:{server.server_port}/"


def test_a_server_without_tls_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(AUTHORITY.certificate_pem)
    with plain_server() as url:
        assert tls_failure(failure(url, tmp_path / "ca.pem")) == Failure(TlsFault.NO_TLS, "wrong version number")


def verification_error(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"certificate verify failed: {message}")
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("code", "message", "fault"),
    [
        (67, "CA certificate key too weak", TlsFault.WEAK),
        (68, "CA signature digest algorithm too weak", TlsFault.WEAK),
        (85, "Missing Authority Key Identifier", TlsFault.STRICT),
        (89, "Basic Constraints of CA cert not marked critical", TlsFault.STRICT),
        (92, "CA cert does not include key usage extension", TlsFault.STRICT),
        (24, "invalid CA certificate", TlsFault.UNTRUSTED),
    ],
)
def test_a_refusal_of_openssl_is_told_by_its_number(code: int, message: str, fault: TlsFault) -> None:
    assert tls_failure(verification_error(code, message)) == Failure(fault, message)


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", TlsFault.VERSION),
        ("UNSUPPORTED_PROTOCOL", TlsFault.VERSION),
        ("NO_PROTOCOLS_AVAILABLE", TlsFault.VERSION),
        ("WRONG_SIGNATURE_TYPE", TlsFault.WEAK_KEY_EXCHANGE),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", TlsFault.CIPHERS),
        ("TLSV1_ALERT_INSUFFICIENT_SECURITY", TlsFault.CIPHERS),
        ("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", None),
        ("UNEXPECTED_EOF_WHILE_READING", None),
    ],
)
def test_an_error_after_the_handshake_is_no_fault_of_tls(reason: str, fault: TlsFault | None) -> None:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower()} (_ssl.c:1006)")
    found = tls_failure(error)
    assert (found and found.fault) == fault


def test_every_number_leads_to_a_fault_and_a_ring_of_errors_ends() -> None:
    assert all(isinstance(fault, TlsFault) for fault in CODES.values())
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__cause__ = other, one
    assert tls_failure(one) is None
