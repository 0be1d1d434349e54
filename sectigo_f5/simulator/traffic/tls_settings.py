"""A client SSL profile's options, ciphers and client authentication, as far as OpenSSL has the same."""

from __future__ import annotations

import contextlib
import re
import ssl
from dataclasses import dataclass

IGNORE, REQUEST, REQUIRE = "ignore", "request", "require"
_VERIFY = {IGNORE: ssl.CERT_NONE, REQUEST: ssl.CERT_OPTIONAL, REQUIRE: ssl.CERT_REQUIRED}
_VERSIONS = {"tlsv1.2": ssl.TLSVersion.TLSv1_2, "tlsv1.3": ssl.TLSVersion.TLSv1_3}  # older ones: OpenSSL has them off
_PROTOCOLS = re.compile(r"(?:SSLV[23]|D?TLSV1(?:[._]\d)?)\Z")
_WORDS = {  # BIG-IP's words for ciphers that OpenSSL spells differently (AskF5 K13163, K15194)
    "NATIVE": "ALL",
    "COMPAT": "ALL",
    "ECDHE_ECDSA": "ECDHE+aECDSA",
    "ECDSA": "aECDSA",
    "AES-GCM": "AESGCM",
}


@dataclass(frozen=True)
class TlsSettings:
    """What a profile demands of a handshake besides its name."""

    peer_certificate: str = IGNORE
    authorities: str = ""  # PEM of the CAs whose client certificates are accepted
    options: frozenset[str] = frozenset()  # ``no-tlsv1.3``, …
    ciphers: str = ""  # in BIG-IP's spelling
    plain: bool = False  # plain text is answered on the same port

    @property
    def versions(self) -> list[ssl.TLSVersion]:
        """The versions that the options and the cipher string leave, oldest first; the string may also name them."""
        words = {word.upper().replace("_", ".") for word in _split(self.ciphers)}
        off = {name for name in _VERSIONS if f"no-{name}" in self.options or words & {f"!{name}".upper()}}
        return [version for name, version in _VERSIONS.items() if name not in off]


def apply(settings: TlsSettings, context: ssl.SSLContext) -> None:
    """Restrict a context; ciphers that OpenSSL does not know restrict nothing. Raises :class:`ssl.SSLError`.

    OpenSSL refuses a certificate of an unknown CA also if one is only requested; a BIG-IP would go on.
    """
    context.verify_mode = _VERIFY[settings.peer_certificate]
    if settings.authorities:
        context.load_verify_locations(cadata=settings.authorities)
    versions = settings.versions
    if versions:
        context.minimum_version, context.maximum_version = versions[0], versions[-1]
    with contextlib.suppress(ssl.SSLError):
        ciphers = openssl_ciphers(settings.ciphers) or "DEFAULT"
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(ciphers)  # one that fails leaves a context without any
        context.set_ciphers(ciphers)


def openssl_ciphers(text: str) -> str:
    """Return BIG-IP's cipher string in OpenSSL's spelling, without the words for protocol versions."""
    translated = []
    for word in _split(text):
        mark, name = (word[0], word[1:].upper()) if word[0] in "!-+" else ("", word.upper())
        if not _PROTOCOLS.match(name) and name not in ("@SPEED", "NONE"):
            parts = (_WORDS.get(part, part.replace("-CBC-SHA", "-SHA")) for part in name.split("+"))
            translated.append(mark + "+".join(parts))
    return ":".join(translated)


def _split(text: str) -> list[str]:
    return [word for word in re.split(r"[:\s,]+", text) if word]
