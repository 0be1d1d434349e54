"""Keys and CSRs that are made on the BIG-IP."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

KINDS = ("key-rsa-2048", "key-rsa-4096", "key-p256", "key-p384")
NOT_USED = "the connector does not use this way"
BY_PEM = "the connector reads the names in the CSR itself"
FACTS = (
    Fact(
        "protected keys",
        "whether `sys crypto key` with `securityType: password` makes a key that a password protects",
        "asks for one, reads back what was made, and deletes a key that is not protected",
        (
            row(
                KINDS,
                "native_password_keys",
                works="keys of this kind are made by the native route, if their CSR can be made and read",
                silently_normal="it makes keys without a password: the connector deletes such a key, and has "
                "OpenSSL on the BIG-IP make another",
                rejected="the connector has OpenSSL on the BIG-IP make keys of this kind",
            ),
            row(
                KINDS,
                "key_as_asked",
                yes="it makes keys of the type and size that it is asked for",
                no="the connector deletes such a key, and has OpenSSL on the BIG-IP make another",
            ),
            row(
                "key-p384",
                "curve_name",
                works="keys of every curve are made by the native route",
                ignored="it makes keys of another curve: OpenSSL on the BIG-IP makes those of P-384",
                rejected="OpenSSL on the BIG-IP makes ECDSA keys",
            ),
        ),
    ),
    Fact(
        "CSRs of protected keys",
        "whether a protected key gets a CSR: in the same call, or by one of its own that has no passphrase",
        "tries one call for both, then two calls, then OpenSSL on the BIG-IP",
        (
            row(
                "csr-with-key",
                "csr_with_key",
                works="one call makes key and CSR",
                rejected="key and CSR are made by two calls",
            ),
            row(
                "csr-of-key",
                "csr_for_password_keys",
                works="a CSR can be made of a key that is there",
                rejected="if one call does not make both, OpenSSL on the BIG-IP makes them",
            ),
            row(
                "csr-of-key",
                "csr_file_stays",
                yes=unforeseen(
                    "the connector deletes a CSR when it has read it, and its file stays in /config/ssl/ssl.csr"
                ),
                no="a CSR that the connector has read and deleted is gone",
            ),
        ),
    ),
    Fact(
        "CSRs read",
        "how the CSR that was made with a key is named, and which ways there are to read a CSR",
        "looks in the answer, asks tmsh, then fetches the file, by each name that the CSR may have",
        (
            row(
                "csr-with-key",
                "csr_name",
                as_the_key="it is found by the key's name, as TMOS 14 and later name it",
                csr="it is found by the key's name with `.csr`, as TMOS 13 names it",
                the_value="it is found by the name that the connector has sent",
                other=unforeseen("it is not found: key and CSR are made by two calls"),
            ),
            row(
                "csr-with-key",
                "csr_with_key_in_answer",
                yes="the CSR is taken from the answer, which needs neither a shell nor files",
                no="the CSR is read afterwards",
            ),
            row(
                "csr-of-key",
                "csr_pem_in_answer",
                yes="the CSR is taken from the answer, which needs neither a shell nor files",
                no="the CSR is read afterwards",
            ),
            row(
                "csr-reading",
                "csr_by_tmsh",
                works="CSRs are read by tmsh",
                rejected="CSRs are read as files",
            ),
            row(
                "csr-reading",
                "csr_by_file",
                works="a user without a shell can read CSRs too",
                rejected="CSRs can be read by tmsh alone",
            ),
            row(
                "csr-reading",
                "csr_by_filestore",
                works=NOT_USED,
                rejected=NOT_USED,
            ),
            row("csr-reading", "csr_in_file_objects", yes=NOT_USED, no=NOT_USED),
            row("csr-reading", "csr_names", as_sent=BY_PEM, typed=BY_PEM, other=BY_PEM, none=BY_PEM),
        ),
    ),
    Fact(
        "keys by OpenSSL",
        "whether OpenSSL on the BIG-IP makes a key, and the BIG-IP installs it as a protected one",
        "takes this way if the native route is closed, with the passphrase in a file that is deleted at once",
        (
            row(
                "key-by-openssl",
                "openssl_route",
                works="there is a way if the native route is closed",
                rejected="there is the native route alone",
            ),
            row(
                "key-by-openssl",
                "openssl_protected",
                yes="such a key is used",
                no=unforeseen("such a key is deleted and not used: there is the native route alone"),
                not_told=unforeseen("such a key is deleted and not used, for the BIG-IP does not call it protected"),
            ),
        ),
    ),
)
