"""What differs between BIG-IPs: release, permissions, and the answers that public sources disagree on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields
from typing import Any

from sectigo_f5.simulator import releases
from sectigo_f5.simulator.releases import RELEASES, Release
from sectigo_f5.simulator.wording import Texts

WORKS, IGNORED, REJECTED, SILENTLY_NORMAL = "works", "ignored", "rejected", "silently-normal"
REQUIRED, OPTIONAL = "required", "optional"
CONFIGURATION, EVERYTHING, NEITHER = "configuration", "everything", "neither"
NAMES_THE_CSR, COMMON_ONLY, EVERY_PARTITION = "names-the-csr", "common-only", "every-partition"
AS_THE_KEY, CSR, AS_SENT, TYPED = "as-the-key", "csr", "as-sent", "typed"
NOWHERE, NONE, OTHER, NOT_TOLD = "nowhere", "none", "other", "not-told"
OF_THE_FILE, SHA256, CIPHERTEXT, COMMON_NAME = "of-the-file", "sha256", "ciphertext", "CN"
DECIMAL, COLONS, HEXADECIMAL = "decimal", "colons", "hexadecimal"
FIRST, LAST = "first", "last"
REPLACES, ADDS = "replaces", "adds"
KEEPS, RESETS = "keeps", "resets"
WITHOUT_ITEMS = "without-items"
NOBODY = "nobody"
ROLES = ("admin", "resource-admin", "certificate-manager", "manager", "guest")
_EITHER = (True, False)
_TRY = (WORKS, REJECTED)


def _switch(default: Any, text: str, *choices: Any) -> Any:
    """Describe a switch: its default (None: depends on the release), its meaning and its choices (none: any number)."""
    return field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class Switches:
    """One of the BIG-IPs that users may have."""

    tmos: str = _switch("16.1.4", "release, or another version from 13 to 21", *RELEASES)
    hostname: str = "bigip1.example.net"
    username: str = "admin"
    password: str = field(default="admin", repr=False)  # this device protects nothing
    partitions: tuple[str, ...] = ()  # besides Common
    latency: float = 0.0  # seconds before each answer
    build: str | None = None  # with date and edition; None: of the nearest release
    date: str | None = None
    edition: str | None = None
    default_route_domain: int = 0  # of the partitions besides Common
    modules: tuple[str, ...] = ("ltm",)  # that are provisioned; whether APM answers is the switch `apm`
    texts: Texts = field(default_factory=dict, hash=False)  # refusals that this device words otherwise
    # Who may do what.
    role: str = _switch("admin", "the user's role", *ROLES)
    role_partition: str = "all-partitions"  # where the role may write
    bash: bool = _switch(True, "util/bash; no: Appliance mode, or a user without the advanced shell", *_EITHER)
    user_shown: bool = _switch(True, "the user is among the local ones; no: a remote user", *_EITHER)
    shell_told: str | None = _switch(
        None, "shell that the user is shown with; by default: by role and `bash`", "bash", "tmsh", NONE, NOT_TOLD
    )
    upload_role: str = _switch(
        "admin", "role for uploads besides admin; nobody: a remote administrator", *ROLES[:-1], NOBODY
    )
    unix_tools: bool = _switch(True, "util/unix-mv, -rm, -ls and bulk downloads", *_EITHER)
    token_lifetime: int = _switch(1200, "seconds that a token lives")
    token_extension: str = _switch(WORKS, "a longer life of a token", *_TRY)
    token_beyond_ten_hours: str = _switch(REJECTED, "a life of more than 36,000 seconds", *_TRY)
    token_limit: int = _switch(100, "tokens that a user may hold")
    max_login_failures: int = _switch(0, "wrong passwords after which the user is locked out; 0: never")
    ha: str = _switch(
        "standalone", "state; the other unit of a pair is not simulated", "standalone", "active", "standby"
    )
    auto_sync: bool = _switch(False, "the group of the pair syncs by itself", *_EITHER)
    strict_updates: bool = _switch(True, "strict updates of application services", *_EITHER)
    owner_in_body: bool = _switch(False, "an iApp's objects change only for requests with its `appService`", *_EITHER)
    as3: bool = _switch(False, "AS3 is installed", *_EITHER)
    apm: bool = _switch(True, "the module APM is provisioned; no: its paths are not registered", *_EITHER)
    # Keys and CSRs.
    native_password_keys: str = _switch(WORKS, "`securityType: password` on creation", WORKS, SILENTLY_NORMAL, REJECTED)
    native_password_ec_keys: str | None = _switch(
        None, "the same for keys of elliptic curves, if it differs", WORKS, SILENTLY_NORMAL, REJECTED
    )
    key_in_use_opens: str = _switch("yes", "a key object shows its passphrase; no: as none", "yes", "no", NOT_TOLD)
    curve_name: str = _switch(WORKS, "`curveName` on creation; ignored: always prime256v1", WORKS, IGNORED, REJECTED)
    key_export: str = _switch("enabled", "`sys crypto allow-key-export`", "enabled", "disabled", NOT_TOLD)
    csr_for_password_keys: str = _switch(WORKS, "a CSR for a protected key", *_TRY)
    csr_with_key: str | None = _switch(None, "the same in the call that makes the key, if it differs", *_TRY)
    csr_pem_in_answer: bool = _switch(False, "the answer to a creation has the PEM in `commandResult`", *_EITHER)
    csr_with_key_in_answer: bool | None = _switch(
        None, "the same for the call that makes the key, if it differs", *_EITHER
    )
    csr_name: str | None = _switch(
        None, "name of a CSR that was made with its key; csr: with that ending instead of .key", AS_THE_KEY, CSR
    )
    gen_csr_value: str = _switch(IGNORED, "the value of `gen-csr`", IGNORED, NAMES_THE_CSR)
    csr_file: str = _switch(
        EVERY_PARTITION, "partitions whose CSRs are files in /config/ssl/ssl.csr", EVERY_PARTITION, COMMON_ONLY, NOWHERE
    )
    csr_file_stays: bool = _switch(False, "the file of a CSR stays when the CSR is deleted", *_EITHER)
    csr_by_tmsh: str = _switch(WORKS, "`tmsh list sys crypto csr` prints the PEM", *_TRY)
    csr_by_filestore: str = _switch(WORKS, "CSRs are files in the filestore", *_TRY)
    csr_in_file_objects: bool = _switch(False, "CSRs are among sys/file/ssl-csr", *_EITHER)
    csr_names: str = _switch(
        AS_SENT, "alternative names that a CSR object shows; typed: spelled otherwise", AS_SENT, TYPED, OTHER, NONE
    )
    openssl_route: str = _switch(WORKS, "OpenSSL in util/bash", *_TRY)
    openssl_protected: bool = _switch(True, "an encrypted key stays so when it is installed", *_EITHER)
    bulk_download: str | None = _switch(None, "status if the range is wider than the file", "200", "206", "400")
    stderr_in_answer: bool = _switch(True, "util/bash also answers with standard error", *_EITHER)
    # Certificates, profiles and virtual servers.
    bundle_describes: str = _switch(FIRST, "the certificate that a bundle's properties describe", FIRST, LAST)
    certificate: str = _switch(WORKS, "a certificate is stored", *_TRY)
    certificate_checksum: str = _switch(OF_THE_FILE, "checksum of a certificate object", OF_THE_FILE, OTHER, NONE)
    certificate_fingerprint: str | None = _switch(None, "fingerprint of a certificate object", SHA256, OTHER, NONE)
    serial_spelling: str | None = _switch(
        None, "serial number of a certificate object", DECIMAL, COLONS, HEXADECIMAL, NONE
    )
    subject_begins: str = _switch(COMMON_NAME, "first attribute of a certificate object's subject", COMMON_NAME, OTHER)
    digit_first_certificates: str = _switch(WORKS, "names of certificates and keys that begin with a digit", *_TRY)
    profile_with_passphrase: str = _switch(WORKS, "a passphrase in a profile's entry", *_TRY)
    profile_shows: str = _switch(CIPHERTEXT, "a passphrase in a profile's entry is shown as", CIPHERTEXT, OTHER, NONE)
    rsa_and_ec: str = _switch(WORKS, "an RSA and an ECDSA pair in one profile", *_TRY)
    two_of_a_kind: str = _switch(REJECTED, "two pairs of one type in one profile", *_TRY)
    ec_only: bool | None = _switch(None, "client SSL profiles without an RSA pair", *_EITHER)
    profile_passphrase: str = _switch(
        REQUIRED, "in a profile's entry; optional: the key object's is enough", REQUIRED, OPTIONAL
    )
    digit_first_names: str = _switch(REJECTED, "names of client SSL profiles that begin with a digit", *_TRY)
    own_ciphertext: str = _switch(WORKS, "a profile accepts the device's own `$M$` text", WORKS, REJECTED)
    cert_key_chain_patch: str = _switch(REPLACES, "what a PATCH does to the list", REPLACES, ADDS)
    parent_patch: str = _switch(
        KEEPS, "what a PATCH of `defaultsFrom` does to a client SSL profile's own settings", KEEPS, RESETS
    )
    server_ssl: str = _switch(WORKS, "a pair in a server SSL profile", *_TRY)
    challenge_rule: str = _switch(WORKS, "an iRule is created", *_TRY)
    challenge_rule_removal: str = _switch(WORKS, "an iRule is taken off and deleted in one transaction", *_TRY)
    rule_delay: int = _switch(0, "seconds until the data plane applies an iRule that was attached")
    virtual_servers: str = _switch(WORKS, "virtual servers are created", *_TRY)
    attachment: str = _switch(WORKS, "profiles are attached by the sub-collection of a virtual server", *_TRY)
    name_reference: bool = _switch(True, "attached profiles show their type in `nameReference`", *_EITHER)
    sni_checked_on_profile: bool = _switch(True, "SNI rules are checked when an attached profile changes", *_EITHER)
    two_defaults: str = _switch(REJECTED, "two SNI defaults of one virtual server", *_TRY)
    no_default: str = _switch(REJECTED, "several client SSL profiles without an SNI default", *_TRY)
    same_server_names: bool = _switch(False, "two profiles of one virtual server may have one server name", *_EITHER)
    default_route_domain_shown: bool = _switch(
        False, "addresses of a partition show the number of its default route domain", *_EITHER
    )
    delete_used_certificate: str = _switch(REJECTED, "deletion of a certificate that a profile names", *_TRY)
    delete_used_key: str = _switch(REJECTED, "deletion of a key that a profile names", *_TRY)
    delete_used_profile: str = _switch(REJECTED, "deletion of a profile that is attached", *_TRY)
    paging: str = _switch(WORKS, "`$top` and `$skip` of a collection", WORKS, IGNORED, REJECTED)
    select: str = _switch(
        WORKS, "`$select`; without-items: without those of sub-collections", WORKS, IGNORED, REJECTED, WITHOUT_ITEMS
    )
    empty_items: bool | None = _switch(None, "an empty collection has `items`", *_EITHER)
    save: str = _switch(WORKS, "a save of the configuration", *_TRY)
    save_by_partition: str = _switch(WORKS, "a save of some partitions", *_TRY)
    task_save: str = _switch(WORKS, "the asynchronous task that saves", *_TRY)
    task_polls: int = _switch(1, "answers `VALIDATING` before an asynchronous task is completed")
    validate_only: str = _switch(
        WORKS, "`validateOnly` of a transaction; ignored: it is committed", WORKS, IGNORED, REJECTED
    )
    validate_only_judges: bool = _switch(True, "`validateOnly` refuses what a commit refuses", *_EITHER)
    task_result: str = _switch("COMPLETED", "how an asynchronous task ends", "COMPLETED", "FAILED")
    transactions_take: str = _switch(
        CONFIGURATION,
        "everything: also sys/crypto, util, sys/config, cm and shared; neither: these are done at once",
        *(CONFIGURATION, EVERYTHING, NEITHER),
    )
    transaction_commit: str = _switch(WORKS, "the commit of a transaction", *_TRY)
    transaction_undone: bool = _switch(True, "a transaction that is refused leaves nothing behind", *_EITHER)
    transaction_timeout: int = _switch(120, "seconds without a call after which a transaction expires")
    transaction_expires: bool = _switch(True, "a transaction expires at all", *_EITHER)

    def __post_init__(self) -> None:
        for one in fields(self):
            value, known = getattr(self, one.name), one.metadata.get("choices")
            if one.name == "tmos":
                releases.check(value)
            elif known and value not in known and not (value is None and one.default is None):
                raise ValueError(f"{one.name} {value!r}: choose one of {', '.join(map(str, known))}")
            if isinstance(value, (int, float)) and not 0 <= value < math.inf:
                raise ValueError(f"{one.name} {value}: write 0 or a positive number")
        for name in self.partitions:
            if not re.fullmatch(r"[\w.-]+", name):
                raise ValueError(f"the partition {name!r}: write its name alone, as in Shop")

    @property
    def release(self) -> Release:
        """What ``sys version`` tells besides the version."""
        known = releases.described(self.tmos)
        return Release(
            known.build if self.build is None else self.build,
            known.date if self.date is None else self.date,
            known.edition if self.edition is None else self.edition,
        )

    @property
    def major(self) -> int:
        """The first number of the release."""
        return int(self.tmos.partition(".")[0])

    @property
    def before_14(self) -> bool:
        """True for TMOS 13: most of what differs between releases came with 14."""
        return self.major < 14  # noqa: PLR2004  the release itself

    @property
    def accepts_ec_only(self) -> bool:
        """True if a profile needs no RSA pair.

        Refused up to TMOS 12 (f5-sdk), and here up to 13; accepted on 15 (k8s-bigip-ctlr #1723); 14 is unknown.
        """
        return not self.before_14 if self.ec_only is None else self.ec_only

    @property
    def prints_csr_of_key(self) -> bool:
        """True if the answer to the creation of key and CSR has the PEM."""
        return self.csr_pem_in_answer if self.csr_with_key_in_answer is None else self.csr_with_key_in_answer

    @property
    def names_csr_as_the_key(self) -> bool:
        """Seen from 14 on, and ``base.csr`` on 13 (DigiCert's F5 plugin looks for both)."""
        return not self.before_14 if self.csr_name is None else self.csr_name == AS_THE_KEY

    @property
    def fingerprint(self) -> str:
        """Shown from 14 on."""
        return self.certificate_fingerprint or (NONE if self.before_14 else SHA256)

    def password_keys(self, curve: bool) -> str:
        """Return what becomes of ``securityType: password``."""
        return (curve and self.native_password_ec_keys) or self.native_password_keys

    @property
    def bulk_status(self) -> int:
        """The status of a download whose range is wider than the file; f5-sdk's code and comments disagree."""
        return int(self.bulk_download or {13: "400", 14: "206", 15: "206"}.get(self.major, "200"))

    @property
    def shows_empty_items(self) -> bool:
        """Seen as ``[]`` on 14.1.2.1; F5 Ansible expects that the key may be missing."""
        return not self.before_14 if self.empty_items is None else self.empty_items
