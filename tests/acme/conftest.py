"""Real CAs for the whole directory, and what every test of :mod:`sectigo_f5.acme.authority` needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sectigo_f5.acme.authority import Authority
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret
from tests.support.authorities import EAB, Acme2Certifier, ChallengeTestServer, Pebble
from tests.support.ca_front import CaFront

SECOND_KID = "kid-2"
SECOND_KEY = "YW5vdGhlciBITUFDIGtleSBvZiB0aGUgdGVzdCBDQSwgMzIgYnl0ZXM"

Open = Callable[..., Authority]


def now() -> datetime:
    return datetime.now(timezone.utc)


def request(*names: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> str:
    """Make a CSR for ``names``, the first of them the common name too."""
    common_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(common_name)
    signed = builder.add_extension(alternatives, critical=False).sign(
        key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()
    )
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def account(ca: Acme2Certifier | Pebble | CaFront) -> Account:
    return Account(ca.directory_url, ca.eab_kid, Secret(ca.eab_hmac_key), "ops@example.com", ca.ca_bundle)


def logs(state_dir: Path, verb: str = "*") -> list[Path]:
    """Return the logs of Certbot's calls, one per call."""
    return sorted((state_dir / "certbot" / "logs").glob(f"*-{verb}-*.log"))


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2Certifier]:
    """acme2certifier, with example.com and its subdomains validated."""
    folder = tmp_path_factory.mktemp("acme2certifier")
    domains = ["example.com", "*.example.com"]
    with Acme2Certifier(folder, domains, eab={**EAB, SECOND_KID: SECOND_KEY}) as started:
        yield started


@pytest.fixture(scope="session")
def dns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChallengeTestServer]:
    with ChallengeTestServer(tmp_path_factory.mktemp("dns")) as started:
        yield started


@pytest.fixture(scope="session")
def pebble(tmp_path_factory: pytest.TempPathFactory, dns: ChallengeTestServer) -> Iterator[Pebble]:
    """Pebble, which refuses one domain, and some good nonces as it always does."""
    folder = tmp_path_factory.mktemp("pebble")
    with Pebble(folder, dns_server=dns.dns_address, forbidden=["forbidden.example"]) as started:
        yield started


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def authority(state_dir: Path) -> Open:
    """Open the authority of a CA as one run does; keyword arguments replace fields of the account."""

    def opened(ca: Acme2Certifier | Pebble, **changes: object) -> Authority:
        return Authority(replace(account(ca), **changes), state_dir, clock=now)  # type: ignore[arg-type]

    return opened


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory, ca: Acme2Certifier) -> Authority:
    """An account at acme2certifier, registered once for the tests that do not test registration."""
    opened = Authority(account(ca), tmp_path_factory.mktemp("registered"), clock=now)
    opened.register()
    return opened
