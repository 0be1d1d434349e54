"""By which route the connector gets a protected key and its CSR on the BIG-IP of a report; pure.

It follows :mod:`sectigo_f5.bigip.keys.creation` as it is with ``key_route: auto``.
"""

from __future__ import annotations

from enum import Enum

from sectigo_f5.probe.catalogue.nouns import NO, WORKS
from sectigo_f5.probe.explaining.findings import Findings

KINDS = {  # of keys that the YAML may ask for, with the question that tries them
    "RSA 2048": "key-rsa-2048",
    "RSA 4096": "key-rsa-4096",
    "ECDSA secp256r1": "key-p256",
    "ECDSA secp384r1": "key-p384",
}


class Route(str, Enum):
    """A way to a protected key and its CSR, or why there is none."""

    TOGETHER = "by the native route, key and CSR in one call"
    APART = "by the native route, the CSR by a call of its own"
    OPENSSL = "by OpenSSL on the BIG-IP, which needs util/bash and uploads"
    UNREADABLE = "not at all: the CSR cannot be read from this BIG-IP by this user"
    NONE = "not at all: this BIG-IP makes no protected key of this kind for this user"
    UNKNOWN = "not known: too little was answered"

    def __str__(self) -> str:
        return self.value

    @property
    def is_closed(self) -> bool:
        """True if there is no way."""
        return self in (Route.UNREADABLE, Route.NONE)


def route(found: Findings, question: str) -> Route:
    """Return the route for the kind of key that a question tries."""
    native = found.word(question, "native_password_keys")
    if native is None:
        return Route.UNKNOWN
    as_asked = found.word(question, "key_as_asked") != NO and found.word(question, "curve_name") in (None, WORKS)
    by_itself = _native(found) if native == WORKS and as_asked else None
    return by_itself or _by_openssl(found)


def _native(found: Findings) -> Route | None:
    """Return how a CSR of such a key is got; None if the BIG-IP makes none."""
    readable = _is_readable(found)
    together = found.works("csr-with-key", "csr_with_key")
    by_name = readable if found.word("csr-with-key", "csr_name") != "other" else False
    if together and (found.works("csr-with-key", "csr_with_key_in_answer") or by_name):
        return Route.TOGETHER
    apart = found.works("csr-of-key", "csr_for_password_keys")
    if apart and (found.works("csr-of-key", "csr_pem_in_answer") or readable):
        return Route.APART
    if apart and readable is False:
        return Route.UNREADABLE
    return None if apart is False else Route.UNKNOWN


def _is_readable(found: Findings) -> bool | None:
    """Tell whether a CSR can be read once it is made; None if that is not known."""
    ways = [found.works("csr-reading", way) for way in ("csr_by_tmsh", "csr_by_file")]
    return True if True in ways else None if None in ways else False


def _by_openssl(found: Findings) -> Route:
    works = found.works("key-by-openssl", "openssl_route")
    if works is None:
        return Route.UNKNOWN
    protected = found.word("key-by-openssl", "openssl_protected") not in (NO, "not-told")
    return Route.OPENSSL if works and protected else Route.NONE
