"""Client SSL profiles."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

ONE_OF_A_KIND = "the connector never asks for two of a kind"
KINDS = ("key-rsa-2048", "key-rsa-4096", "key-p256", "key-p384")
FACTS = (
    Fact(
        "passphrases",
        "where a profile takes the passphrase of a key from, and whether the BIG-IP takes its own `$M$` text back",
        "sends the passphrase with each new pair; to go back it hands over the BIG-IP's own text, and then none",
        (
            row(
                "profile",
                "profile_with_passphrase",
                works="new pairs are put in service so",
                rejected=unforeseen("no protected key can be put in service on this BIG-IP"),
            ),
            row(
                "profile",
                "profile_shows",
                ciphertext="a former pair is opened by it",
                other="a former pair is opened by the text in its key object",
                none="a former pair is opened by the text in its key object",
            ),
            row(
                (*KINDS, "key-by-openssl"),
                "key_in_use_opens",
                yes="a former pair can be opened without the profile that held it",
                no="a former pair is opened by the text in the profile that holds it",
                not_told="whether a former pair can be opened without its profile shows when it is tried",
            ),
            row(
                "profile-without-passphrase",
                "profile_passphrase",
                required="the connector sends the passphrase, or the BIG-IP's own text, each time",
                optional="the connector sends it all the same; going back works even if its own text is refused",
            ),
            row(
                "profile-by-ciphertext",
                "own_ciphertext",
                works="a former pair can be put in service again: by `rollback`, and if a change is taken back",
                rejected="a former pair can be put in service again only if the passphrase of the key object is enough",
            ),
        ),
    ),
    Fact(
        "pairs of a profile",
        "which pairs one profile may hold: RSA and ECDSA together, ECDSA alone",
        "refuses ECDSA alone before TMOS 14, and leaves the rest to a rehearsal of the change",
        (
            row(
                "profile-two-keys",
                "rsa_and_ec",
                works="`keys:` may ask for both",
                rejected=unforeseen("`keys:` must not ask for both"),
            ),
            row("profile-two-keys", "two_of_a_kind", works=ONE_OF_A_KIND, rejected=ONE_OF_A_KIND),
            row(
                "profile-ec-only",
                "ec_only",
                yes="an ECDSA certificate needs no RSA pair beside it",
                no="an ECDSA certificate alone is refused: write `keys:` with both",
            ),
        ),
    ),
    Fact(
        "chains",
        "whether an entry of a client SSL profile takes a chain, which is a certificate object of its own",
        "sends one with each pair whose CA sends one",
        (
            row(
                "profile-chain",
                "profile_with_chain",
                works="clients get the chain of a certificate",
                rejected=unforeseen("no pair with a chain gets into a profile of this BIG-IP"),
            ),
        ),
    ),
    Fact(
        "changes of a profile",
        "what a PATCH does to the pairs of a profile, and to its own settings if its parent changes",
        "sends all pairs under names that stay, and its own settings along with another parent",
        (
            row(
                "profile-change",
                "cert_key_chain_patch",
                replaces="a renewal leaves the new pair alone in the profile",
                adds=unforeseen(
                    "a renewal replaces the pair of the same name; a kind of key that the YAML drops stays"
                ),
            ),
            row(
                "profile-change",
                "parent_patch",
                keeps="own settings stay, and are sent all the same",
                resets="own settings would be lost, but are sent along",
            ),
        ),
    ),
    Fact(
        "server SSL profiles",
        "whether a server SSL profile takes a pair, with the BIG-IP's own text of the passphrase",
        "changes one only with `update_other_references: true`, and says what it could not change",
        (
            row(
                "server-ssl",
                "server_ssl",
                works="a server SSL profile follows a renewal",
                rejected=unforeseen("a server SSL profile does not follow a renewal: change it by hand"),
            ),
        ),
    ),
)
