"""Whatever OCSP, a CRL, a CA or a peer sends: it is believed if it is signed, else unknown, and never a bug."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Reply
from sectigo_f5.model import Issued, KeySpec
from sectigo_f5.x509 import certificates, crls, revocation
from sectigo_f5.x509.chains import in_order
from sectigo_f5.x509.revocation import RevocationChecker
from tests.support.damage import damaged
from tests.support.hierarchy import Identity, new_authority
from tests.support.issuing import new_crl, new_key, new_leaf, new_request, pem
from tests.support.odd_certificates import ODD, Spoil, odd_pair
from tests.support.properties import generated

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=timezone.utc)
BEGAN = NOW - timedelta(minutes=5)
ISSUER, STRANGER = new_authority("CA", NOW - timedelta(days=9)), new_authority("CA", NOW - timedelta(days=9))
KEY = new_key()
BY_OCSP = new_leaf(ISSUER, KEY, "www.example.com", begins=BEGAN, ocsp_url="http://ca.example/")
BY_CRL = new_leaf(ISSUER, KEY, "www.example.com", begins=BEGAN, crl_url="http://ca.example/")
RESPONDER = Identity(
    new_leaf(ISSUER, KEY, "Responder", begins=BEGAN, usage=ExtendedKeyUsageOID.OCSP_SIGNING),
    KEY,
)
REVOKED = ocsp.OCSPCertStatus.REVOKED, NOW - timedelta(days=1), x509.ReasonFlags.superseded
GOOD = ocsp.OCSPCertStatus.GOOD, None, None


Said = tuple[ocsp.OCSPCertStatus, datetime | None, x509.ReasonFlags | None]


def ocsp_answer(
    signer: Identity,
    *enclosed: x509.Certificate,
    said: Said = GOOD,
    at: datetime = BEGAN,
    ends: datetime | None = None,
) -> bytes:
    status, when, reason = said
    builder = ocsp.OCSPResponseBuilder().add_response(
        BY_OCSP,
        ISSUER.certificate,
        hashes.SHA1(),  # noqa: S303  # what RFC 5019 has in a CertID
        status,
        at,
        ends,
        when,
        reason,  # noqa: S303  # as RFC 5019
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    builder = builder.certificates(enclosed) if enclosed else builder
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


REVOKED_BY_OCSP = ocsp_answer(RESPONDER, RESPONDER.certificate, said=REVOKED, ends=NOW + timedelta(days=1))
REVOKED_BY_CRL = new_crl(ISSUER, BY_CRL, begins=BEGAN)


class Source:
    """Answers whatever is asked with ``content``; every checker is of a run of its own, and keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.content = b""
        (folder / "crl").write_text("a file in the way of what would be kept")
        self._folder = folder

    def fetch(self, *_: object, **__: object) -> Reply:
        return Reply(200, {}, self.content)

    def says(self, certificate: x509.Certificate, content: bytes, now: datetime = NOW) -> str:
        self.content = content
        checker = RevocationChecker(self._folder, clock=lambda: now)
        return checker.status(pem(certificate), ISSUER.certificate_pem).status


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source(tmp_path_factory.mktemp("source"))


