"""What can differ between two BIG-IPs: release, permissions, and the answers that public sources disagree on."""

from __future__ import annotations

from dataclasses import dataclass, field

RELEASES = {  # version: (build, date, edition) as `sys version` shows them
    "13.1.1": ("0.0.4", "Fri Jul 20 17:55:49 PDT 2018", "Final"),
    "14.1.2": ("0.0.37", "Tue Aug 27 15:40:12 PDT 2019", "Final"),
    "15.1.5": ("0.0.8", "Thu Jan 20 13:05:38 PST 2022", "Final"),
    "16.1.4": ("0.0.10", "Fri Jul 14 14:34:35 PDT 2023", "Final"),
    "17.1.2": ("0.0.8", "Wed Nov 13 09:05:34 PST 2024", "Final"),
}
WORKS, REJECTED, SILENTLY_NORMAL = "works", "rejected", "silently-normal"
REQUIRED, OPTIONAL = "required", "optional"
ROLES = ("admin", "resource-admin", "certificate-manager", "manager", "guest")


@dataclass(frozen=True)
class Switches:
    """One BIG-IP among those that we may meet."""

    tmos: str = "16.1.4"
    hostname: str = "bigip1.example.net"
    username: str = "admin"
    password: str = field(default="admin", repr=False)  # for a device that guards nothing
    role: str = "admin"
    role_partition: str = "all-partitions"  # where the role may write
    bash: bool = True  # False: Appliance mode, or a user without the advanced shell
    native_password_keys: str = WORKS  # silently-normal: `securityType: password` is ignored; rejected: 400
    csr_for_password_keys: str = WORKS  # rejected: 400
    csr_pem_in_answer: bool = False  # True: the answer to key and CSR creation carries the PEM in `commandResult`
    ec_only: bool | None = None  # client SSL profiles without an RSA pair; None: as the release does
    profile_passphrase: str = REQUIRED  # optional: the one in the key object will do
    own_ciphertext: str = WORKS  # rejected: a `$M$` text in a profile is taken for a passphrase, which opens nothing
    bulk_download: str | None = None  # answer to a range wider than the file: 200, 206, 400; None: by release
    empty_items: bool | None = None  # False: an empty collection has no `items`; None: as the release does
    max_login_failures: int = 0  # 0: no lockout
    token_lifetime: int = 1200  # seconds
    token_limit: int = 100  # a user
    ha: str = "standalone"  # active, standby: one of a pair whose other unit is not simulated
    strict_updates: bool = True  # of application services made with `add_application`
    partitions: tuple[str, ...] = ()  # besides Common
    latency: float = 0.0  # seconds before each answer

    def __post_init__(self) -> None:
        _one_of("tmos", self.tmos, tuple(RELEASES))
        _one_of("role", self.role, ROLES)
        _one_of("native_password_keys", self.native_password_keys, (WORKS, SILENTLY_NORMAL, REJECTED))
        _one_of("csr_for_password_keys", self.csr_for_password_keys, (WORKS, REJECTED))
        _one_of("own_ciphertext", self.own_ciphertext, (WORKS, REJECTED))
        _one_of("profile_passphrase", self.profile_passphrase, (REQUIRED, OPTIONAL))
        _one_of("bulk_download", self.bulk_download or "200", ("200", "206", "400"))
        _one_of("ha", self.ha, ("standalone", "active", "standby"))

    @property
    def major(self) -> int:
        """The first number of the release."""
        return int(self.tmos.partition(".")[0])

    @property
    def accepts_ec_only(self) -> bool:
        """Refused up to TMOS 12 (f5-sdk) and here up to 13; runs on 15 (k8s-bigip-ctlr #1723); 14 is unknown."""
        return self.major > 13 if self.ec_only is None else self.ec_only  # noqa: PLR2004

    @property
    def bulk_status(self) -> int:
        """The status of a download whose range is wider than the file; f5-sdk's code and comments disagree."""
        return int(self.bulk_download or {13: "400", 14: "206", 15: "206"}.get(self.major, "200"))

    @property
    def shows_empty_items(self) -> bool:
        """Seen as ``[]`` on 14.1.2.1; F5 Ansible expects that the key may be missing."""
        return self.major > 13 if self.empty_items is None else self.empty_items  # noqa: PLR2004


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} {value!r}: choose one of {', '.join(known)}")
