"""Whether a certificate was revoked: by OCSP (RFC 6960) if it names a responder, else by its CRL (RFC 5280).

An answer counts only if it is signed by the issuer (or by a responder that the issuer appointed)
and is current. Anything else is "unknown" and one warning, never an error: a responder that is
down must neither stop a renewal nor cause one.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.redirects import Rules
from sectigo_f5.untrusted import NonsenseError, reading
from sectigo_f5.x509.crls import Crls
from sectigo_f5.x509.fetching import NoAnswerError, fetch

logger = logging.getLogger(__name__)

SKEW = timedelta(minutes=10)  # of the responder's clock against ours
OCSP_AGE = timedelta(days=7)  # an answer without nextUpdate is trusted for this long


@dataclass(frozen=True)
class Revocation:
    """``status`` is good, revoked or unknown; ``source`` ocsp, crl or none."""

    status: str
    reason: str | None
    source: str
    detail: str


class RevocationChecker:
    """Asks OCSP responders, and CRLs.

    One per run: a URL that did not answer once is not asked again. Certificates are worked on in
    parallel, so several threads may ask at once. No redirect leads to ``devices``, the hosts of BIG-IPs.
    """

    def __init__(self, state_dir: Path, *, clock: Callable[[], datetime], devices: Iterable[str] = ()) -> None:
        self._rules = Rules(devices=tuple(devices), of_certificate=True)
        self._crls = Crls(state_dir / "crl", clock, self._rules)
        self._clock = clock
        self._silent: set[str] = set()  # the URLs that did not answer
        self._known: dict[tuple[str, str], Revocation] = {}

    def status(self, certificate_pem: str, issuer_pem: str) -> Revocation:
        """Return the answer of the first source that can be trusted; who is asked again in a run says the same."""
        question = certificate_pem, issuer_pem
        if question not in self._known:
            self._known[question] = self._ask(certificate_pem, issuer_pem)
        return self._known[question]

    def _ask(self, certificate_pem: str, issuer_pem: str) -> Revocation:
        problems: list[str] = []
        try:
            with reading("its certificate cannot be read"):
                certificate, issuer = (
                    x509.load_pem_x509_certificate(p.encode()) for p in (certificate_pem, issuer_pem)
                )
                sources = [(self._by_ocsp, url) for url in _responders(certificate)]
                sources += [(self._by_crl, url) for url in _distribution_points(certificate)]
        except NonsenseError as error:
            problems, sources = [str(error)], []
        for ask, url in sources:
            if url in self._silent:
                continue
            try:
                return ask(url, certificate, issuer)
            except (NoAnswerError, NonsenseError) as error:
                problems.append(f"{url}: {error}")
            except (ConnectorError, OSError) as error:  # every failure of `requests` is an OSError
                self._silent.add(url)
                problems.append(f"{url}: {error}")
        if problems:
            logger.warning("could not determine whether the certificate is revoked: %s", "; ".join(problems))
        return Revocation("unknown", None, "none", "; ".join(problems))

    # -- OCSP ----------------------------------------------------------------------------------

    def _by_ocsp(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Revocation:
        with reading("it cannot be asked for"):
            asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303  # RFC 5019: CertID uses SHA-1
            question = asked.public_bytes(Encoding.DER)
        reply = fetch("POST", url, question, {"Content-Type": "application/ocsp-request"}, self._rules)
        with reading("the answer cannot be read"):
            return _answered(ocsp.load_der_ocsp_response(reply.body), url, certificate, issuer, self._clock())

    # -- CRL -----------------------------------------------------------------------------------

    def _by_crl(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Revocation:
        found = self._crls.current(url, issuer)
        with reading("the CRL's entry cannot be read"):
            return _listed(found, url, certificate.serial_number)


def _listed(found: x509.CertificateRevocationList, url: str, serial_number: int) -> Revocation:
    """Return what a CRL that can be trusted says."""
    entry = found.get_revoked_certificate_by_serial_number(serial_number)
    if entry is None:
        return Revocation("good", None, "crl", url)
    reason = next((each.value.reason for each in entry.extensions if isinstance(each.value, x509.CRLReason)), None)
    if reason is x509.ReasonFlags.remove_from_crl:
        return Revocation("good", None, "crl", url)
    return Revocation("revoked", reason.value if reason else None, "crl", url)


def _answered(
    answer: ocsp.OCSPResponse, url: str, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Revocation:
    """Return what a responder says; nothing but its refusal, which nobody signs, is believed before the signature."""
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise NoAnswerError(f"the responder says {answer.response_status.name}")
    _verify_ocsp(answer, issuer, now)
    if answer.serial_number != certificate.serial_number:
        raise NoAnswerError("the responder answered for another certificate")
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        reason = answer.revocation_reason
        return Revocation("revoked", reason.value if reason else None, "ocsp", url)
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise NoAnswerError("the responder does not know the certificate")
    return Revocation("good", None, "ocsp", url)


def _verify_ocsp(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """Check who signed the answer (RFC 6960 section 4.2.2.2) and whether it is current."""
    if not _ocsp_signed_by(answer, issuer) and not any(
        _may_answer(found, issuer, now) and _ocsp_signed_by(answer, found) for found in answer.certificates
    ):
        raise NoAnswerError("the answer is signed neither by the issuer nor by a responder that it appointed")
    ends = answer.next_update_utc or answer.this_update_utc + OCSP_AGE
    if not answer.this_update_utc <= now + SKEW or now >= ends:
        raise NoAnswerError(f"the answer is not current ({answer.this_update_utc} to {ends})")


def _may_answer(found: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """Tell whether the issuer signed a responder's certificate, for this, and it is valid now."""
    with contextlib.suppress(NonsenseError), reading("the responder's certificate cannot be read"):
        found.verify_directly_issued_by(issuer)
        usages = [each.value for each in found.extensions if isinstance(each.value, x509.ExtendedKeyUsage)]
        appointed = any(ExtendedKeyUsageOID.OCSP_SIGNING in usage for usage in usages)
        return appointed and found.not_valid_before_utc <= now < found.not_valid_after_utc
    return False


def _ocsp_signed_by(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm:
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm:
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        found.access_location.value
        for found in access
        if found.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(found.access_location, x509.UniformResourceIdentifier)
    ]


def _distribution_points(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    names = (name for point in points for name in point.full_name or ())
    return [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