@pytest.fixture(autouse=True)
def _asked(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (revocation, crls):
        monkeypatch.setattr(module, "fetch", source.fetch)


@generated(150)
@given(content=damaged(REVOKED_BY_OCSP) | st.binary(max_size=40))
def test_a_damaged_ocsp_answer_never_says_good(source: Source, content: bytes) -> None:
    """It says that the certificate is revoked: what is signed cannot be turned round."""
    assert source.says(BY_OCSP, content) in ("revoked", "unknown")


@generated(150)
@given(content=damaged(REVOKED_BY_CRL) | st.binary(max_size=40))
def test_a_damaged_crl_never_says_good(source: Source, content: bytes) -> None:
    assert source.says(BY_CRL, content) in ("revoked", "unknown")


def test_what_is_signed_by_the_issuer_is_believed(source: Source) -> None:
    assert source.says(BY_OCSP, REVOKED_BY_OCSP) == source.says(BY_CRL, REVOKED_BY_CRL) == "revoked"


def version_9(crl: bytes) -> bytes:
    return crl.replace(b"\x02\x01\x01", b"\x02\x01\x09", 1)


@pytest.mark.parametrize(
    ("certificate", "content"),
    [
        *[(BY_OCSP, ocsp_answer(STRANGER, said=said)) for said in (GOOD, REVOKED)],
        *[(BY_OCSP, ocsp_answer(ISSUER, at=at)) for at in (datetime(9999, 12, 31), datetime(1950, 1, 1))],
        *[(BY_CRL, new_crl(STRANGER, *listed, begins=BEGAN)) for listed in ((), (BY_CRL,))],
        *[(BY_CRL, version_9(new_crl(signer, begins=BEGAN))) for signer in (ISSUER, STRANGER)],
        (BY_CRL, new_crl(ISSUER, begins=datetime(9999, 12, 31), lifetime=timedelta(hours=1))),
    ],
)
def test_a_strange_answer_is_unknown_and_one_warning(
    source: Source, certificate: x509.Certificate, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        assert source.says(certificate, content) == "unknown"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("spoil", ODD, ids=lambda each: each.__name__)
def test_an_odd_certificate_that_comes_with_an_answer_is_passed_over(source: Source, spoil: Spoil) -> None:
    """Plain HTTP: anybody on the way can add one."""
    enclosed, _ = odd_pair(NOW, lambda der: der)
    answer = ocsp_answer(ISSUER, x509.load_pem_x509_certificate(enclosed.encode()), said=REVOKED)
    assert source.says(BY_OCSP, spoil(answer)) == "revoked"
    answer = ocsp_answer(STRANGER, x509.load_pem_x509_certificate(enclosed.encode()))
    assert source.says(BY_OCSP, spoil(answer)) == "unknown"


@pytest.mark.parametrize("clock", [datetime(1, 1, 1, tzinfo=timezone.utc), datetime(9999, 12, 31, tzinfo=timezone.utc)])
def test_a_clock_at_the_end_of_time_is_no_error(source: Source, clock: datetime) -> None:
    assert source.says(BY_OCSP, REVOKED_BY_OCSP, clock) == source.says(BY_CRL, REVOKED_BY_CRL, clock) == "unknown"


def test_a_certificate_of_ours_that_cannot_be_read_is_unknown(source: Source) -> None:
    odd, _ = odd_pair(NOW, ODD[0])
    checker = RevocationChecker(Path("/nowhere"), clock=lambda: NOW)
    for certificate, issuer in ((odd, ISSUER.certificate_pem), ("", ""), (pem(BY_OCSP), "nonsense")):
        assert checker.status(certificate, issuer).status == "unknown"


# -- PEM -------------------------------------------------------------------------------------------

CSR = new_request(KEY, "www.example.com")
READERS: tuple[Callable[[str], object], ...] = (
    certificates.read_certificate,
    certificates.read_chain,
    certificates.load_request,
    lambda text: certificates.check_request(text, ["www.example.com"], KeySpec("ecdsa", "secp256r1")),
    lambda text: in_order(Issued(pem(BY_OCSP), text), CSR, NOW),
    lambda text: in_order(Issued(text, ISSUER.certificate_pem), CSR, NOW),
    lambda text: certificates.check_issued(
        Issued(pem(BY_OCSP), text), CSR, ["www.example.com"], KeySpec("ecdsa", "secp256r1"), NOW
    ),
)


@st.composite
def damaged_pem(draw: st.DrawFn, text: str) -> str:
    """Return PEM of damaged DER, or damaged PEM."""
    if draw(st.booleans()):
        return draw(damaged(text.encode())).decode("latin-1")
    label = text.partition("-----BEGIN ")[2].partition("-----")[0]
    load = x509.load_pem_x509_csr if "REQUEST" in label else x509.load_pem_x509_certificate
    der = draw(damaged(load(text.encode()).public_bytes(Encoding.DER)))
    return certificates_pem(label, der)


def certificates_pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def refusal(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except ConnectorError as error:
        return str(error)
    return None


@generated(50)
@given(text=damaged_pem(ISSUER.certificate_pem) | damaged_pem(CSR) | damaged_pem(pem(BY_CRL)) | st.text(max_size=30))
def test_any_pem_is_read_or_refused_in_a_sentence(text: str) -> None:
    for sentence in filter(None, (refusal(read, text) for read in READERS)):
        assert sentence.isprintable()
        assert len(sentence) < 1000
