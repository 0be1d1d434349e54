"""Whether a certificate was revoked: by OCSP (RFC 6960) if it names a responder, else by its CRL (RFC 5280).

An answer counts only if it is signed by the issuer (or by a responder that the issuer appointed)
and is current. Anything else is "unknown" and one warning, never an error: a responder that is
down must neither stop a renewal nor cause one.
"""

from __future__ import annotations

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
from sectigo_f5.x509.certificates import UNREADABLE
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

    One per run: a URL that did not answer once is not asked again. Devices are worked on in
    parallel, so several threads may ask at once. No redirect leads to ``devices``, the hosts of BIG-IPs.
    """

    def __init__(self, state_dir: Path, *, clock: Callable[[], datetime], devices: Iterable[str] = ()) -> None:
        self._rules = Rules(devices=tuple(devices))
        self._crls = Crls(state_dir / "crl", clock, self._rules)
        self._clock = clock
        self._silent: set[str] = set()  # the URLs that did not answer

    def status(self, certificate_pem: str, issuer_pem: str) -> Revocation:
        """Return the answer of the first source that can be trusted."""
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        issuer = x509.load_pem_x509_certificate(issuer_pem.encode())
        problems = []
        for ask, urls in ((self._by_ocsp, _responders(certificate)), (self._by_crl, _distribution_points(certificate))):
            for url in urls:
                if url in self._silent:
                    continue
                try:
                    return ask(url, certificate, issuer)
                except (NoAnswerError, TypeError, *UNREADABLE) as error:
                    problems.append(f"{url}: {error}")
                except (ConnectorError, OSError) as error:  # every failure of `requests` is an OSError
                    self._silent.add(url)
                    problems.append(f"{url}: {error}")
        if problems:
            logger.warning("could not determine whether the certificate is revoked: %s", "; ".join(problems))
        return Revocation("unknown", None, "none", "; ".join(problems))

    # -- OCSP ----------------------------------------------------------------------------------

    def _by_ocsp(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Revocation:
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303  # RFC 5019: CertID uses SHA-1
        headers = {"Content-Type": "application/ocsp-request"}
        reply = fetch("POST", url, asked.public_bytes(Encoding.DER), headers, self._rules)
        answer = ocsp.load_der_ocsp_response(reply.body)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswerError(f"the responder says {answer.response_status.name}")
        if answer.serial_number != certificate.serial_number:
            raise NoAnswerError("the responder answered for another certificate")
        _verify_ocsp(answer, issuer, self._clock())
        if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            reason = answer.revocation_reason
            return Revocation("revoked", reason.value if reason else None, "ocsp", url)
        if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise NoAnswerError("the responder does not know the certificate")
        return Revocation("good", None, "ocsp", url)

    # -- CRL -----------------------------------------------------------------------------------

    def _by_crl(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Revocation:
        entry = self._crls.current(url, issuer).get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is None:
            return Revocation("good", None, "crl", url)
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except x509.ExtensionNotFound:
            return Revocation("revoked", None, "crl", url)
        if reason is x509.ReasonFlags.remove_from_crl:
            return Revocation("good", None, "crl", url)
        return Revocation("revoked", reason.value, "crl", url)


def _verify_ocsp(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """Check who signed the answer (RFC 6960 section 4.2.2.2) and whether it is current."""
    signers = [issuer, *(found for found in answer.certificates if _may_answer(found, issuer, now))]
    if not any(_ocsp_signed_by(answer, signer) for signer in signers):
        raise NoAnswerError("the answer is signed neither by the issuer nor by a responder that it appointed")
    ends = answer.next_update_utc or answer.this_update_utc + OCSP_AGE
    if not answer.this_update_utc - SKEW <= now < ends:
        raise NoAnswerError(f"the answer is not current ({answer.this_update_utc} to {ends})")


def _may_answer(found: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        found.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, TypeError, InvalidSignature, *UNREADABLE):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and found.not_valid_before_utc <= now < found.not_valid_after_utc


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
