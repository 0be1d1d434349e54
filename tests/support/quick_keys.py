"""RSA keys without waiting for primes: of 2048 bits from a pool, of 4096 bits from primes that everybody knows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sectigo_f5.simulator.certificates import pem

EXPONENT = 65537
POOL, POOLED, KNOWN = 16, 2048, 4096  # keys, bits, bits
_GENERATE = rsa.generate_private_key


@contextmanager
def quick_keys() -> Iterator[None]:
    """Take RSA keys, each after a different one, for the length of the block: to make one takes up to a second.

    The simulator believes that such a key is sound, as it is, when it opens its PEM: to test that takes long.
    """
    made, numbers = list[rsa.RSAPrivateKey](), {POOLED: count(), KNOWN: count()}
    sound = dict[int, rsa.RSAPrivateNumbers]()

    def take(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        if key_size not in numbers:
            return _GENERATE(public_exponent, key_size)
        number = next(numbers[key_size])
        if key_size == KNOWN:
            return note(known_keys()[number % len(known_keys())])
        if number < POOL:
            made.append(note(_GENERATE(public_exponent, key_size)))
        return made[number % POOL]

    def note(key: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
        sound[_modulus(key)] = key.private_numbers()
        return key

    def load(content: bytes, secret: bytes | None) -> PrivateKeyTypes:
        key = load_pem_private_key(content, secret, unsafe_skip_rsa_key_validation=True)
        if (
            isinstance(key, rsa.RSAPrivateKey)
            and sound.get(key.public_key().public_numbers().n) != key.private_numbers()
        ):
            return load_pem_private_key(content, secret)
        return key

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rsa, "generate_private_key", take)
        patch.setattr(pem, "load_pem_private_key", load)
        yield


@functools.cache
def known_keys() -> tuple[rsa.RSAPrivateKey, ...]:
    """Return three keys of 4096 bits, of the primes that RFC 2409, RFC 3526 and RFC 7919 write as formulas.

    They are as good as others to the simulator and to OpenSSL, and protect nothing.
    """
    second = _prime(1024, _pi, 129093)  # the Second Oakley Group
    return (
        _key(_prime(2048, _pi, 124476), _prime(2048, _e, 560316)),
        _key(_prime(3072, _pi, 1690314), second),
        _key(_prime(3072, _e, 2625351), second),
    )


def _modulus(key: rsa.RSAPrivateKey) -> int:
    return key.public_key().public_numbers().n


def _prime(bits: int, number: Callable[[int], int], more: int) -> int:
    """Return 2^n - 2^(n-64) - 1 + 2^64 · ([2^(n-130) · number] + more)."""
    return (1 << bits) - (1 << bits - 64) - 1 + (number(bits - 130) + more << 64)


@functools.cache
def _pi(bits: int) -> int:
    """Return [2^bits · π], by Machin's formula."""
    return 4 * (4 * _arctangent(5, bits + 32) - _arctangent(239, bits + 32)) >> 32


def _arctangent(of: int, bits: int) -> int:
    """Return 2^bits times the arctangent of 1/``of``."""
    power, total, divisor = (1 << bits) // of, 0, 1
    while power:
        total += power // divisor if divisor % 4 == 1 else -(power // divisor)
        power, divisor = power // (of * of), divisor + 2
    return total


@functools.cache
def _e(bits: int) -> int:
    """Return [2^bits · e]."""
    term = total = 1 << bits + 32
    for divisor in count(1):
        term //= divisor
        if not term:
            break
        total += term
    return total >> 32


def _key(p: int, q: int) -> rsa.RSAPrivateKey:
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, p * q)
    parts = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *parts, public).private_key(unsafe_skip_rsa_key_validation=True)
