"""Keys, CSRs and certificates."""

from __future__ import annotations

from sectigo_f5.probe.catalogue.nouns import EITHER, IGNORED, NO, REJECTED, TRY, WORKS, YES, Question, found

_KEY_FINDINGS = (
    found("native_password_keys", (WORKS, "silently-normal", REJECTED), "`securityType: password` on creation"),
    found("key_in_use_opens", (YES, NO, "not-told"), "the key object has the passphrase"),
    found("key_as_asked", EITHER, "type and size of the key are those asked for"),
)
KEYS = (
    Question("key-rsa-2048", "whether it makes a protected key of RSA 2048", _KEY_FINDINGS),
    Question("key-rsa-4096", "whether it makes a protected key of RSA 4096", _KEY_FINDINGS),
    Question("key-p256", "whether it makes a protected key of P-256", _KEY_FINDINGS),
    Question(
        "key-p384",
        "whether it makes a protected key of P-384, the curve that nobody gets by default",
        (*_KEY_FINDINGS, found("curve_name", (WORKS, IGNORED, REJECTED), "`curveName` on creation")),
    ),
    Question(
        "csr-of-key",
        "whether a protected key gets a CSR of its own call",
        (
            found("csr_for_password_keys", TRY, "a CSR for a protected key"),
            found("csr_pem_in_answer", EITHER, "the answer has the PEM"),
            found("csr_file_stays", EITHER, "its file stays when it is deleted"),
        ),
    ),
    Question(
        "csr-with-key",
        "whether one call makes a protected key and its CSR, and how that is named",
        (
            found("csr_with_key", TRY, "key and CSR in one call"),
            found("csr_with_key_in_answer", EITHER, "the answer has the PEM"),
            found("csr_name", ("as-the-key", "csr", "the-value", "other"), "name of that CSR"),
        ),
    ),
    Question(
        "csr-reading",
        "which ways there are to read a CSR",
        (
            found("csr_by_tmsh", TRY, "`tmsh list sys crypto csr`"),
            found("csr_by_file", TRY, "its file by unix-mv and a bulk download"),
            found("csr_by_filestore", TRY, "its file in the filestore"),
            found("csr_in_file_objects", EITHER, "it is among sys/file/ssl-csr"),
            found("csr_names", ("as-sent", "typed", "other", "none"), "spelling of its alternative names"),
        ),
    ),
    Question(
        "key-by-openssl",
        "whether OpenSSL on the device makes a key and a CSR, and whether that key can be installed",
        (
            found("openssl_route", TRY, "a key by OpenSSL on the device"),
            found("openssl_protected", (YES, NO, "not-told"), "it is protected once it is installed"),
            found("key_in_use_opens", (YES, NO, "not-told"), "the key object has the passphrase"),
        ),
        ("wrong_passphrase",),
    ),
)
CERTIFICATES = (
    Question(
        "certificate",
        "whether a certificate for such a CSR is stored, and what is told of it",
        (
            found("certificate", TRY, "a certificate is stored"),
            found("certificate_checksum", ("of-the-file", "other", "none"), "checksum of its object"),
            found("certificate_fingerprint", ("sha256", "other", "none"), "fingerprint of its object"),
            found("serial_spelling", ("decimal", "colons", "hexadecimal", "other", "none"), "spelling of its serial"),
            found("subject_begins", ("CN", "other"), "its subject begins with"),
        ),
        ("exists", "unknown_format", "file_unreadable"),
    ),
    Question(
        "bundle",
        "which certificate of a file with two is described",
        (found("bundle_describes", ("first", "last", "neither"), "described of a bundle"),),
    ),
    Question(
        "digit-first-names",
        "whether names of keys and certificates may begin with a digit",
        (
            found("digit_first_certificates", TRY, "such a name of a certificate"),
            found("digit_first_names", TRY, "such a name of a client SSL profile"),
        ),
        ("bad_name",),
    ),
)
