"""Why Certbot failed, in a sentence that says what to do.

Its exit status is 1 for almost everything. What happened is in its output, and the type of the CA's
error (RFC 8555 section 6.7) only in its log. The texts here were seen with Certbot 5.8, Pebble and
acme2certifier, or in reports about Sectigo's service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sectigo_f5.acme.certbot_program import Answer
from sectigo_f5.acme.inside_certbot.launcher import WARNING
from sectigo_f5.acme.inside_certbot.order_file import UNKNOWN
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.process import Completion

BINDING_REQUIRED = (
    "the CA requires external account binding: set ACME_EAB_KID and ACME_EAB_HMAC_KEY, "
    "which SCM shows for the ACME account, in the env file"
)
LONGEST = 600  # characters of Certbot's own output

ERROR_TYPE = re.compile(r"urn:ietf:params:acme:error:(\w+)")
CHALLENGE = re.compile(r"(?:Identifier|Domain): (\S+)\s+Type:\s+(\S+)\s+Detail: ([^\n]*)")
OPTION_VALUE = re.compile(r"(unrecognized arguments: --[\w-]+)=.*", re.DOTALL)  # the value may be a secret
PLUGIN_UNKNOWN = r"unrecognized arguments: --\S+|The requested \S+ plugin does not appear to be installed"
PLUGIN_CAUSE = re.compile(r"Error raised was\s*(.*?)\s*(?:\(You most probably|Ask for help|\Z)", re.DOTALL)

PLUGIN_FAILED = "F5 BIG-IP iControl REST API"
NO_ANSWER = r"ReadTimeout|Read timed out|errors\.TimeoutError"
UNREACHABLE = r"NewConnectionError|Failed to establish|Name or service not known|ConnectionError|ConnectTimeout"
ALONE = "less than 2 certificates in chain"
# What is awaited, by the status of an order that the CA has not refused after finalize (RFC 8555 section 7.1.6).
AWAITED = {
    "processing": "the CA is still working on the order (SCM may await an approval, or a check of the organization)",
    "valid": "the CA has issued the certificate, but it could not be downloaded",
    UNKNOWN: "the CA has not told what became of the order",
}

# Lines that tell an operator nothing: Certbot's progress messages and the plugin's DEBUG stream.
NOISE = re.compile(
    r"\s*$|Saving debug log|Requesting a certificate|An unexpected error occurred|Ask for help|logfile |usage:"
    r"|  certbot \[SUBCOMMAND\]|Virtual server: |bigip map: |active device: |standalone: |- - - |\[\d{4}-\d\d-\d\d "
    rf"|{re.escape(WARNING)}"
)

# Searched for in this order in the type of the CA's last error and in Certbot's output; {output} is its last lines.
KNOWN = (
    (r"None of the preferred challenges are supported|does not support any combination of challenges",
     "the CA asks for a proof that the names are ours, but the YAML says validation: prevalidated; validate the "
     "domain in SCM (a validation there expires), or choose validation: http-01 or dns-01"),
    (r"requires external account binding|externalAccountRequired", BINDING_REQUIRED),
    (r"currently suspended",
     "the ACME account is suspended: reinstate it in SCM, or set ACME_EAB_KID and ACME_EAB_HMAC_KEY of another one"),
    (r"(?i)\beab\b|external account binding|field 'kid'",
     "the CA refuses the external account binding ({output}); check ACME_EAB_KID and ACME_EAB_HMAC_KEY against SCM"),
    (r"Contact information is missing|invalidContact|unsupportedContact|invalid email",
     "the CA does not accept the contact of the account ({output}); set ACME_EMAIL to an address that receives mail"),
    (r"associated with|(?i:not authorized to revoke)",
     "the CA does not let our ACME account revoke it ({output}); if another account ordered it, set ACME_EAB_KID and "
     "ACME_EAB_HMAC_KEY as they were then, or revoke it in SCM"),
    (r"accountDoesNotExist|(?i:account\b[^\n]*\b(deactivated|revoked|not valid))",
     "the CA no longer accepts our ACME account ({output}); rename the directory certbot/accounts under "
     "STATE_DIR, and the next run registers again"),
    (r"rateLimited",
     "the CA's rate limit is reached ({output}); the next run tries again, ask the CA how long to wait"),
    (r"^(rejectedIdentifier|caa)\n",
     "the CA refuses to issue for these names ({output}); ask for them in SCM, or correct the YAML"),
    (r"badCSR|badPublicKey",
     "the CA refuses the CSR ({output}); check names, key_type and key_size against the certificate profile in SCM"),
    (r"userActionRequired", "the CA wants its new terms to be agreed to ({output}); see its web site or SCM"),
    (r"Another instance of Certbot is already running",
     "another Certbot is working in the same directories; wait for it to end, or end it, and run again"),
    (PLUGIN_UNKNOWN,
     "Certbot does not know the plugin or its option ({output}); install the plugin where Certbot is, or correct "
     "dns_authenticator and dns_options"),
    (r"plugin errored while loading",
     "Certbot does nothing while one of its plugins cannot be loaded ({output}); install the connector again "
     "as its README says"),
    (r"No space left on device|Disk quota exceeded", "Certbot could not write under STATE_DIR: make room on that disk"),
    (r"CERTIFICATE_VERIFY_FAILED",
     "the TLS certificate of the ACME server is not trusted; for a private CA name its CA file in ACME_CA_BUNDLE"),
    (NO_ANSWER,
     "the CA did not answer in time ({output}); run again"),
    (ALONE,
     "the CA sent the certificate alone, without the chain that clients need; ask the CA for it, the next run "
     "downloads it again"),
    (UNREACHABLE,
     "the ACME server cannot be reached ({output}); check DNS, the firewall and HTTPS_PROXY"),
)  # fmt: skip


def failure(what: str, answer: Answer) -> ConnectorError:
    """Return the error of a call that failed: what was not done, why, and where Certbot's log is."""
    why = explain(answer.finished, answer.logged)
    return ConnectorError(f"{what}: {why}{_where(answer)}")


