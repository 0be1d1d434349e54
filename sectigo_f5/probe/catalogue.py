"""Every question, in the order in which they are asked: what it asks, what may be found, and what that settles.

Findings have the names of the simulator's switches where there is one, and texts those of its refusals:
``--like`` reads them from the report.
"""

from __future__ import annotations

from dataclasses import dataclass

YES, NO = "yes", "no"
WORKS, REJECTED, IGNORED = "works", "rejected", "ignored"
WITHOUT_ITEMS = "without-items"
NUMBER: tuple[str, ...] = ()
_EITHER = (YES, NO)
_TRY = (WORKS, REJECTED)


@dataclass(frozen=True)
class Finding:
    """What may be found: one of some words, or a whole number if there are none."""

    name: str
    words: tuple[str, ...]
    means: str  # what is told of it, before the word


@dataclass(frozen=True)
class Question:
    """One question, by the name that it has in the report."""

    name: str
    asks: str  # a sentence without its full stop
    findings: tuple[Finding, ...] = ()
    texts: tuple[str, ...] = ()  # refusals whose words are noted


def _found(name: str, words: tuple[str, ...], means: str) -> Finding:
    return Finding(name, words, means)


_SESSION = (
    Question(
        "release",
        "which release it is, and which modules are provisioned",
    ),
    Question(
        "token",
        "how long a login token lives, whether that can be changed, and how long at most",
        (
            _found("token_lifetime", NUMBER, "seconds that a login token lives"),
            _found("token_extension", _TRY, "a longer life of a token"),
            _found("token_beyond_ten_hours", _TRY, "a life of more than 36,000 seconds"),
        ),
        ("token_too_long",),
    ),
    Question(
        "user",
        "which role the user has, where, and which shell",
        (
            _found(
                "role",
                ("admin", "resource-admin", "certificate-manager", "manager", "guest", "other", "not-told"),
                "the user's role",
            ),
            _found("role_where", ("all-partitions", "one", "several", "not-told"), "partitions of the role"),
            _found("shell_told", ("bash", "tmsh", "none", "not-told"), "the shell that the user is said to have"),
        ),
    ),
    Question(
        "endpoints",
        "whether the user may read whatever the connector reads",
        (
            _found("apm", _EITHER, "the module APM answers"),
            _found("as3", _EITHER, "AS3 is installed"),
            _found("key_export", ("enabled", "disabled", "not-told"), "export of keys (allow-key-export)"),
        ),
        ("not_registered",),
    ),
    Question(
        "high-availability",
        "whether the unit is active, and whether its group syncs by itself",
        (
            _found("ha", ("standalone", "active", "standby"), "state of the unit"),
            _found("auto_sync", (YES, NO, "not-told"), "its group syncs by itself"),
        ),
    ),
    Question(
        "shell",
        "whether util/bash runs commands, and what it answers",
        (
            _found("bash", _EITHER, "util/bash runs commands"),
            _found("stderr_in_answer", _EITHER, "standard error is in the answer"),
        ),
        ("no_shell",),
    ),
    Question(
        "upload",
        "whether the user may upload a file",
        (_found("uploads", _TRY, "an upload"),),
        ("upload_refused",),
    ),
    Question(
        "file-tools",
        "whether unix-mv, unix-ls, unix-rm and bulk downloads work, and how a download tells its length",
        (
            _found("unix_tools", _EITHER, "unix-mv, -ls, -rm and bulk downloads"),
            _found("bulk_download", ("200", "206", "400", "other"), "status if the range is wider than the file"),
        ),
    ),
    Question(
        "transaction-timeout",
        "how long a transaction waits for a commit; one is left open until the question transaction-expiry",
        (_found("transaction_timeout", NUMBER, "seconds that a transaction waits for a commit"),),
    ),
)
_KEY_FINDINGS = (
    _found("native_password_keys", (WORKS, "silently-normal", REJECTED), "`securityType: password` on creation"),
    _found("key_in_use_opens", (YES, NO, "not-told"), "the key object has the passphrase"),
    _found("key_as_asked", _EITHER, "type and size of the key are those asked for"),
)
_KEYS = (
    Question("key-rsa-2048", "whether it makes a protected key of RSA 2048", _KEY_FINDINGS),
    Question("key-rsa-4096", "whether it makes a protected key of RSA 4096", _KEY_FINDINGS),
    Question("key-p256", "whether it makes a protected key of P-256", _KEY_FINDINGS),
    Question(
        "key-p384",
        "whether it makes a protected key of P-384, the curve that nobody gets by default",
        (*_KEY_FINDINGS, _found("curve_name", (WORKS, IGNORED, REJECTED), "`curveName` on creation")),
    ),
    Question(
        "csr-of-key",
        "whether a protected key gets a CSR of its own call",
        (
            _found("csr_for_password_keys", _TRY, "a CSR for a protected key"),
            _found("csr_pem_in_answer", _EITHER, "the answer has the PEM"),
            _found("csr_file_stays", _EITHER, "its file stays when it is deleted"),
        ),
    ),
    Question(
        "csr-with-key",
        "whether one call makes a protected key and its CSR, and how that is named",
        (
            _found("csr_with_key", _TRY, "key and CSR in one call"),
            _found("csr_with_key_in_answer", _EITHER, "the answer has the PEM"),
            _found("csr_name", ("as-the-key", "csr", "the-value", "other"), "name of that CSR"),
        ),
    ),
    Question(
        "csr-reading",
        "which ways there are to read a CSR",
        (
            _found("csr_by_tmsh", _TRY, "`tmsh list sys crypto csr`"),
            _found("csr_by_file", _TRY, "its file by unix-mv and a bulk download"),
            _found("csr_by_filestore", _TRY, "its file in the filestore"),
            _found("csr_in_file_objects", _EITHER, "it is among sys/file/ssl-csr"),
            _found("csr_names", ("as-sent", "typed", "other", "none"), "spelling of its alternative names"),
        ),
    ),
    Question(
        "key-by-openssl",
        "whether OpenSSL on the device makes a key and a CSR, and whether that key can be installed",
        (
            _found("openssl_route", _TRY, "a key by OpenSSL on the device"),
            _found("openssl_protected", (YES, NO, "not-told"), "it is protected once it is installed"),
            _found("key_in_use_opens", (YES, NO, "not-told"), "the key object has the passphrase"),
        ),
        ("wrong_passphrase",),
    ),
)
_CERTIFICATES = (
    Question(
        "certificate",
        "whether a certificate for such a CSR is stored, and what is told of it",
        (
            _found("certificate", _TRY, "a certificate is stored"),
            _found("certificate_checksum", ("of-the-file", "other", "none"), "checksum of its object"),
            _found("certificate_fingerprint", ("sha256", "other", "none"), "fingerprint of its object"),
            _found("serial_spelling", ("decimal", "colons", "hexadecimal", "other", "none"), "spelling of its serial"),
            _found("subject_begins", ("CN", "other"), "its subject begins with"),
        ),
        ("exists", "unknown_format", "file_unreadable"),
    ),
    Question(
        "bundle",
        "which certificate of a file with two is described",
        (_found("bundle_describes", ("first", "last", "neither"), "described of a bundle"),),
    ),
    Question(
        "digit-first-names",
        "whether names of keys and certificates may begin with a digit",
        (
            _found("digit_first_certificates", _TRY, "such a name of a certificate"),
            _found("digit_first_names", _TRY, "such a name of a client SSL profile"),
        ),
        ("bad_name",),
    ),
)
_PROFILES = (
    Question(
        "profile",
        "whether a client SSL profile takes a pair with its passphrase, and what is told of it",
        (
            _found("profile_with_passphrase", _TRY, "a profile with pair and passphrase"),
            _found("profile_shows", ("ciphertext", "other", "none"), "the passphrase is shown as"),
        ),
        ("bad_passphrase", "mismatch", "file_missing"),
    ),
    Question(
        "profile-chain",
        "whether a profile takes a chain, which is a certificate object of its own",
        (_found("profile_with_chain", _TRY, "a chain in a profile's entry"),),
    ),
    Question(
        "profile-without-passphrase",
        "whether the passphrase of the key object is enough",
        (_found("profile_passphrase", ("required", "optional"), "the passphrase in a profile's entry"),),
    ),
    Question(
        "profile-by-ciphertext",
        "whether a profile takes the device's own ciphertext of the passphrase",
        (_found("own_ciphertext", _TRY, "the device's own `$M$` text"),),
    ),
    Question(
        "profile-two-keys",
        "whether one profile holds an RSA and an ECDSA pair, and two of a kind",
        (
            _found("rsa_and_ec", _TRY, "an RSA and an ECDSA pair together"),
            _found("two_of_a_kind", _TRY, "two RSA pairs together"),
        ),
        ("two_of_a_type",),
    ),
    Question(
        "profile-ec-only",
        "whether a profile may hold an ECDSA pair alone",
        (_found("ec_only", _EITHER, "an ECDSA pair alone"),),
        ("no_rsa_pair",),
    ),
    Question(
        "profile-change",
        "what a PATCH does to the pairs of a profile, and one of its parent to its own settings",
        (
            _found("cert_key_chain_patch", ("replaces", "adds"), "a PATCH of the list of pairs"),
            _found("parent_patch", ("keeps", "resets"), "own settings under a PATCH of the parent"),
        ),
    ),
    Question(
        "server-ssl",
        "whether a server SSL profile takes such a pair by a PATCH",
        (_found("server_ssl", _TRY, "a pair in a server SSL profile"),),
    ),
)
_VIRTUAL_SERVERS = (
    Question(
        "virtual-server",
        "whether profiles are attached to a disabled virtual server of TEST-NET-1, and how it is shown",
        (
            _found("virtual_server", _TRY, "a scratch virtual server"),
            _found("attachment", _TRY, "attachment by the sub-collection"),
            _found("name_reference", _EITHER, "attached profiles show their type"),
            _found("default_route_domain_shown", (YES, NO, "not-told"), "the default route domain is shown"),
        ),
        ("not_found",),
    ),
    Question(
        "sni",
        "what it refuses among several client SSL profiles of one virtual server",
        (
            _found("two_defaults", _TRY, "two SNI defaults"),
            _found("no_default", _TRY, "no SNI default"),
            _found("same_server_names", _EITHER, "two profiles with one server name"),
            _found("sni_checked_on_profile", _EITHER, "SNI is checked when an attached profile changes"),
        ),
        ("several_sni_defaults", "no_sni_default", "same_server_name"),
    ),
    Question(
        "in-use",
        "whether it refuses to delete what is in use",
        (
            _found("delete_used_certificate", _TRY, "deletion of a certificate in use"),
            _found("delete_used_key", _TRY, "deletion of a key in use"),
            _found("delete_used_profile", _TRY, "deletion of a profile in use"),
        ),
        ("file_in_use", "in_use"),
    ),
    Question(
        "challenge-rule",
        "whether an iRule for the challenges of a CA is made, attached and removed",
        (
            _found("challenge_rule", _TRY, "an iRule on a virtual server"),
            _found("challenge_rule_removal", _TRY, "to take it off and delete it in one transaction"),
        ),
    ),
    Question(
        "lists",
        "whether collections are read in pages and by selected properties",
        (
            _found("paging", (WORKS, IGNORED, REJECTED), "`$top` and `$skip`"),
            _found("select", (WORKS, IGNORED, REJECTED, WITHOUT_ITEMS), "`$select`"),
            _found("empty_items", _EITHER, "an empty collection has `items`"),
        ),
    ),
)
_TRANSACTIONS = (
    Question(
        "transaction",
        "whether several changes are made together or not at all",
        (
            _found("transaction_commit", _TRY, "a transaction"),
            _found("transaction_undone", _EITHER, "a refused one leaves nothing"),
            _found("validate_only", (WORKS, IGNORED, REJECTED), "`validateOnly`"),
            _found("validate_only_judges", _EITHER, "`validateOnly` refuses what a commit refuses"),
        ),
        ("transaction_failed", "nothing_to_commit"),
    ),
    Question(
        "transaction-crypto",
        "whether sys/crypto belongs to a transaction",
        (_found("transactions_take", ("configuration", "everything", "neither"), "a transaction takes"),),
    ),
    Question(
        "transaction-expiry",
        "what becomes of a transaction that nobody commits",
        (_found("transaction_expires", _EITHER, "it is dropped in time"),),
        ("transaction_missing",),
    ),
)
_SAVING = (
    Question(
        "task",
        "whether there is the asynchronous task that saves; it is listed only",
        (_found("task_save", _TRY, "the asynchronous task of saving"),),
    ),
    Question(
        "save",
        "whether the configuration is saved, as a whole and by partition; only with --save",
        (
            _found("save", _TRY, "a save"),
            _found("save_by_partition", _TRY, "a save of one partition"),
        ),
    ),
)
QUESTIONS = (*_SESSION, *_KEYS, *_CERTIFICATES, *_PROFILES, *_VIRTUAL_SERVERS, *_TRANSACTIONS, *_SAVING)
AFTERWARDS = ("save",)  # asked once everything is deleted: nothing of a probe is ever saved
BY_NAME = {question.name: question for question in QUESTIONS}
