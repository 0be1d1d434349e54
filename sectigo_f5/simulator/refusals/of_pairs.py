"""The refusals of keys, certificates, CSRs and client SSL profiles.

Each function names the source of its text: F5's own repositories and issue threads. "Uncertain" marks
texts that no public source quotes: match their status or a part of them, never the whole.
"""

from __future__ import annotations

from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.wording import in_words


@in_words
def file_missing(what: str, path: str) -> Refusal:
    """A profile names a key or certificate that does not exist: terraform-provider-bigip #318."""
    return Refusal(400, f"01070277:3: The requested {what} ({path}) was not found.")


@in_words
def mismatch(profile: str, key: str, certificate: str, before_14: bool) -> Refusal:
    """Keyfactor's f5-rest-orchestrator, Troubleshooting; for older releases F5 Ansible #1217 and pull request #2515."""
    if before_14:  # which releases are the older ones is uncertain
        return Refusal(400, f"01070317:3: profile {profile}'s key and certificate do not match")
    return Refusal(400, f"01070317:3: profile {profile}'s key({key}) and certificate({certificate}) do not match.")


@in_words
def bad_passphrase(key: str, profile: str) -> Refusal:
    """F5 Ansible #2131; the text after ``error:`` depends on the device's OpenSSL."""
    reason = "error:0906A068:PEM routines:PEM_do_header:bad password read"
    return Refusal(400, f"01070313:3: Error reading key PEM file {key} for profile {profile}: {reason}")


@in_words
def csr_refused(key: str) -> Refusal:
    """A CSR for a protected key, by switch. Text uncertain."""
    return Refusal(400, f"01070313:3: Error reading key PEM file {key}: error:0906A068:PEM routines:bad password read")


@in_words
def unknown_format(path: str) -> Refusal:
    """terraform-provider-bigip #980."""
    return Refusal(400, f"01070712:3: Certificate/Key has unknown format or security type ({path}).")


@in_words
def both_spellings(profile: str) -> Refusal:
    """From TMOS 15: terraform-provider-bigip #449."""
    return Refusal(
        400,
        f"01b4002a:3: Client SSL profile ({profile}):cert-key-chain and profile cert/key/chain/passphrase options "
        "cannot be specified together.",
    )


@in_words
def not_rsa(profile: str, key: str) -> Refusal:
    """terraform-provider-bigip #839."""
    return Refusal(
        400,
        f"01b40029:3: Client SSL profile ({profile}): {key} is not RSA key. To add non-RSA cert/key, please use "
        "[cert-key-chain add].",
    )


@in_words
def no_rsa_pair() -> Refusal:
    """f5-sdk pull request #420."""
    return Refusal(400, "010717e3:3: Client SSL profile must have RSA certificate/key pair.")


@in_words
def two_of_a_type(profile: str, kind: str) -> Refusal:
    """That it is refused: F5 Ansible's documentation of bigip_profile_client_ssl. Text uncertain."""
    return Refusal(
        400, f"0107157c:3: Client SSL profile ({profile}) cannot contain more than one {kind} cert-key pair."
    )


@in_words
def incomplete_pair(profile: str) -> Refusal:
    """A certificate without a key, or the reverse. Text uncertain."""
    return Refusal(400, f"01070315:3: profile {profile} requires a key and a certificate")


@in_words
def file_in_use(path: str) -> Refusal:
    """That it is refused: terraform-provider-bigip #295. Text and code uncertain."""
    return Refusal(400, f"01071349:3: File object by name ({path}) is in use.")


@in_words
def no_forward_proxy_key(profile: str) -> Refusal:
    """terraform-provider-bigip #213."""
    return Refusal(400, f"01071610:3: Profile {profile}'s SSL forward proxy RSA CA key is missing.")


@in_words
def file_unreadable() -> Refusal:
    """``sourcePath`` names no file: the device reads it with curl, whose exit code 37 this is. Text uncertain."""
    return Refusal(400, "Failed! exit_code (37).\n")


@in_words
def wrong_passphrase(file: str) -> Refusal:
    """``install`` of an encrypted key: what a public importer of keys looks for in the answer. Its end is uncertain."""
    return Refusal(400, f"Unable to verify key {file} is protected by provided passphrase.")


@in_words
def not_protected() -> Refusal:
    """A passphrase for a key that is not encrypted: terraform-provider-bigip's acceptance tests."""
    return Refusal(400, "Passphrase specified, but key is not protected")


@in_words
def passphrase_missing() -> Refusal:
    """``securityType: password`` without a passphrase. Text uncertain."""
    return Refusal(400, "The passphrase is required for the security type password")


@in_words
def bad_import() -> Refusal:
    """``install`` of something that is not a key, or cannot be opened. Text uncertain."""
    return Refusal(400, "01070734:3: Configuration error: the key cannot be read: bad format or bad password")
