"""Client SSL profiles with pairs of ours."""

from __future__ import annotations

from sectigo_f5.probe.catalogue.nouns import EITHER, TRY, Question, found

PROFILES = (
    Question(
        "profile",
        "whether a client SSL profile takes a pair with its passphrase, and what is told of it",
        (
            found("profile_with_passphrase", TRY, "a profile with pair and passphrase"),
            found("profile_shows", ("ciphertext", "other", "none"), "the passphrase is shown as"),
        ),
        ("bad_passphrase", "mismatch", "file_missing"),
    ),
    Question(
        "profile-chain",
        "whether a profile takes a chain, which is a certificate object of its own",
        (found("profile_with_chain", TRY, "a chain in a profile's entry"),),
    ),
    Question(
        "profile-without-passphrase",
        "whether the passphrase of the key object is enough",
        (found("profile_passphrase", ("required", "optional"), "the passphrase in a profile's entry"),),
    ),
    Question(
        "profile-by-ciphertext",
        "whether a profile takes the device's own ciphertext of the passphrase",
        (found("own_ciphertext", TRY, "the device's own `$M$` text"),),
    ),
    Question(
        "profile-two-keys",
        "whether one profile holds an RSA and an ECDSA pair, and two of a kind",
        (
            found("rsa_and_ec", TRY, "an RSA and an ECDSA pair together"),
            found("two_of_a_kind", TRY, "two RSA pairs together"),
        ),
        ("two_of_a_type",),
    ),
    Question(
        "profile-ec-only",
        "whether a profile may hold an ECDSA pair alone",
        (found("ec_only", EITHER, "an ECDSA pair alone"),),
        ("no_rsa_pair",),
    ),
    Question(
        "profile-change",
        "what a PATCH does to the pairs of a profile, and one of its parent to its own settings",
        (
            found("cert_key_chain_patch", ("replaces", "adds"), "a PATCH of the list of pairs"),
            found("parent_patch", ("keeps", "resets"), "own settings under a PATCH of the parent"),
        ),
    ),
    Question(
        "server-ssl",
        "whether a server SSL profile takes such a pair by a PATCH",
        (found("server_ssl", TRY, "a pair in a server SSL profile"),),
    ),
)
