"""Why Certbot failed, in a sentence that says what to do.

Its exit status is 1 for almost everything; what happened stands in what it says, and the type of the
CA's error (RFC 8555 section 6.7) only in its log. The texts here were seen with Certbot 5.8, Pebble,
acme2certifier, or in reports about Sectigo's service.
"""

from __future__ import annotations

import re

from sectigo_f5.acme.certbot_launcher import WARNING
from sectigo_f5.process import Completion

BINDING_REQUIRED = (
    "the CA requires external account binding: set ACME_EAB_KID and ACME_EAB_HMAC_KEY, "
    "which SCM shows for the ACME account, in the env file"
)
LONGEST = 600  # characters of Certbot's own words

ERROR_TYPE = re.compile(r"urn:ietf:params:acme:error:(\w+)")
CHALLENGE = re.compile(r"(?:Identifier|Domain): (\S+)\s+Type:\s+(\S+)\s+Detail: ([^\n]*)")
OPTION_VALUE = re.compile(r"(unrecognized arguments: --[\w-]+)=.*", re.DOTALL)  # which may be a secret
PLUGIN_UNKNOWN = r"unrecognized arguments: --\S+|The requested \S+ plugin does not appear to be installed"
PLUGIN_CAUSE = re.compile(r"Error raised was\s*(.*?)\s*(?:\(You most probably|Ask for help|\Z)", re.DOTALL)

# Lines that tell an operator nothing: Certbot's small talk and the plugin's DEBUG stream.
NOISE = re.compile(
    r"\s*$|Saving debug log|Requesting a certificate|An unexpected error occurred|Ask for help|logfile |usage:"
    r"|  certbot \[SUBCOMMAND\]|Virtual server: |bigip map: |active device: |standalone: |- - - |\[\d{4}-\d\d-\d\d "
    rf"|{re.escape(WARNING)}"
)

# Looked for in this order in the type of the CA's last error and in what Certbot said; {said} is what it said.
KNOWN = (
    (r"None of the preferred challenges are supported|does not support any combination of challenges",
     "the CA asks for a proof that the names are ours, but the YAML says validation: prevalidated; validate the "
     "domain in SCM (a validation there expires), or choose validation: http-01 or dns-01"),
    (r"requires external account binding|externalAccountRequired", BINDING_REQUIRED),
    (r"currently suspended",
     "the ACME account is suspended: reinstate it in SCM, or set ACME_EAB_KID and ACME_EAB_HMAC_KEY of another one"),
    (r"(?i)\beab\b|external account binding|field 'kid'",
     "the CA refuses the external account binding ({said}); check ACME_EAB_KID and ACME_EAB_HMAC_KEY against SCM"),
    (r"Contact information is missing|invalidContact|unsupportedContact|invalid email",
     "the CA does not accept the contact of the account ({said}); set ACME_EMAIL to an address that receives mail"),
    (r"accountDoesNotExist",
     "the CA does not know our ACME account any more ({said}); delete the directory certbot/accounts under "
     "STATE_DIR, and the next run registers anew"),
    (r"rateLimited", "the CA's rate limit is reached ({said}); the next run tries again, ask the CA how long to wait"),
    (r"^(rejectedIdentifier|caa)\n",
     "the CA refuses to issue for these names ({said}); ask for them in SCM, or correct the YAML"),
    (r"badCSR|badPublicKey",
     "the CA refuses the CSR ({said}); check names, key_type and key_size against the certificate profile in SCM"),
    (r"userActionRequired", "the CA wants its new terms to be agreed to ({said}); see its web site or SCM"),
    (r"Another instance of Certbot is already running",
     "another Certbot works in the same directories; wait for it to end, or end it, and run again"),
    (PLUGIN_UNKNOWN,
     "Certbot does not know the plugin or its option ({said}); install the plugin beside Certbot, or correct "
     "dns_authenticator and dns_options"),
    (r"plugin errored while loading",
     "Certbot does nothing while one of its plugins cannot be loaded ({said}); install the connector again "
     "as its README says"),
    (r"No space left on device|Disk quota exceeded", "Certbot could not write under STATE_DIR: make room on that disk"),
    (r"CERTIFICATE_VERIFY_FAILED",
     "the TLS certificate of the ACME server is not trusted; for a private CA name its CA file in ACME_CA_BUNDLE"),
    (r"ReadTimeout|Read timed out|errors\.TimeoutError",
     "the CA did not answer in time ({said}); whether it has issued is not known, so nothing is ordered again in this "
     "run"),
    (r"NewConnectionError|Failed to establish|Name or service not known|ConnectionError|ConnectTimeout",
     "the ACME server cannot be reached ({said}); check DNS, the firewall and HTTPS_PROXY"),
)  # fmt: skip


def explain(finished: Completion, log: str) -> str:
    """Return why a call failed, from how Certbot ended and from its log."""
    said = telling_lines(finished.output)
    if finished.timed_out:
        return (
            f"Certbot did not end in {finished.seconds:.0f} s and was stopped; whether the CA has done it is not "
            f"known, so it is not asked again in this run ({said})"
        )
    if "F5 BIG-IP iControl REST API" in finished.output:
        return f"certbot-bigip could not do its part on the BIG-IP: {_plugin_cause(finished.output)}"
    challenges = CHALLENGE.findall(finished.output)
    if challenges:
        told = "; ".join(f"{name}: {kind}, {detail}" for name, kind, detail in challenges)
        return (
            f"the CA could not see that the names are ours ({told}); the CA must reach port 80 of each name on the "
            "challenge virtual servers (http-01), or its TXT record (dns-01)"
        )
    types = [found for found in ERROR_TYPE.findall(log) if found != "badNonce"]  # which Certbot simply tries again
    searched = f"{types[-1] if types else ''}\n{finished.output}"
    for pattern, sentence in KNOWN:
        if re.search(pattern, searched):
            return sentence.format(said=said)
    return f"{said} (status {finished.status})"


def misses_a_plugin(finished: Completion) -> bool:
    """Tell whether Certbot did nothing for want of a plugin, or of one of its options."""
    return bool(re.search(PLUGIN_UNKNOWN, finished.output))


def is_already_revoked(finished: Completion, log: str) -> bool:
    """Tell whether a revocation failed because there was nothing left to do."""
    return "already been revoked" in finished.output or "urn:ietf:params:acme:error:alreadyRevoked" in log


def telling_lines(output: str) -> str:
    """Return the last lines that tell something, as one."""
    output = output.rpartition("certbot: error: ")[2]  # before it stands how Certbot is used
    output = OPTION_VALUE.sub(r"\1", output)
    lines = [line.strip() for line in output.splitlines() if not NOISE.match(line)]
    return " ".join(lines)[-LONGEST:] or "it said nothing"


def _plugin_cause(output: str) -> str:
    """Return the innermost cause: the plugin wraps one text around every exception, its own bugs included."""
    causes = PLUGIN_CAUSE.findall(output)
    return " ".join((causes[-1] if causes else output).rpartition("Error raised was")[2].split())[:LONGEST]
