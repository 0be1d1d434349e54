"""What CAs and Certbot are known to say, and what it means: a row each, with the remedy.

The texts were seen with Certbot 5.8, Pebble and acme2certifier, in the source of step-ca, or in reports about the
services of Sectigo, ZeroSSL and Google. A text that a CA writes may hold any name, so a pattern is never a mere word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BINDING_REQUIRED = (
    "the CA requires external account binding: set ACME_EAB_KID and ACME_EAB_HMAC_KEY, "
    "which SCM shows for the ACME account, in the env file"
)
AGAIN = (
    "; rename {accounts}, and the next run registers again: with new ACME_EAB_KID and ACME_EAB_HMAC_KEY of SCM, "
    "if the CA takes the former only once"
)

PLUGIN_UNKNOWN = r"unrecognized arguments: --\S+|The requested \S+ plugin does not appear to be installed"
NO_ANSWER = r"ReadTimeout|Read timed out|errors\.TimeoutError"
UNREACHABLE = r"NewConnectionError|Failed to establish|Name or service not known|ConnectionError|ConnectTimeout"
UNAVAILABLE = r"ClientError: <Response \[(?:429|50[234])\]>"
UNTRUSTED = r"CERTIFICATE_VERIFY_FAILED"
NOT_VALIDATED = r"None of the preferred challenges are supported|does not support any combination of challenges"
VAGUE = ("malformed", "unauthorized", "serverInternal")  # types (RFC 8555 section 6.7) that CAs use for this and that
HOST_NAME = re.compile(r"(?:[\w*-]+\.)+\w[\w-]*")
ALONE = "less than 2 certificates in chain"
BINDING = r"(?i)external ?account ?binding|\bEAB (?:credential|key|kid|hmac|mac|token|id)|field 'kid'"


@dataclass(frozen=True)
class Row:
    """``sentence`` is true of a problem with one of these types, and if the text is found.

    In it, ``{output}`` is what was said, and ``{accounts}`` where our accounts at this CA are.
    """

    sentence: str
    text: str | None = None
    codes: tuple[str, ...] = ()


def sentence_for(code: str, said: str) -> str | None:
    """Return the sentence of the first row that is meant, or None.

    ``code`` is the type of the problem that the CA told, empty if it told none. What the CA says beside a type that
    means one thing only is not searched, and names in it never are.
    """
    of_code = next((row.sentence for row in KNOWN if code in row.codes), None)
    if of_code and code not in VAGUE:
        return of_code
    searched = HOST_NAME.sub("", said) if code else said
    return next((row.sentence for row in KNOWN if row.text and re.search(row.text, searched)), of_code)


KNOWN = (
    Row(
        "the CA asks for a proof that the names are ours, but the YAML says validation: prevalidated; validate the "
        "domain in SCM (a validation there expires), or choose validation: http-01 or dns-01",
        NOT_VALIDATED,
    ),
    Row(BINDING_REQUIRED, r"Server requires external account binding\. Please use --eab-kid"),
    Row(
        "the external account binding was used before ({output}), and the account that it made is not here: set "
        "ACME_EAB_KID and ACME_EAB_HMAC_KEY to new ones of SCM, or put {accounts} back from a backup",
        r"(?i)not awaiting external account binding"
        r"|(?:external account|\bEAB\b)[^\n]*\balready (?:been )?(?:bound|used|consumed|associated|registered|in use)",
    ),
    Row(
        "the CA found no external account binding in the registration ({output}): set ACME_EAB_KID and "
        "ACME_EAB_HMAC_KEY; if both are set, set ACME_EMAIL too, without which some CAs do not read them",
        codes=("externalAccountRequired",),
    ),
    Row(
        "the CA refuses the external account binding ({output}); check ACME_EAB_KID and ACME_EAB_HMAC_KEY against SCM, "
        "and whether they have expired there",
        BINDING,
    ),
    Row(
        "the ACME account is suspended ({output}): reinstate it in SCM, or set ACME_EAB_KID and ACME_EAB_HMAC_KEY of "
        "another one",
        r"(?i)\baccount\b[^\n]*\bsuspended",
    ),
    Row(
        "the CA has deactivated our ACME account ({output})" + AGAIN,
        r"(?i)\baccount\b[^\n]*\b(?:deactivated|disabled|revoked|closed|not valid)\b",
    ),
    Row(
        "the CA does not know our ACME account ({output})" + AGAIN,
        r"(?i)\baccount (?:was )?(?:not found|does not exist|unknown)|unknown account\b",
        ("accountDoesNotExist",),
    ),
    Row(
        "the CA does not accept the contact of the account ({output}); set ACME_EMAIL to an address that receives mail",
        r"Contact information is missing|(?i:invalid e-?mail)",
        ("invalidContact", "unsupportedContact"),
    ),
    Row(
        "the CA does not let our ACME account revoke it ({output}); if another account ordered it, whose key is not "
        "under STATE_DIR, revoke it in SCM",
        r"(?i)not associated with|not authorized to revoke",
    ),
    Row(
        "the CA's rate limit is reached ({output}); the next run tries again, ask the CA how long to wait",
        codes=("rateLimited",),
    ),
    Row(
        "the CA refuses to issue for these names ({output}); ask for them in SCM, or correct the YAML",
        codes=("rejectedIdentifier", "unsupportedIdentifier", "caa"),
    ),
    Row(
        "the CA refuses the CSR ({output}); check names, key_type and key_size against the certificate profile in SCM",
        codes=("badCSR", "badPublicKey"),
    ),
    Row(
        "the CA wants its new terms to be agreed to ({output}); see its web site or SCM",
        codes=("userActionRequired",),
    ),
    Row(
        "the CA does not let our ACME account do this ({output}); ask for it in SCM",
        codes=("unauthorized",),
    ),
    Row(
        "the CA had an internal error ({output}); the next run tries again, and if it stays so, ask the CA",
        codes=("serverInternal",),
    ),
    Row(
        "another Certbot is working in the same directories; wait for it to end, or end it, and run again",
        r"Another instance of Certbot is already running",
    ),
    Row(
        "Certbot does not know the plugin or its option ({output}); install the plugin where Certbot is, or correct "
        "dns_authenticator and dns_options",
        PLUGIN_UNKNOWN,
    ),
    Row(
        "Certbot does nothing while one of its plugins cannot be loaded ({output}); install the connector again "
        "as its README says",
        r"plugin errored while loading",
    ),
    Row(
        "Certbot could not write under STATE_DIR ({output}): make room on that disk",
        r"No space left on device|Disk quota exceeded",
    ),
    Row(
        "Certbot cannot use the files of our ACME account ({output})" + AGAIN,
        r"AccountStorageError|AccountNotFound|Account at \S+ does not exist|DeserializationError",
    ),
    Row(
        "the TLS certificate of the ACME server is not trusted ({output}); for a private CA name its CA file in "
        "ACME_CA_BUNDLE",
        UNTRUSTED,
    ),
    Row("the CA is not available now ({output}); the next run tries again", UNAVAILABLE),
    Row("the CA did not answer in time ({output}); run again", NO_ANSWER),
    Row(
        "the CA sent the certificate alone, without the chain that clients need; ask the CA for it, the next run "
        "downloads it again",
        ALONE,
    ),
    Row("the ACME server cannot be reached ({output}); check DNS, the firewall and HTTPS_PROXY", UNREACHABLE),
)
