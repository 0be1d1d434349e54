"""Certificates as CAs send them: chains in any order, names that nobody asked for, issuers that end first."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.model import Issued, Outcome, RenewalInformation
from sectigo_f5.tls.client import handshake
from sectigo_f5.x509.certificates import read_certificate
from tests.support.hierarchy import new_authority
from tests.support.issuing import new_key, new_leaf, pem
from tests.support.names import ONLY_EC, PROFILE_URL
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World


def sent_to_clients(world: World) -> list[str | None]:
    """Return the common names of the certificates in the handshake."""
    shown = handshake(*world.addresses["/Common/vs_www"], "www.example.com", timeout=5)
    return [read_certificate(pem).common_name for pem in (shown.certificate_pem, *shown.chain_pems)]


@pytest.mark.parametrize("way", ["in order", "issuer twice", "certificate twice", "reversed", "with the root"])
def test_a_chain_is_installed_however_it_is_sent(world: World, way: str) -> None:
    root = world.authority.root.certificate_pem
    world.authority.answer = {
        "in order": lambda issued: issued,
        "issuer twice": lambda issued: Issued(issued.certificate, issued.chain * 2),
        "certificate twice": lambda issued: Issued(issued.certificate, issued.certificate + issued.chain),
        "reversed": lambda issued: Issued(issued.chain, issued.certificate),
        "with the root": lambda issued: Issued(issued.certificate, f"subject=Root\r\n{root}{issued.chain}"),
    }[way]
    result = world.one(world.job())
    assert (result.outcome, result.error, len(world.authority.issued)) == (Outcome.ENROLLED, None, 1)
    assert sent_to_clients(world) == ["www.example.com", "local issuing ca"]
    assert world.one(world.job()).outcome is Outcome.KEPT


def test_a_chain_that_the_ca_mends_is_downloaded_without_an_order(world: World) -> None:
    stranger = new_authority("Stranger", world.now)
    world.authority.answer = lambda issued: Issued(issued.certificate, stranger.certificate_pem)
    for _ in range(2):
        failed = world.one(world.job())
        assert failed.outcome is Outcome.FAILED
        assert "the certificate of CN=Local Issuing CA, which did, is missing" in (failed.error or "")
        assert "the next run downloads it again" in (failed.error or "")
    issuer = world.authority.issuer.certificate_pem
    sent = world.authority.delivered
    world.authority.delivered = {url: Issued(issued.certificate, issuer) for url, issued in sent.items()}
    assert world.one(world.job()).error is None
    assert sent_to_clients(world) == ["www.example.com", "local issuing ca"]
    assert len(world.authority.issued) == 1


# -- names ---------------------------------------------------------------------------------------

ADDED = "the CA added example.com, for which it was not asked"


def test_names_that_the_ca_adds_are_taken_and_kept(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    world.authority.adds = ("example.com",)
    result = world.one(world.job())
    assert (result.outcome, result.error, result.notes[-1]) == (Outcome.ENROLLED, None, ADDED)
    assert f"9 {ADDED}" in caplog.text
    assert world.seen_by_client(name="example.com").names == {"www.example.com", "example.com"}
    kept = world.one(world.job())
    assert (kept.outcome, kept.notes, len(world.authority.issued)) == (Outcome.KEPT, (), 1)
    world.wait(days=65)
    assert world.one(world.job()).outcome is Outcome.RENEWED
    assert world.one(world.job()).outcome is Outcome.KEPT


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("www.example.com",), "also covers api.example.com"),
        (("www.example.com", "api.example.com", "shop.example.com"), "lacks shop.example.com"),
    ],
)
def test_a_change_of_the_yaml_replaces_despite_added_names(world: World, names: tuple[str, ...], reason: str) -> None:
    world.authority.adds = ("example.com",)
    world.one(world.job("www.example.com", "api.example.com"))
    result = world.one(world.job(*names))
    assert result.outcome is Outcome.REPLACED
    assert result.reason.endswith(reason)
    assert world.seen_by_client().names == {*names, "example.com"}
    assert world.one(world.job(*names)).outcome is Outcome.KEPT


def test_an_added_name_joins_the_yaml_without_an_order(world: World) -> None:
    world.authority.adds = ("example.com",)
    world.one(world.job())
    assert world.one(world.job("www.example.com", "example.com")).outcome is Outcome.KEPT
    world.state = type(world.state)(world.folder / "another state")  # lost: what was asked for is not known
    world.state.prepare()
    assert world.one(world.job("www.example.com", "example.com")).outcome is Outcome.KEPT
    assert len(world.authority.issued) == 1


def test_a_name_that_the_ca_leaves_out_is_refused(world: World) -> None:
    other = new_authority("Other CA", world.now)
    world.authority.answer = lambda issued: Issued(
        pem(new_leaf(other, _certificate(issued), "www.example.com", begins=world.now)), other.certificate_pem
    )
    result = world.one(world.job("www.example.com", "api.example.com"))
    assert result.outcome is Outcome.FAILED
    assert "has the names www.example.com instead of api.example.com, www.example.com" in (result.error or "")


@pytest.mark.parametrize(
    ("whose", "usage", "said"),
    [
        ("another", ExtendedKeyUsageOID.SERVER_AUTH, "is not for the key of the CSR"),
        ("its", ExtendedKeyUsageOID.CLIENT_AUTH, "is not for TLS servers"),
    ],
)
def test_what_can_never_be_used_is_ordered_again_and_not_refused_for_ever(
    world: World, caplog: pytest.LogCaptureFixture, whose: str, usage: ObjectIdentifier, said: str
) -> None:
    caplog.set_level(logging.INFO)
    other, stranger = new_authority("Other CA", world.now), new_key()

    def spoilt(issued: Issued) -> Issued:
        key = stranger if whose == "another" else _certificate(issued)
        leaf = new_leaf(other, key, "www.example.com", begins=world.now, usage=usage)
        return Issued(pem(leaf), other.certificate_pem)

    world.authority.answer = spoilt
    assert said in (world.one(world.job(keys=ONLY_EC)).error or "")
    world.authority.answer = lambda issued: issued
    result = world.one(world.job(keys=ONLY_EC))
    assert (result.outcome, result.error, len(world.authority.placed)) == (Outcome.ENROLLED, None, 2)
    assert "is not continued: its certificate can never be used: the CA's certificate is not for" in caplog.text


def _certificate(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.encode())


def test_an_added_name_that_a_neighbour_serves_may_be_served_by_either(world: World) -> None:
    """No document says which of two profiles with a name a BIG-IP chooses."""
    attach(world, hand_made(world, "hand", "shop.example.com", sniDefault="true"))
    world.authority.adds = ("shop.example.com",)
    job = world.job("www.example.com", "api.example.com", sni=True)
    assert (world.one(job).outcome, world.one(job).outcome) == (Outcome.ENROLLED, Outcome.KEPT)
    assert "shop.example.com" in world.seen_by_client(name="shop.example.com").names


@pytest.mark.parametrize("due", [False, True], ids=["enrolment", "renewal"])
def test_an_added_name_that_a_neighbour_protects_is_not_served(world: World, due: bool) -> None:
    """For that name our profile might answer clients without the certificate that the neighbour requires."""
    world.device.add_certificate("/Common/our_ca.crt", new_authority("Our CA", world.now).certificate_pem)
    asked: dict[str, Any] = {"peerCertMode": "require", "caFile": "/Common/our_ca.crt"}
    strict = hand_made(world, "strict", "shop.example.com", **asked)
    attach(world, strict, hand_made(world, "hand", "other.example.com", sniDefault="true"))
    job = world.job("www.example.com", "api.example.com", sni=True)
    if due:
        assert world.one(job).outcome is Outcome.ENROLLED
        world.wait(days=65)
    before = world.device.get(PROFILE_URL) if due else world.device.exists(PROFILE_URL)
    world.authority.adds = ("shop.example.com",)
    result = world.one(job)
    assert (result.outcome, len(world.authority.issued)) == (Outcome.FAILED, 2 if due else 1)
    assert "peerCertMode" in (result.error or "")
    assert (world.device.get(PROFILE_URL) if due else world.device.exists(PROFILE_URL)) == before


# -- an issuer that ends first -------------------------------------------------------------------


def issuer_ends_in(world: World, **much: float) -> None:
    """Let an issuing CA sign from now on that ends so soon."""
    begin = world.now + timedelta(**much) - timedelta(days=400)
    world.authority.issuer = new_authority("Local Issuing CA", begin, world.authority.root, days=400)


def test_an_issuer_that_ends_first_is_a_warning_and_plans_the_renewal(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    world.authority.lifetime = timedelta(days=199)
    issuer_ends_in(world, days=30)
    ends = world.now + timedelta(days=30)
    result = world.one(world.job())
    sentence = f"the CA's certificate CN=Local Issuing CA, which is sent with it, ends on {ends:%Y-%m-%d}, before"
    assert sentence in result.notes[-1]
    assert sentence in caplog.text
    assert result.not_after == world.now + timedelta(days=199)
    kept = world.one(world.job())
    assert f"but the CA's own only until {ends:%Y-%m-%d}, renewal planned for" in kept.reason
    world.wait(days=19)
    assert world.one(world.job()).outcome is Outcome.KEPT
    world.wait(days=2)
    issuer_ends_in(world, days=300)
    renewed = world.one(world.job())
    assert renewed.outcome is Outcome.RENEWED
    assert renewed.reason.startswith(f"a certificate of the CA that is sent with it ends on {ends:%Y-%m-%d}, less")
    assert renewed.notes == ()


@pytest.mark.parametrize("copies", [True, False], ids=["with copies", "without copies"])
def test_an_issuer_that_ends_within_hours_costs_one_order_a_day(world: World, copies: bool) -> None:
    world.authority.lifetime = timedelta(days=199)
    for _ in range(8):
        issuer_ends_in(world, hours=6)
        world.one(world.job(renew_before_days=397))
        if not copies:
            shutil.rmtree(world.state.path / "certificates", ignore_errors=True)
        world.wait(hours=3)
    assert len(world.authority.issued) == 1
    issuer_ends_in(world, days=300)
    assert world.one(world.job()).outcome is Outcome.RENEWED


def test_a_ca_that_always_wants_a_renewal_gets_one_order_a_day(world: World) -> None:
    job, orders = world.job(keys=ONLY_EC), []
    for hour in range(0, 4 * 24, 3):
        world.authority.window = RenewalInformation(world.now - timedelta(days=9), world.now, world.now)
        if world.one(job).outcome is not Outcome.KEPT:
            orders.append(hour)
        world.wait(hours=3)
    assert orders == [0, 24, 48, 72]
