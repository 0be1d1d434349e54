"""What is checked before a CSR goes to the CA and before a certificate goes to the BIG-IP."""

import contextlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.configuration.checks import certificate_file_fault
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, KeySpec
from sectigo_f5.x509 import certificates
from tests.support.hierarchy import Identity, new_authority
from tests.support.issuing import new_key, new_leaf, new_request, pem
from tests.support.odd_certificates import ODD, Spoil, odd_pair

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
EC = KeySpec("ecdsa", "secp256r1")
ROOT = new_authority("Root", NOW)
ISSUER = new_authority("Issuing CA", NOW, ROOT)
KEY = new_key()
NAMES = ("www.example.com", "api.example.com")
REQUEST = new_request(KEY, *NAMES)


def issued(*names: str, issuer: Identity = ISSUER, chain: str = "", **details: object) -> Issued:
    key = details.pop("key", KEY)
    begins = details.pop("begins", NOW)
    leaf = new_leaf(issuer, key, *(names or NAMES), begins=begins, **details)  # type: ignore[arg-type]  # details of a leaf
    return Issued(pem(leaf), chain or ISSUER.certificate_pem)


def test_a_matching_certificate_passes() -> None:
    found = certificates.check_issued(issued(), REQUEST, NAMES, EC, NOW)
    assert (found.names, found.key) == (frozenset(NAMES), EC)
    assert found.not_after == NOW + timedelta(days=90)


def test_a_certificate_with_more_names_passes() -> None:
    """Some products of public CAs add the base domain, or ``www``."""
    found = certificates.check_issued(issued(*NAMES, "example.com"), REQUEST, NAMES, EC, NOW)
    assert found.names == {*NAMES, "example.com"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: issued(key=new_key()), "not for the key of the CSR"),
        (lambda: issued("www.example.com"), "has the names www.example.com instead of"),
        (lambda: issued("www.example.com", "x.example.com"), "has the names www.example.com, x.example.com instead"),
        (lambda: issued(begins=NOW + timedelta(days=1)), "check the clock"),
        (lambda: issued(begins=NOW - timedelta(days=91)), "check the clock"),
        (lambda: issued(chain=ROOT.certificate_pem), "CN=Root did not sign CN=www.example.com"),
        (lambda: issued(chain=ISSUER.certificate_pem * 2), "chain is broken"),
        (lambda: issued(chain="-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"), "chain"),
        (lambda: issued(usage=ExtendedKeyUsageOID.CLIENT_AUTH), "not for TLS servers"),
        (lambda: Issued("nonsense", ""), "not a PEM certificate"),
    ],
)
def test_a_wrong_certificate_is_refused(wrong: object, reason: str) -> None:
    assert callable(wrong)
    with pytest.raises(ConnectorError, match=reason):
        certificates.check_issued(wrong(), REQUEST, NAMES, EC, NOW)


def test_a_certificate_whose_issuer_has_expired_is_refused() -> None:
    expired = new_authority("Old CA", NOW - timedelta(days=30), days=29)
    from_expired = Issued(pem(new_leaf(expired, KEY, *NAMES, begins=NOW)), expired.certificate_pem)
    with pytest.raises(ConnectorError, match="the CA's own certificate expired on 2026-11-22"):
        certificates.check_issued(from_expired, REQUEST, NAMES, EC, NOW)


@pytest.mark.parametrize("early", [timedelta(minutes=59), timedelta(minutes=61)])
def test_a_certificate_may_begin_up_to_an_hour_ahead(early: timedelta) -> None:
    outcome = contextlib.nullcontext() if early < certificates.CLOCK_SKEW else pytest.raises(ConnectorError)
    with outcome:
        certificates.check_issued(issued(begins=NOW + early), REQUEST, NAMES, EC, NOW)


def test_a_chain_with_the_root_passes() -> None:
    chain = ISSUER.certificate_pem + ROOT.certificate_pem
    assert certificates.check_issued(issued(chain=chain), REQUEST, NAMES, EC, NOW)


@pytest.mark.parametrize(
    ("names", "key", "reason"),
    [
        (("www.example.com",), EC, "has the names api.example.com, www.example.com instead of www.example.com"),
        ((*NAMES, "x.example.com"), EC, "instead of"),
        (NAMES, KeySpec("rsa", "2048"), "a key ECDSA secp256r1 instead of RSA 2048"),
        (NAMES, KeySpec("ecdsa", "secp384r1"), "instead of ECDSA secp384r1"),
    ],
)
def test_a_wrong_request_is_refused(names: tuple[str, ...], key: KeySpec, reason: str) -> None:
    certificates.check_request(REQUEST, NAMES, EC)
    with pytest.raises(ConnectorError, match=reason):
        certificates.check_request(REQUEST, names, key)


