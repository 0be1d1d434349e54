"""Certbot's output, as it was seen or reported, and the explanation for the operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectigo_f5.acme.certbot_errors import explain, is_already_revoked, pending, relevant_lines
from sectigo_f5.acme.certbot_program import Answer
from sectigo_f5.process import Completion

FRAME = """Saving debug log to /var/lib/sectigo/certbot/private/run-x/logs/letsencrypt.log
Requesting a certificate for www.example.com
{}
Ask for help or search for solutions at https://community.letsencrypt.org. See the logfile /x or re-run Certbot with -v.
"""
PLUGIN = """Virtual server: /Common/vs
[2026-11-24 02:41:56,346] [   DEBUG] [certbot_bigip] in prepare()
Connection to F5 BIG-IP iControl REST API failed.
Error raised was
Connection to F5 BIG-IP iControl REST API on 192.0.2.1 failed.
Error raised was
{}
(You most probably need to ensure the username and password is correct. Make sure you use the --bigip-username)
(You most probably need to ensure the username and password is correct. Make sure you use the --bigip-username)"""


def explained(output: str, log: str = "", status: int = 1) -> str:
    return explain(Completion(status, FRAME.format(output), timed_out=False, seconds=1.0), log)


@pytest.mark.parametrize(
    ("output", "error_type", "explanation"),
    [
        ("urn:ietf:params:acme:error:unauthorized :: The account is currently suspended", "unauthorized",
         "the ACME account is suspended: reinstate it in SCM"),
        ("Unable to register an account with ACME server. Error returned by the ACME server: The account is not "
         "awaiting external account binding", "malformed", "check ACME_EAB_KID and ACME_EAB_HMAC_KEY against SCM"),
        ("An unexpected error occurred:\nAccount not found", "accountDoesNotExist",
         "the CA no longer accepts our ACME account"),
        ("An unexpected error occurred:\nAccount is not valid, has status deactivated", "unauthorized",
         "the CA no longer accepts our ACME account"),
        ("An unexpected error occurred:\nThe certificate is not associated with the account", "unauthorized",
         "if another account ordered it, set ACME_EAB_KID and ACME_EAB_HMAC_KEY as they were then"),
        ("failed to parse fullchain into cert and chain: less than 2 certificates in chain", "",
         "the CA sent the certificate alone, without the chain"),
        ("An unexpected error occurred:\nSlow down", "rateLimited", "rate limit is reached (Slow down)"),
        ("An unexpected error occurred:\nCAA record forbids issuance", "caa", "refuses to issue for these names"),
        ("An unexpected error occurred:\nRSA key too small", "badCSR", "refuses the CSR (RSA key too small)"),
        ("An unexpected error occurred:\nTerms changed", "userActionRequired", "wants its new terms to be agreed to"),
        ("Another instance of Certbot is already running.", "", "another Certbot is working in the same directories"),
        ("An unexpected error occurred:\nrequests.exceptions.ReadTimeout: HTTPSConnectionPool(host='acme.sectigo.com', "
         "port=443): Read timed out. (read timeout=45)", "", "the CA did not answer in time"),
        ("An unexpected error occurred:\nacme.errors.TimeoutError", "", "the CA did not answer in time"),
        ("requests.exceptions.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "",
         "name its CA file in ACME_CA_BUNDLE"),
        ("The 'certbot_bigip.configurator' plugin errored while loading: No module named 'f5'. You may need to remove",
         "", "cannot be loaded (The 'certbot_bigip.configurator' plugin errored while loading: No module named 'f5'."),
        ("An unexpected error occurred:\nOSError: [Errno 28] No space left on device", "", "make room on that disk"),
        ("An unexpected error occurred:\nenrollment failed", "serverInternal", "enrollment failed (status 1)"),
        ("", "", "no output (status 1)"),
    ],
)  # fmt: skip
def test_known_failures_are_explained(output: str, error_type: str, explanation: str) -> None:
    log = "urn:ietf:params:acme:error:badNonce\nurn:ietf:params:acme:error:" + (error_type or "badNonce")
    assert explanation in explained(output, log)


def test_a_nonce_that_was_tried_again_is_not_the_cause() -> None:
    log = "urn:ietf:params:acme:error:rateLimited ... urn:ietf:params:acme:error:badNonce"
    assert "rate limit" in explained("An unexpected error occurred:\nSlow down", log)


def test_the_cause_is_cut_out_of_the_text_of_the_plugin() -> None:
    text = explained(PLUGIN.format("401 Unexpected Error: Unauthorized for uri: https://192.0.2.1:443/mgmt/x"))
    assert text == (
        "certbot-bigip could not do its part on the BIG-IP: "
        "401 Unexpected Error: Unauthorized for uri: https://192.0.2.1:443/mgmt/x"
    )


def test_every_name_that_was_not_validated_is_named() -> None:
    text = explained(
        "Certbot failed to authenticate some domains (authenticator: bigip). The Certificate Authority reported:\n"
        "  Identifier: a.example.com\n  Type:   connection\n  Detail: 192.0.2.1: Connection refused\n\n"
        "  Domain: b.example.com\n  Type:   unauthorized\n  Detail: Invalid response: 404\n"
        "Hint: something\n\nSome challenges have failed.",
        "urn:ietf:params:acme:error:unauthorized",
    )
    assert "(a.example.com: connection, 192.0.2.1: Connection refused; b.example.com: unauthorized, Invalid" in text
    assert "port 80" in text


def test_a_time_out_does_not_say_whether_the_ca_was_done() -> None:
    text = explain(Completion(-15, FRAME.format("Waiting"), timed_out=True, seconds=3600.0), "")
    assert text.startswith(
        "Certbot did not finish within 3600 s and was stopped; whether the CA completed it is unknown"
    )


@pytest.mark.parametrize(
    ("status", "output", "said"),
    [
        ("processing", "acme.errors.TimeoutError",
         "the CA is still working on the order (SCM may await an approval, or a check of the organization); it was "
         "placed at 2026-11-26T01:00:00Z, nothing is ordered again meanwhile, and a later run collects the certificate "
         "[order: https://ca/order/1] [Certbot's log: /log]"),
        ("processing", "Failed to establish a new connection", "; asked just now: the ACME server cannot be reached"),
        ("unknown", "acme.errors.TimeoutError", "the CA has not told what became of the order; it was placed"),
        ("valid", "Read timed out", "the CA has issued the certificate, but it could not be downloaded; it was placed"),
    ],
)  # fmt: skip
def test_an_order_that_is_awaited_is_told_with_its_url(status: str, output: str, said: str) -> None:
    kept = {"url": "https://ca/order/1", "account": "https://ca/a", "status": status, "at": "2026-11-26T01:00:00Z"}
    finished = Completion(1, FRAME.format(output), timed_out=False, seconds=1.0)
    assert said in str(pending(kept, Answer(finished, "", Path("/log"))))


def test_a_usage_error_is_shown_without_the_usage_text() -> None:
    usage = (
        "usage: \n  certbot [SUBCOMMAND] [options]\n\nCertbot can obtain\n certbot: error: Unable to open config file"
    )
    assert relevant_lines(usage) == "Unable to open config file"


def test_an_unknown_option_is_shown_without_its_value() -> None:
    text = explained(
        "usage: \ncertbot: error: unrecognized arguments: --dns-x-key=hunter2 3 --dns-x-other=hunter4", status=2
    )
    assert "(unrecognized arguments: --dns-x-key); install the plugin where Certbot is, or correct" in text
    assert "hunter" not in text


@pytest.mark.parametrize(
    ("output", "log", "revoked"),
    [
        ("Certificate has already been revoked.", "", True),
        ("An unexpected error occurred", '"type": "urn:ietf:params:acme:error:alreadyRevoked"', True),
        ("Unable to find specified certificate.", "urn:ietf:params:acme:error:malformed", False),
    ],
)
def test_an_earlier_revocation_is_recognized(output: str, log: str, revoked: bool) -> None:
    assert is_already_revoked(Completion(1, output, timed_out=False, seconds=1.0), log) is revoked
