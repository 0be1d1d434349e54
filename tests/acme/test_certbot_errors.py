"""Certbot's output, as it was seen or reported, and the explanation for the operator."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme.certbot_program import Answer
from sectigo_f5.acme.failures.certbot_errors import (
    explain,
    hook_failures,
    is_already_revoked,
    is_order_lost,
    pending,
    relevant_lines,
)
from sectigo_f5.process import Completion
from tests.support.properties import generated

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


UNEXPECTED = "An unexpected error occurred:\n"
FRAMES = {
    "acme": """  File "/v/acme/client.py", line 261, in new_order
    response = self._post(self.directory['newOrder'], order)""",
    "plugin": """  File "/v/certbot/_internal/auth_handler.py", line 85, in handle_authorizations
    resps = self.auth.perform(achalls)
            ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/v/certbot_dns_example/dns_example.py", line 60, in _perform""",
}


def log_of(code: str, raised_in: str = "acme", before: str = "") -> str:
    """Return a log of Certbot as it ends if a problem document of this type ends it."""
    error = f"acme.messages.Error: urn:ietf:params:acme:error:{code} :: What it means :: detail" if code else "OSError"
    return (
        "2026-11-26 04:39:53,536:INFO:certbot._internal.plugins.selection:Plugins selected: Authenticator dns-example"
        f", Installer None\n{before}2026-11-26 04:39:55,001:DEBUG:certbot._internal.log:Exiting abnormally:\n"
        f"Traceback (most recent call last):\n{FRAMES[raised_in]}\n{error}\n"
    )


def explained(output: str, log: str = "", status: int = 1) -> str:
    return explain(Completion(status, FRAME.format(output), timed_out=False, seconds=1.0), log, Path("/state/accounts"))


REGISTRATION = "Unable to register an account with ACME server. Error returned by the ACME server: "
MALFORMED = f"{REGISTRATION}The request message was malformed :: "


