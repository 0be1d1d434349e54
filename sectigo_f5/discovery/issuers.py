"""Whether a certificate in service is of a public CA, as far as its issuer's name tells; pure but for the list."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import certifi

from sectigo_f5.device_objects import CertificateObject

# organisations of CAs that issue below the roots of others
BELOW = ("let's encrypt", "zerossl", "sectigo limited", "trustasia technologies, inc.", "geant vereniging")
_SUBJECT = re.compile(r"^# Subject: (?:.* )?O=(.+?)(?: OU=.*)?$", re.MULTILINE)  # how certifi describes a root
_ATTRIBUTE = re.compile(r"(?:^|[,/])\s*(CN|O)\s*=\s*((?:\\.|[^,/\\])*)")


def why_private(certificate: CertificateObject) -> str | None:
    """Return how a certificate is not a public CA's; None if it seems to be one, or nothing is known."""
    if not certificate.issuer:
        return None
    issuer = {name: re.sub(r"\\(.)", r"\1", value).strip() for name, value in _ATTRIBUTE.findall(certificate.issuer)}
    if issuer.get("CN", "").lower() == (certificate.common_name or ""):
        return "is self-signed"
    if not _public() or issuer.get("O", "").lower() in _public():
        return None
    return f"is perhaps of an internal CA ({issuer.get('O') or issuer.get('CN') or certificate.issuer})"


@functools.cache
def _public() -> frozenset[str]:
    """The organisations of the roots that browsers trust, lower case; none if certifi's file does not name them."""
    found = _SUBJECT.findall(Path(certifi.where()).read_text(encoding="utf-8", errors="replace"))
    return frozenset({*BELOW, *(name.lower() for name in found)}) if found else frozenset()
