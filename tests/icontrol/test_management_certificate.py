"""What is said if TLS to the management interface fails, and from 30 days before its certificate ends."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
import responses

from sectigo_f5.icontrol.errors import UnreachableError
from sectigo_f5.icontrol.management_certificate import REMEDIES, remark
from sectigo_f5.trust.tls_faults import TlsFault
from tests.support.hierarchy import new_authority
from tests.support.replies import LOGIN, ORIGIN, THING, client, count

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)


def wrapped(error: ssl.SSLError) -> requests.exceptions.SSLError:
    outer = requests.exceptions.SSLError("Max retries exceeded")
    outer.__cause__ = error
    return outer


def unverified(code: int, message: str) -> requests.exceptions.SSLError:
    error = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {message}")
    error.verify_code, error.verify_message = code, message
    return wrapped(error)


def refused(reason: str, message: str) -> requests.exceptions.SSLError:
    return wrapped(ssl.SSLError(1, f"[SSL: {reason}] {message} (_ssl.c:1006)"))


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (unverified(10, "certificate has expired"), "has expired (certificate has expired); give the BIG-IP a new"),
        (unverified(9, "certificate is not yet valid"), "is not valid yet (certificate is not yet valid); correct"),
        (unverified(62, "Hostname mismatch, certificate is not valid for 'f5'."),
         "is for other names (Hostname mismatch, certificate is not valid for 'f5'); write host as the certificate"),
        (unverified(18, "self-signed certificate"), "self-signed (self-signed certificate); set verify_tls"),
        (unverified(20, "unable to get local issuer certificate"), "local issuer certificate); set verify_tls to the"),
        (unverified(66, "EE certificate key too weak"), "(EE certificate key too weak); give the BIG-IP a new"),
        (unverified(92, "CA cert does not include key usage extension"),
         "lacks (CA cert does not include key usage extension); set verify_tls to the CA's file"),
        (refused("DH_KEY_TOO_SMALL", "dh key too small"), "(dh key too small); leave DHE out of sys httpd"),
        (refused("UNSUPPORTED_PROTOCOL", "unsupported protocol"), "(unsupported protocol); let sys httpd ssl-protocol"),
        (refused("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure"), "let sys httpd ssl-ciphersuite"),
        (refused("WRONG_VERSION_NUMBER", "wrong version number"), "(wrong version number); check port"),
    ],
)  # fmt: skip
def test_a_failure_of_tls_names_its_own_remedy(failure: Exception, sentence: str) -> None:
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, body=failure)
        with pytest.raises(UnreachableError) as caught, client():
            pass
    assert sentence in str(caught.value)


def test_a_write_whose_handshake_failed_was_never_sent(device: responses.RequestsMock) -> None:
    device.post(ORIGIN + THING, body=refused("DH_KEY_TOO_SMALL", "dh key too small"))
    device.post(ORIGIN + THING, json={"name": "vs"})
    with client() as f5:
        assert f5.post(THING, {}) == {"name": "vs"}
    assert count(device, "POST", ORIGIN + THING) == 2


def test_every_fault_has_a_remedy() -> None:
    assert set(REMEDIES) == set(TlsFault)


def certificate(days: float) -> bytes:
    """Return a certificate that ends in so many days."""
    made = new_authority("BIG-IP", NOW + timedelta(days=days - 400), days=400)
    return ssl.PEM_cert_to_DER_cert(made.certificate_pem)


@pytest.mark.parametrize(
    ("days", "verify", "said"),
    [
        (31, True, None),
        (
            29,
            Path("ca.pem"),
            "ends on 2026-12-25: give the BIG-IP a new device certificate (AskF5 K6353); from then on",
        ),
        (29, False, "ends on 2026-12-25: give the BIG-IP a new device certificate (AskF5 K6353); verify_tls is false"),
        (-1, False, "has expired on 2026-11-25"),
    ],
)
def test_an_end_is_told_from_thirty_days_before(days: float, verify: bool | Path, said: str | None) -> None:
    text = remark("192.0.2.10", certificate(days), verify, NOW)
    assert text == said if said is None else said in (text or "")


@pytest.mark.parametrize("shown", [None, b"", b"\x30\x03abc"])
def test_a_certificate_that_cannot_be_read_is_not_told(shown: bytes | None) -> None:
    assert remark("192.0.2.10", shown, False, NOW) is None