def pending(kept: Mapping[str, str], answer: Answer) -> PendingOrderError:
    """Return the error of an order that is neither issued nor refused: what is awaited, since when, and where."""
    polled = "errors.TimeoutError" in answer.finished.output  # Certbot's patience ended, and nothing failed
    why = "" if polled else f"; asked just now: {explain(answer.finished, answer.logged)}"
    return PendingOrderError(
        f"{AWAITED[kept['status']]}; it was placed at {kept['at']}, nothing is ordered again meanwhile, and a later "
        f"run collects the certificate{why} [order: {kept['url']}]{_where(answer)}"
    )


def explain(finished: Completion, log: str) -> str:
    """Return why a call failed, from how Certbot ended and from its log."""
    output = relevant_lines(finished.output)
    if finished.timed_out:
        return (
            f"Certbot did not finish within {finished.seconds:.0f} s and was stopped; whether the CA completed it is "
            f"unknown: run again ({output})"
        )
    if PLUGIN_FAILED in finished.output:
        return f"certbot-bigip could not do its part on the BIG-IP: {_plugin_cause(finished.output)}"
    challenges = CHALLENGE.findall(finished.output)
    if challenges:
        failures = "; ".join(f"{name}: {kind}, {detail}" for name, kind, detail in challenges)
        return (
            f"the CA could not see that the names are ours ({failures}); the CA must reach port 80 of each name on the "
            "challenge virtual servers (http-01), or its TXT record (dns-01)"
        )
    types = [found for found in ERROR_TYPE.findall(log) if found != "badNonce"]  # Certbot tries that again
    searched = f"{types[-1] if types else ''}\n{finished.output}"
    for pattern, sentence in KNOWN:
        if re.search(pattern, searched):
            return sentence.format(output=output)
    return f"{output} (status {finished.status})"


def _where(answer: Answer) -> str:
    return f" [Certbot's log: {answer.log}]" if answer.log else ""


def lacks_plugin(finished: Completion) -> bool:
    """Return True if Certbot did nothing because a plugin, or one of its options, does not exist."""
    return bool(re.search(PLUGIN_UNKNOWN, finished.output))


def is_on_our_side(finished: Completion) -> bool:
    """Return True if a call failed at the BIG-IP or on the way to the CA, or was stopped by us: nobody refused."""
    if CHALLENGE.search(finished.output):
        return False
    return finished.timed_out or bool(re.search(f"{PLUGIN_FAILED}|{NO_ANSWER}|{UNREACHABLE}", finished.output))


def is_already_revoked(finished: Completion, log: str) -> bool:
    """Return True if a revocation failed because the certificate is revoked already."""
    return "already been revoked" in finished.output or "urn:ietf:params:acme:error:alreadyRevoked" in log


def relevant_lines(output: str) -> str:
    """Return the last lines that say something, joined into one."""
    output = output.rpartition("certbot: error: ")[2]  # the usage text is before it
    output = OPTION_VALUE.sub(r"\1", output)
    lines = [line.strip() for line in output.splitlines() if not NOISE.match(line)]
    return " ".join(lines)[-LONGEST:] or "no output"


def _plugin_cause(output: str) -> str:
    """Return the innermost cause: the plugin wraps one text around every exception, its own bugs included."""
    causes = PLUGIN_CAUSE.findall(output)
    return " ".join((causes[-1] if causes else output).rpartition("Error raised was")[2].split())[:LONGEST]
