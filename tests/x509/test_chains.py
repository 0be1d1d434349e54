"""The path that is sent, out of what CAs send: in any order, more than once, with roots and cross-signs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, KeySpec
from sectigo_f5.x509.certificates import check_issued, read_chain
from sectigo_f5.x509.chains import has_path, in_order
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.issuing import new_key, new_leaf, new_request, pem
from tests.support.odd_certificates import odd_pair, version_8
from tests.support.properties import generated

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
EC = KeySpec("ecdsa", "secp256r1")
NAMES = ("www.example.com", "api.example.com")
KEY = new_key()
REQUEST = new_request(KEY, *NAMES)

ROOT = new_authority("Root", NOW)
POLICY = new_authority("Policy CA", NOW, ROOT)
ISSUER = new_authority("Issuing CA", NOW, POLICY)
LEAF = pem(new_leaf(ISSUER, KEY, *NAMES, begins=NOW))
STRANGER = new_authority("Somebody's CA", NOW)
TWIN = new_authority("Issuing CA", NOW)  # the same name, another key
PARTS = {"leaf": LEAF, **{each: of.certificate_pem for each, of in {"issuer": ISSUER, "policy": POLICY}.items()}}
OTHERS = (ROOT.certificate_pem, STRANGER.certificate_pem, TWIN.certificate_pem)
JUNK = ("", "subject=Zürich\n", "\n\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def cross_signed(of: Identity, by: Identity, days: int = 3650) -> str:
    """Return another certificate for the same CA and key."""
    found = of.certificate
    builder = x509.CertificateBuilder().subject_name(found.subject).issuer_name(by.certificate.subject)
    builder = builder.public_key(found.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=900)).not_valid_after(NOW + timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return pem(builder.sign(by.key, hashes.SHA256()))


def split_by_certbot(*parts: str) -> Issued:
    """Certbot takes the first certificate for the server's own."""
    return Issued(parts[0], "".join(parts[1:]))


def ordered(*parts: str, now: datetime = NOW) -> tuple[str, list[str]]:
    found = in_order(split_by_certbot(*parts), REQUEST, now)
    return found.certificate, [certificate.pem for certificate in read_chain(found.chain)]


@generated(150)
@given(st.data())
def test_a_path_is_the_same_however_it_is_sent(data: st.DataObject) -> None:
    """Any order, any of them again, others between, roots, text, CRLF: the server gets one and the same path."""
    more = data.draw(st.lists(st.sampled_from([*PARTS.values(), *OTHERS]), max_size=6))
    parts = data.draw(st.permutations([*PARTS.values(), *more]))
    parts = [part.replace("\n", data.draw(st.sampled_from(["\n", "\r\n"]))) for part in parts]
    parts = [data.draw(st.sampled_from(JUNK)) + part for part in parts]
    found = in_order(split_by_certbot(*parts), REQUEST, NOW)
    assert found == Issued(LEAF, PARTS["issuer"] + PARTS["policy"])
    assert check_issued(found, REQUEST, NAMES, EC, NOW).pem == LEAF


@generated(60)
@given(st.data())
def test_cross_signs_in_any_order_give_the_same_path(data: st.DataObject) -> None:
    parts = data.draw(st.permutations([*PARTS.values(), *CROSS_SIGNS.values(), ROOT.certificate_pem]))
    assert ordered(*parts) == (LEAF, [PARTS["issuer"], PARTS["policy"], CROSS_SIGNS["root by older"]])


OLDER = new_authority("Older Root", NOW - timedelta(days=1000))
CROSS_SIGNS = {
    "root by older": cross_signed(ROOT, OLDER),
    "policy by older, ends soon": cross_signed(POLICY, OLDER, days=30),
    "issuer by older, ended": cross_signed(ISSUER, OLDER, days=-1),
}


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ((LEAF, "issuer", "policy"), ["issuer", "policy"]),
        ((LEAF, "issuer"), ["issuer"]),
        ((LEAF, "issuer", "policy", "root"), ["issuer", "policy"]),
        ((LEAF, "issuer", "root"), ["issuer"]),  # what is not part of it is left out
        (("policy", "issuer", LEAF), ["issuer", "policy"]),
        ((LEAF,), []),
    ],
    ids=["in order", "one", "with the root", "a gap above the issuer", "reversed", "alone"],
)
def test_a_path_goes_as_far_as_what_was_sent(parts: tuple[str, ...], path: list[str]) -> None:
    known = {**PARTS, "root": ROOT.certificate_pem}
    certificate, chain = ordered(*(known.get(part, part) for part in parts))
    assert (certificate, chain) == (LEAF, [known[part] for part in path])
    assert has_path(Issued(certificate, "".join(chain)))