@pytest.mark.parametrize(
    ("output", "code", "sentence"),
    [
        # external account binding: used before, refused, missing
        (f"{MALFORMED}[External Account Binding] The account is not awaiting external account binding", "malformed",
         "was used before ({said}), and the account that it made is not here: set ACME_EAB_KID and ACME_EAB_HMAC_KEY "
         "to new ones of SCM, or put /state/accounts back from a backup"),
        (f"{REGISTRATION}external account binding key with id 'kid' was already bound to account 'a' on 2026-11-01",
         "unauthorized", "the external account binding was used before ({said})"),
        (f"{REGISTRATION}The EAB credential has already been used", "unauthorized", "was used before ({said})"),
        (f"{REGISTRATION}Unknown external account binding (EAB) key. This may be due to the EAB key expiring",
         "unauthorized", "refuses the external account binding ({said}); check ACME_EAB_KID and ACME_EAB_HMAC_KEY"),
        (f"{REGISTRATION}invalid eab credentials", "unauthorized", "refuses the external account binding ({said})"),
        (f"{REGISTRATION}the field 'kid' references a key that is not known to the ACME server", "unauthorized",
         "refuses the external account binding ({said})"),
        (f"{REGISTRATION}The request must include a value for the field", "externalAccountRequired",
         "the CA found no external account binding in the registration ({said}): set ACME_EAB_KID"),
        ("Server requires external account binding. Please use --eab-kid and --eab-hmac-key.", "",
         "the CA requires external account binding: set ACME_EAB_KID and ACME_EAB_HMAC_KEY"),
        # names that look like it
        (f"{UNEXPECTED}Error creating new order :: too many certificates for eab.example.com", "rateLimited",
         "the CA's rate limit is reached ({said})"),
        (f"{UNEXPECTED}Policy forbids issuing for seabass.example and account.suspended.example", "rejectedIdentifier",
         "refuses to issue for these names ({said})"),
        # the account
        (f"{UNEXPECTED}The client lacks sufficient authorization :: The account is currently suspended", "unauthorized",
         "the ACME account is suspended ({said}): reinstate it in SCM"),
        (f"{UNEXPECTED}Account is not valid, has status deactivated", "unauthorized",
         "the CA has deactivated our ACME account ({said}); rename /state/accounts, and the next run registers again: "
         "with new ACME_EAB_KID and ACME_EAB_HMAC_KEY of SCM, if the CA takes the former only once"),
        (f"{UNEXPECTED}No such key", "accountDoesNotExist",
         "the CA does not know our ACME account ({said}); rename /state/accounts"),
        (f"{UNEXPECTED}Account not found", "malformed", "the CA does not know our ACME account ({said})"),
        (f"{UNEXPECTED}The certificate is not associated with the account", "unauthorized",
         "the CA does not let our ACME account revoke it ({said}); if another account ordered it"),
        (f"{UNEXPECTED}AccountStorageError: Expecting value", "", "cannot use the files of our ACME account ({said})"),
        # what the CA says to the order
        (f"{UNEXPECTED}Slow down", "rateLimited", "rate limit is reached ({said})"),
        (f"{UNEXPECTED}CAA record forbids issuance", "caa", "refuses to issue for these names ({said})"),
        (f"{UNEXPECTED}RSA key too small", "badCSR", "refuses the CSR ({said})"),
        (f"{UNEXPECTED}Terms changed", "userActionRequired", "wants its new terms to be agreed to ({said})"),
        (f"{UNEXPECTED}Not for this organization", "unauthorized", "does not let our ACME account do this ({said})"),
        (f"{UNEXPECTED}enrollment failed", "serverInternal", "the CA had an internal error ({said})"),
        (f"{UNEXPECTED}acme.errors.ClientError: <Response [503]>", "", "the CA is not available now ({said})"),
        (f"{UNEXPECTED}something new", "neverSeen", "{said} (status 1)"),
        # on this host and on the way
        ("Another instance of Certbot is already running.", "", "another Certbot is working in the same directories"),
        (f"{UNEXPECTED}requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='acme.sectigo.com', port=443): Read "
         "timed out. (read timeout=45)", "", "the CA did not answer in time ({said})"),
        (f"{UNEXPECTED}acme.errors.TimeoutError", "", "the CA did not answer in time ({said})"),
        (f"{UNEXPECTED}requests.exceptions.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "",
         "the TLS certificate of the ACME server is not trusted ({said}); for a private CA name its CA file in"),
        (f"{UNEXPECTED}requests.exceptions.ConnectionError: Failed to establish a new connection", "",
         "the ACME server cannot be reached ({said})"),
        ("failed to parse fullchain into cert and chain: less than 2 certificates in chain", "",
         "the CA sent the certificate alone, without the chain"),
        ("The 'certbot_bigip.configurator' plugin errored while loading: No module named 'f5'. You may need to remove",
         "", "cannot be loaded ({said})"),
        (f"{UNEXPECTED}OSError: [Errno 28] No space left on device", "",
         "Certbot could not write under STATE_DIR ({said}): make room on that disk"),
        ("", "", "no output (status 1)"),
    ],
)  # fmt: skip
def test_a_failure_is_explained_with_what_was_said(output: str, code: str, sentence: str) -> None:
    said = output.removeprefix(UNEXPECTED)
    assert sentence.format(said=said) in explained(output, log_of(code))


WORDS = ("eab", "account", "suspended", "deactivated", "kid", "external", "binding", "credentials", "already", "used")


@given(labels=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), code=st.sampled_from(["unauthorized", "caa"]))
@generated(60)
def test_a_name_is_never_taken_for_a_cause(labels: list[str], code: str) -> None:
    text = explained(f"{UNEXPECTED}Issuing for {'.'.join(labels)}.example is forbidden here", log_of(code))
    assert text.startswith(
        "the CA refuses to issue" if code == "caa" else "the CA does not let our ACME account do this"
    )


def test_a_problem_that_was_overcome_is_not_the_cause() -> None:
    before = "".join(
        f'"type": "urn:ietf:params:acme:error:{code}"\n' for code in ("rateLimited", "accountDoesNotExist")
    )
    assert explained(f"{UNEXPECTED}something new", log_of("", before=before)) == "something new (status 1)"


def test_an_answer_that_certbot_does_not_show_is_quoted() -> None:
    answers = "".join(
        f"2026-11-26 06:12:16,480:DEBUG:acme.client:Received response:\nHTTP {status}\nServer: x\n{more}\n\n{body}\n"
        for status, more, body in ((200, "Date: y", "first"), (503, "retry-after: 120", "<h1>Busy</h1>\n<p>until six"))
    )
    text = explained(f"{UNEXPECTED}acme.errors.ClientError: <Response [503]>", log_of("", before=answers))
    said = "acme.errors.ClientError: <Response [503]>: Busy until six; it asks to wait: 120"
    assert text == f"the CA is not available now ({said}); the next run tries again"


