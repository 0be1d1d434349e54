"""What is read of what a peer serves, whatever it is."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.tls.client import Handshake
from sectigo_f5.x509.certificates import read_certificate
from tests.support.damage import damaged
from tests.support.hierarchy import new_authority
from tests.support.issuing import new_key
from tests.support.odd_certificates import ODD, Spoil, odd_pair
from tests.support.properties import generated

NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
AUTHORITY, KEY = new_authority("CA", NOW), new_key()
DER = ssl.PEM_cert_to_DER_cert(AUTHORITY.certificate_pem)


@pytest.mark.parametrize("spoil", ODD, ids=lambda each: each.__name__)
def test_an_odd_certificate_has_its_serial_number(spoil: Spoil) -> None:
    """Else a neighbour's would look like a stranger, and the change would be taken back."""
    assert Handshake(odd_pair(NOW, spoil)[0], ()).serial == "7"


@generated(60)
@given(serial=st.integers(1, 2**159 - 1))
def test_a_serial_number_is_that_of_the_certificate(serial: int) -> None:
    name = AUTHORITY.certificate.subject
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), serial, NOW, NOW + timedelta(days=1))
    made = builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    pem = ssl.DER_cert_to_PEM_cert(made)
    assert Handshake(pem, ()).serial == read_certificate(pem).serial == f"{serial:x}"


@generated(60)
@given(der=damaged(DER) | st.binary(max_size=9))
def test_any_bytes_have_a_serial_number_or_none(der: bytes) -> None:
    serial = Handshake(ssl.DER_cert_to_PEM_cert(der), ()).serial
    assert serial is None or int(serial, 16) >= 0
