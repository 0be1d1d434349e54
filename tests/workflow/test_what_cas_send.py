"""Certificates as CAs send them: chains in any order, names that nobody asked for, issuers that end first."""

from __future__ import annotations

import pytest

from sectigo_f5.model import Issued, Outcome
from sectigo_f5.tls.client import handshake
from sectigo_f5.x509.certificates import read_certificate
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