TLS = "HTTPSConnectionPool(host='api.dns.example'): (Caused by SSLError('CERTIFICATE_VERIFY_FAILED'))"
REFUSED = "HTTPSConnectionPool(host='api.dns.example'): Max retries exceeded (Caused by NewConnectionError('refused'))"


@pytest.mark.parametrize(
    ("output", "log", "name", "said"),
    [
        (f"Error communicating with the DNS API: {REFUSED}", "", "for the challenge", REFUSED),
        (f"Error: {TLS}", "", "for the challenge", TLS),
        ("Error: HTTPSConnectionPool(host='api.dns.example'): Read timed out.", "", "for the challenge", "timed out"),
        (f"{UNEXPECTED}requests.exceptions.ConnectionError: {REFUSED}", log_of("", "plugin"), "dns-example", REFUSED),
        ("Unable to find the zone of www.example.com: eab", log_of("", "plugin"), "dns-example", "Unable to find the"),
        (f"{UNEXPECTED}KeyError: 'zone'", log_of("", "plugin"), "dns-example", "KeyError: 'zone'"),
        ("The dns-example plugin is not working; there may be problems with your existing configuration.\nThe error "
         "was: PluginError('File not found: /etc/dns.ini')", "", "dns-example", "File not found: /etc/dns.ini"),
    ],
)  # fmt: skip
def test_a_plugin_that_fails_is_named_instead_of_the_ca(output: str, log: str, name: str, said: str) -> None:
    text = explained(output, log)
    assert text.startswith(f"Certbot's plugin {name} could not do its part, and the CA has refused nothing: ")
    assert said in text
    assert text.endswith("check its credentials, dns_options, and the way from here to what it talks to")
    finished = Completion(1, FRAME.format(output), timed_out=False, seconds=1.0)
    assert not is_order_lost(Answer(finished, log, None), continued=True)


@pytest.mark.parametrize(
    ("status", "output", "code", "lost", "lost_if_continued"),
    [
        (-9, "", "", False, False),  # the kernel ends the largest process when memory is short
        (1, "requests.exceptions.ConnectTimeout", "", False, False),
        (1, "OSError: [Errno 28] No space left on device", "", False, True),
        (1, "something new", "", False, True),
        (1, "something new", "rateLimited", False, True),
        (1, "something new", "badNonce", False, True),
        (1, "something new", "badCSR", True, True),
        (1, "something new", "unauthorized", True, True),
        (1, "None of the preferred challenges are supported by the selected plugin", "", True, True),
    ],
)
def test_an_order_is_lost_if_the_ca_refuses_or_it_fails_twice(
    status: int, output: str, code: str, lost: bool, lost_if_continued: bool
) -> None:
    """An order that fails whenever it is continued must not keep the certificate from being renewed."""
    finished = Completion(status, FRAME.format(f"{UNEXPECTED}{output}"), timed_out=False, seconds=1.0)
    answer = Answer(finished, log_of(code), None)
    assert is_order_lost(answer, continued=False) is lost
    assert is_order_lost(answer, continued=True) is lost_if_continued


NOT_VALIDATED = (
    "Certbot failed to authenticate some domains (authenticator: manual). The Certificate Authority reported:\n"
    "  Domain: www.example.com\n  Type:   dns\n  Detail: No TXT record found\n"
)


def test_a_hook_that_fails_is_told_before_what_the_ca_missed() -> None:
    text = explained(
        "Hook '--manual-auth-hook' for www.example.com reported error code 2\n"
        "Hook '--manual-auth-hook' for www.example.com ran with error output:\n API key\n is not valid\n"
        + NOT_VALIDATED
    )
    assert text == (
        "the auth-hook for www.example.com failed (status 2: API key is not valid); mend the hook, for the CA could "
        "not see that the names are ours (www.example.com: dns, No TXT record found)"
    )


def test_a_hook_without_a_word_is_told_by_its_status() -> None:
    assert hook_failures("Hook '--manual-cleanup-hook' for a.example.com reported error code 1\n") == [
        "the cleanup-hook for a.example.com failed (status 1)"
    ]
    assert hook_failures("Hook '--manual-auth-hook' for a.example.com ran with output:\n done\n") == []


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
        ("processing", f"{UNEXPECTED}ConnectionError: Failed to establish a new connection",
         "; asked just now: the ACME server cannot be reached"),
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
