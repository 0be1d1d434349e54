"""The keys that tests take in place of new ones are as good to the simulator as any."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sectigo_f5.simulator.certificates import pem
from tests.support.quick_keys import EXPONENT, known_keys


def test_known_keys_are_sound_and_differ() -> None:
    keys = known_keys()
    assert [key.key_size for key in keys] == [4096] * 3
    assert len({pem.public_bytes(key) for key in keys}) == 3
    pkcs1 = padding.PKCS1v15()
    for key in keys:
        key.public_key().verify(key.sign(b"text", pkcs1, hashes.SHA256()), b"text", pkcs1, hashes.SHA256())
    keys[0].private_numbers().private_key()  # raises ValueError unless both primes are ones


@pytest.mark.parametrize("size", ["2048", "4096"])
def test_two_keys_in_turn_differ_and_open_with_their_passphrase(size: str) -> None:
    one, other = (pem.make_key("rsa-private", size, "") for _ in range(2))
    assert pem.public_bytes(one) != pem.public_bytes(other)
    opened = pem.open_key(pem.key_pem(one, "abc"), "abc")
    assert opened is not None
    assert pem.public_bytes(opened) == pem.public_bytes(one)
    assert pem.open_key(pem.key_pem(one, "abc"), "other") is None


def test_a_key_that_is_not_sound_is_still_refused() -> None:
    whole = rsa.generate_private_key(EXPONENT, 2048).private_numbers()
    odd = rsa.RSAPrivateNumbers(
        whole.p, whole.q, whole.d - 2, whole.dmp1, whole.dmq1, whole.iqmp, whole.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    content = odd.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert pem.open_key(content, None) is None