@pytest.mark.parametrize(
    ("request_pem", "reason"),
    [
        (new_request(KEY, common_name="www.example.com"), "has the names none instead of"),
        (
            new_request(KEY, "api.example.com", common_name="www.example.com"),
            "has the names api.example.com instead of",
        ),
        (new_request(KEY, *NAMES, common_name="old.example.com"), "common name old.example.com, which is not one of"),
        ("nonsense", "did not return a CSR, or it is damaged"),
    ],
    ids=["names in the subject only", "common name no SAN", "another common name", "not a CSR"],
)
def test_a_request_that_the_ca_would_refuse_late_is_refused_early(request_pem: str, reason: str) -> None:
    with pytest.raises(ConnectorError, match=reason):
        certificates.check_request(request_pem, NAMES, EC)


def test_order_and_letter_case_of_names_in_a_request_do_not_matter() -> None:
    certificates.check_request(new_request(KEY, "API.example.com", "WWW.Example.com"), NAMES, EC)


def test_a_request_signed_by_another_key_is_refused() -> None:
    der = bytearray(x509.load_pem_x509_csr(REQUEST.encode()).public_bytes(Encoding.DER))
    der[-1] ^= 1
    broken = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM).decode()
    with pytest.raises(ConnectorError, match="not signed by its own key"):
        certificates.check_request(broken, NAMES, EC)


def test_the_request_is_cut_out_of_the_output_of_tmsh() -> None:
    output = f"{REQUEST}sys crypto csr www.csr {{\n    common-name www.example.com\n}}\n"
    assert certificates.extract_request(output) == REQUEST
    assert certificates.extract_request("01020036:3: The requested csr was not found.") is None


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_older_request_header_and_any_line_ends_are_accepted(ends: str) -> None:
    output = REQUEST.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST").replace("\n", ends)
    found = certificates.extract_request(output)
    assert found is not None
    certificates.check_request(found, NAMES, EC)


def test_a_chain_is_read_in_its_order() -> None:
    found = certificates.read_chain(f"# issuing\n{ISSUER.certificate_pem}\n# root\n{ROOT.certificate_pem}")
    assert [certificate.common_name for certificate in found] == ["issuing ca", "root"]
    assert certificates.read_chain(" \n") == ()


def test_an_invalid_certificate_is_a_one_line_error() -> None:
    """RFC 5280 section 4.2: an extension occurs at most once. Real devices hold worse."""
    extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"0\x00")
    leaf = new_leaf(ISSUER, KEY, "www.example.com", begins=NOW, extra=extra)
    twice = leaf.public_bytes(Encoding.DER).replace(b"\x55\x1d\x63", b"\x55\x1d\x11")  # 2.5.29.99 -> 2.5.29.17
    with pytest.raises(ConnectorError, match=f"serial {leaf.serial_number:x} cannot be read"):
        certificates.read_certificate(pem(x509.load_der_x509_certificate(twice)))


@pytest.mark.parametrize("spoil", ODD, ids=lambda each: each.__name__)
def test_an_odd_certificate_is_a_one_line_error(tmp_path: Path, spoil: Spoil) -> None:
    odd, _ = odd_pair(NOW, spoil)
    for read in (certificates.read_certificate, certificates.read_chain):
        with pytest.raises(ConnectorError):
            read(odd)
    (tmp_path / "ca.pem").write_text(odd)
    fault = certificate_file_fault(tmp_path / "ca.pem")
    assert fault is None or "holds no certificate in PEM" in fault


def test_a_key_of_another_kind_is_read_as_unknown() -> None:
    found = certificates.read_certificate(
        pem(new_leaf(ISSUER, ed25519.Ed25519PrivateKey.generate(), "a.example", begins=NOW))
    )
    assert found.key is None
    assert found.names == {"a.example"}


def test_rsa_sizes_are_read() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    leaf = new_leaf(ISSUER, key, "www.example.com", begins=NOW)
    assert certificates.read_certificate(pem(leaf)).key == KeySpec("rsa", "3072")
