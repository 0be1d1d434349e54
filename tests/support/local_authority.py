"""A CA in this process, for tests of the device: it signs at once what a real CA would sign."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.acme.concurrency import VirtualServerLocks
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.model import Issued, RenewalInformation
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Validation
from sectigo_f5.x509.revocation import Revocation
from tests.support.hierarchy import Identity, new_authority


@dataclass
class LocalAuthority:
    """Takes the place of :class:`sectigo_f5.acme.authority.Authority`; ``refusal`` makes it fail."""

    clock: Callable[[], datetime]
    lifetime: timedelta = timedelta(days=90)
    refusal: str | None = None
    limit: int | None = None  # number of certificates, after which the CA refuses
    window: RenewalInformation | None = None
    crl_url: str | None = None  # the CRL distribution point of its certificates
    adds: tuple[str, ...] = ()  # names that it puts into certificates unasked
    answer: Callable[[Issued], Issued] = lambda issued: issued  # how it sends what it has issued
    works: Callable[[], object] = lambda: None  # called while it works on an order
    issued: list[x509.Certificate] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    processing: bool = False  # it takes every order and decides on none
    placed: dict[str, str] = field(default_factory=dict)  # the CSR of each order, by its URL
    delivered: dict[str, Issued] = field(default_factory=dict)  # by the URL of the order
    locks: VirtualServerLocks = field(default_factory=VirtualServerLocks)

    def __post_init__(self) -> None:
        self.our_clock: Callable[[], datetime] = self.clock
        begin = self.clock() - timedelta(days=1)
        self.root: Identity = new_authority("Local Root", begin)
        self.issuer: Identity = new_authority("Local Issuing CA", begin, self.root)

    def connect(self) -> None:
        if self.refusal == "unreachable":
            raise ConnectorError("the ACME server does not answer; check ACME_SERVER")

    def register(self) -> None:
        pass

    def issue(
        self, csr_pem: str, validation: Validation, known: tuple[Secret, ...] = (), order: Path | None = None
    ) -> Issued:
        self.works()
        if self.refusal:
            raise ConnectorError(self.refusal)
        url = str(json.loads(order.read_text())["url"]) if order and order.exists() else ""
        if url not in self.placed:
            url = self._place(csr_pem, order)
            self.validations.append(validation)
        if self.processing:
            raise PendingOrderError(f"the CA is still processing the order {url}")
        return self._deliver(url)

    def alone_on(self, hosts: Iterable[str], virtual_servers: Iterable[str]) -> AbstractContextManager[bool]:
        return self.locks.held(hosts, virtual_servers)

    def _place(self, csr_pem: str, order: Path | None) -> str:
        """Take an order, and remember it as the launcher does."""
        if self.limit is not None and len(self.placed) >= self.limit:
            raise ConnectorError("the CA's rate limit is reached")
        url = f"https://ca.example.com/order/{len(self.placed) + 1}"
        self.placed[url] = csr_pem
        if order:
            order.parent.mkdir(parents=True, exist_ok=True)
            order.write_text(json.dumps({"url": url}))
        return url

    def _deliver(self, url: str) -> Issued:
        """Issue the certificate of an order, once."""
        if url not in self.delivered:
            certificate = self._sign(x509.load_pem_x509_csr(self.placed[url].encode()))
            self.issued.append(certificate)
            leaf = certificate.public_bytes(Encoding.PEM).decode()
            self.delivered[url] = self.answer(Issued(leaf, self.issuer.certificate_pem))
        return self.delivered[url]

    def revoke(self, certificate_pem: str, reason: str) -> None:
        if self.refusal:
            raise ConnectorError(self.refusal)
        self.revoked.append(certificate_pem)

    def clock_ahead(self) -> timedelta | None:
        return None if self.refusal == "unreachable" else self.clock() - self.our_clock()

    def account_status(self) -> str:
        return "registered there"

    def account_problem(self) -> str | None:
        return None

    def requires_binding(self) -> bool:
        return False

    def releases(self) -> dict[str, tuple[str, str | None]]:
        return {"certbot": ("5.8.0", None)}

    def plugin_problem(self, validation: Validation) -> str | None:
        return None

    def renewal_information(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        return self.window

    def _sign(self, request: x509.CertificateSigningRequest) -> x509.Certificate:
        key = request.public_key()
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        asked = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = x509.SubjectAlternativeName([*asked, *map(x509.DNSName, self.adds)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(self.issuer.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.clock() - timedelta(minutes=5))
            .not_valid_after(self.clock() + self.lifetime)
            .add_extension(names, critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.key.public_key()), critical=False
            )
        )
        if self.crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.crl_url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self.issuer.key, hashes.SHA256())


@dataclass
class LocalRevocation:
    """Takes the place of the revocation check; with a ``reason``, everything is revoked."""

    reason: str | None = None

    def status(self, certificate_pem: str, issuer_pem: str) -> Revocation:
        return Revocation("revoked" if self.reason else "good", self.reason, "crl", "")
