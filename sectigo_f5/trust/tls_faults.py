"""Why TLS could not be agreed on: the cause, and OpenSSL's own words.

The numbers are those of OpenSSL's ``x509_vfy.h`` (X509_V_ERR_…), the reasons those of its ``sslerr.h``.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class TlsFault(Enum):
    """What is wrong; the value says it of ``{whom}``."""

    EXPIRED = "the TLS certificate of {whom}, or of its CA, has expired"
    NOT_YET_VALID = "the TLS certificate of {whom}, or of its CA, is not valid yet"
    OTHER_NAMES = "the TLS certificate of {whom} is for other names"
    SELF_SIGNED = "the TLS certificate of {whom} is not trusted, because it is self-signed"
    UNTRUSTED = "the TLS certificate of {whom} is not trusted"
    WEAK = "the TLS certificate of {whom}, or of its CA, is too weak for this host"
    STRICT = "this Python verifies strictly, and refuses what the TLS certificate of {whom}, or of its CA, lacks"
    VERSION = "{whom} and this host have no TLS version in common"
    WEAK_KEY_EXCHANGE = "{whom} offers a key exchange that is too weak for this host"
    CIPHERS = "{whom} and this host have no TLS cipher in common"
    NO_TLS = "{whom} does not speak TLS on this port"
    UNUSABLE_FILE = "the file of trusted CAs has no certificate that can be read"


CODES = {
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.SELF_SIGNED,
    62: TlsFault.OTHER_NAMES,  # a host name
    64: TlsFault.OTHER_NAMES,  # an address
    66: TlsFault.WEAK,  # the server's key
    67: TlsFault.WEAK,  # a CA's key
    68: TlsFault.WEAK,  # a signature: MD5, SHA-1
}
STRICT_CODES = range(80, 95)  # only looked for with X509_V_FLAG_X509_STRICT

REASONS = (  # of a handshake, so nothing was sent
    (r"PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE", TlsFault.VERSION),
    (r"DH_KEY_TOO_SMALL|WRONG_SIGNATURE_TYPE|BAD_DH_VALUE", TlsFault.WEAK_KEY_EXCHANGE),
    (r"HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|NO_CIPHERS_AVAILABLE", TlsFault.CIPHERS),
    (r"UNSAFE_LEGACY_RENEGOTIATION", TlsFault.CIPHERS),
    (r"WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL", TlsFault.NO_TLS),
    (r"NO_CERTIFICATE_OR_CRL_FOUND|PEM lib|NOT_ENOUGH_DATA|BAD_BASE64|\[ASN1", TlsFault.UNUSABLE_FILE),
)


@dataclass(frozen=True)
class Failure:
    """A fault, and how OpenSSL says it."""

    fault: TlsFault
    said: str

    def sentence(self, whom: str, remedies: Mapping[TlsFault, str]) -> str:
        """Return the cause, OpenSSL's words, and the remedy for it."""
        return f"{self.fault.value.format(whom=whom)} ({self.said}); {remedies[self.fault]}"


def tls_failure(error: BaseException) -> Failure | None:
    """Return why TLS failed, or None if it did not, or if a request may have been sent before it did."""
    found = _of_openssl(error)
    if isinstance(found, ssl.SSLCertVerificationError):
        return Failure(_of_code(found.verify_code), found.verify_message.rstrip("."))
    if found is None:
        return None
    fault = next((fault for pattern, fault in REASONS if re.search(pattern, str(found))), None)
    said = re.sub(r"\s*\(_ssl\.c:\d+\)|\[[^\]]*\]\s*", "", str(found))
    return Failure(fault, said) if fault else None


def _of_code(code: int) -> TlsFault:
    return TlsFault.STRICT if code in STRICT_CODES else CODES.get(code, TlsFault.UNTRUSTED)


def _of_openssl(error: BaseException | None) -> ssl.SSLError | None:
    """Return the error of OpenSSL that a library has wrapped."""
    visited: list[BaseException] = []
    while error and error not in visited:
        if isinstance(error, ssl.SSLError):
            return error
        visited.append(error)
        error = error.__cause__ or error.__context__
    return None
