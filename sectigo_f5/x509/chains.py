"""The path that a server has to send, out of what a CA sends with a certificate; pure.

RFC 8555 section 9.1 asks CAs for the certificate first and each next one certifying the one before; what
comes has certificates twice, in any order, with roots, cross-signs and text between them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued
from sectigo_f5.untrusted import reading
from sectigo_f5.x509.certificates import load_request, public_bytes

_CERTIFICATE = re.compile(r"-----BEGIN (X509 )?CERTIFICATE-----[^-]+-----END \1?CERTIFICATE-----")

Path = tuple[x509.Certificate, ...]  # each signed by the next


def in_order(issued: Issued, csr_pem: str, now: datetime) -> Issued:
    """Return the certificate for the key of the CSR, wherever it was, and above it the one path to be sent.

    Each certificate of the path signed the one below it (RFC 5280 section 6.1) and occurs once. A self-signed
    root is left out, since clients trust their own copy, unless it is the issuer itself: then it stays, for
    those who ask the CA about revocation. So is everything from the first certificate on, above the issuer,
    that is not valid now. Of several paths (cross-signs) the one is taken that is valid now; then the one that
    holds for longer of the certificate's own validity; then the longer one, since a cross-sign is there for clients
    that do not know the newer root.

    Without such a certificate, or a path although there are others, what the CA sent is returned, for
    :func:`~sectigo_f5.x509.certificates.check_issued` to say what is missing.
    """
    found = _certificates(f"{issued.certificate}\n{issued.chain}")
    try:
        wanted = public_bytes(load_request(csr_pem))
    except ConnectorError:
        return issued
    ours = [each for each in found if _key(each) == wanted]
    if not ours:
        return issued
    leaf = max(ours, key=lambda each: (not is_self_signed(each), each.not_valid_after_utc, _der(each)))
    others = [each for each in found if each not in ours]
    paths = [_to_be_sent(path, now) for path in _paths(leaf, others)]
    best = max(paths, key=lambda path: _worth(leaf, path, now))
    if not best and others and not is_self_signed(leaf):
        return Issued(_pem(leaf), "".join(map(_pem, others)))
    return Issued(_pem(leaf), "".join(map(_pem, best)))


def has_path(issued: Issued) -> bool:
    """False for what :func:`in_order` found no path in, although other certificates came with it."""
    leaf, above = _certificates(issued.certificate), _certificates(issued.chain)
    return not issued.chain.strip() or bool(leaf and above and _signed(above[0], leaf[0]))


def is_self_signed(certificate: x509.Certificate) -> bool:
    """True for a root, and for a certificate that stands alone."""
    return _verifies(certificate, certificate)


def _certificates(text: str) -> list[x509.Certificate]:
    """Return what can be read, each once, whatever stands around it."""
    found = dict[bytes, x509.Certificate]()
    for match in _CERTIFICATE.finditer(text.replace("\r", "")):
        with contextlib.suppress(ConnectorError), reading("a certificate cannot be read"):
            certificate = x509.load_pem_x509_certificate(match[0].encode())
            found.setdefault(_der(certificate), certificate)
    return list(found.values())


def _paths(below: x509.Certificate, others: Sequence[x509.Certificate], path: Path = ()) -> Iterator[Path]:
    """Yield every way up from ``below``, as far as it goes; a CA occurs once in it (RFC 4158 section 5.2)."""
    visited = {_authority(each) for each in (below, *path)}
    above = [each for each in others if _authority(each) not in visited and _signed(each, below)]
    if not above:
        yield path
    for each in above:
        yield from _paths(each, others, (*path, each))


def _to_be_sent(path: Path, now: datetime) -> Path:
    sent = path[:-1] if len(path) > 1 and is_self_signed(path[-1]) else path
    ended = (place for place, each in enumerate(sent) if place and not _is_valid(each, now))
    return sent[: next(ended, len(sent))]


def _worth(leaf: x509.Certificate, path: Path, now: datetime) -> tuple[object, ...]:
    """Compare paths, the best one last; of equals the bytes decide, so that their order never does."""
    valid = all(_is_valid(each, now) for each in path)
    ends = min(each.not_valid_after_utc for each in (leaf, *path))
    return bool(path), valid, ends, len(path), [_der(each) for each in path]


def _is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def _signed(above: x509.Certificate, below: x509.Certificate) -> bool:
    """Tell whether ``above`` issued ``below``, as a CA if it says what it is."""
    with contextlib.suppress(ConnectorError), reading("a certificate cannot be read"):
        said = [each.value.ca for each in above.extensions if isinstance(each.value, x509.BasicConstraints)]
        return all(said) and _verifies(above, below)
    return False


def _verifies(above: x509.Certificate, below: x509.Certificate) -> bool:
    with contextlib.suppress(ConnectorError), reading("a signature cannot be verified"):
        below.verify_directly_issued_by(above)
        return True
    return False


def _authority(certificate: x509.Certificate) -> tuple[x509.Name, bytes | None]:
    return certificate.subject, _key(certificate)


def _key(certificate: x509.Certificate) -> bytes | None:
    with contextlib.suppress(ConnectorError):
        return public_bytes(certificate)
    return None


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