def test_a_root_that_is_the_issuer_itself_stays() -> None:
    """Else nobody could ask a private CA's OCSP responder, which wants the issuer's key."""
    leaf = pem(new_leaf(ROOT, KEY, *NAMES, begins=NOW))
    for parts in ((leaf, ROOT.certificate_pem), (ROOT.certificate_pem, leaf)):
        found = in_order(split_by_certbot(*parts), REQUEST, NOW)
        assert found == Issued(leaf, ROOT.certificate_pem)
        assert check_issued(found, REQUEST, NAMES, EC, NOW)


def test_a_cross_sign_that_has_ended_is_not_sent() -> None:
    """As of 30 May 2020 clients refused servers that sent one, though a good root was known to them."""
    ended = cross_signed(ROOT, OLDER, days=-1)
    assert ordered(LEAF, PARTS["issuer"], PARTS["policy"], ended) == (LEAF, [PARTS["issuer"], PARTS["policy"]])


def test_a_cross_sign_is_sent_for_clients_of_the_older_root() -> None:
    cross = CROSS_SIGNS["root by older"]
    parts = (LEAF, PARTS["issuer"], PARTS["policy"], ROOT.certificate_pem, cross)
    assert ordered(*parts) == (LEAF, [PARTS["issuer"], PARTS["policy"], cross])


def test_of_two_issuers_the_one_that_lasts_is_taken() -> None:
    short, long = (cross_signed(ISSUER, OLDER, days=days) for days in (30, 400))
    for parts in ((short, long), (long, short)):
        assert ordered(LEAF, *parts) == (LEAF, [long])
    assert ordered(LEAF, short) == (LEAF, [short])


def test_an_issuer_that_has_ended_is_refused_by_its_name() -> None:
    ended = cross_signed(ISSUER, OLDER, days=-1)
    found = in_order(split_by_certbot(LEAF, ended), REQUEST, NOW)
    with pytest.raises(ConnectorError, match="the CA's own certificate expired on 2026-11-22"):
        check_issued(found, REQUEST, NAMES, EC, NOW)


@pytest.mark.parametrize("others", [[POLICY], [TWIN], [ROOT, STRANGER]], ids=["above it", "a namesake", "strangers"])
def test_a_path_that_is_missing_is_refused_by_its_name(others: list[Identity]) -> None:
    found = in_order(split_by_certbot(LEAF, *(each.certificate_pem for each in others)), REQUEST, NOW)
    with pytest.raises(ConnectorError, match="the certificate of CN=Issuing CA, which did, is missing"):
        check_issued(found, REQUEST, NAMES, EC, NOW)
    assert not has_path(found)


def test_a_server_certificate_is_no_issuer() -> None:
    server = new_server(["Issuing CA"], NOW, POLICY)
    leaf = pem(new_leaf(server, KEY, *NAMES, begins=NOW))
    found = in_order(split_by_certbot(leaf, server.certificate_pem, PARTS["policy"]), REQUEST, NOW)
    assert found.chain.startswith(server.certificate_pem)  # as it came, for there is no path


@pytest.mark.parametrize(
    "issued",
    [Issued("nonsense", ""), Issued(PARTS["issuer"], PARTS["policy"]), Issued("", "")],
    ids=["nonsense", "not ours", "nothing"],
)
def test_what_holds_no_certificate_for_the_key_is_returned_as_it_came(issued: Issued) -> None:
    assert in_order(issued, REQUEST, NOW) == issued
    assert in_order(issued, "not a CSR", NOW) == issued


def test_a_certificate_that_cannot_be_read_is_left_out() -> None:
    odd, _ = odd_pair(NOW, version_8)
    assert ordered(LEAF, odd, JUNK[-1], PARTS["issuer"]) == (LEAF, [PARTS["issuer"]])


def test_a_self_signed_certificate_stands_alone() -> None:
    name = new_authority(NAMES[0], NOW).certificate
    alone = pem(new_leaf(Identity(name, KEY), KEY, *NAMES, begins=NOW))
    assert ordered(alone, ROOT.certificate_pem) == (alone, [])
