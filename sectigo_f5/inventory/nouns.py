"""What an inventory says of one certificate or key on one BIG-IP: frozen values, no I/O.

None, or an empty tuple beside a None, always means that the device does not say: nothing here is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum


class Holds(str, Enum):
    """What an item is made of."""

    PAIR = "pair"  # a certificate object and the key object that belongs to it
    CERTIFICATE = "certificate"  # a certificate object without a key on the device: a CA's, or one left behind
    KEY = "key"  # a key object without a certificate
    BUNDLE = "bundle"  # a certificate object with several certificates: one item; the device describes one of them
    MANAGEMENT = "management"  # the certificate that the management interface of a unit shows

    def __str__(self) -> str:
        return self.value


class UseKind(str, Enum):
    """What refers to an object."""

    CLIENT_SSL = "client-ssl"
    SERVER_SSL = "server-ssl"
    MANAGEMENT = "management"
    OTHER = "other"  # another certificate object, which names it as the issuer to ask for OCSP stapling

    def __str__(self) -> str:
        return self.value

    @property
    def is_profile(self) -> bool:
        """True for what takes effect on virtual servers."""
        return self in (UseKind.CLIENT_SSL, UseKind.SERVER_SSL)


class Role(str, Enum):
    """As what an object is referred to."""

    PAIR = "pair"  # it is shown to the other side, with its key
    CHAIN = "chain"  # it is sent with another certificate
    TRUSTED = "trusted-ca"  # certificates of the other side are checked against it
    ADVERTISED = "advertised-ca"  # clients are told its name
    SIGNER = "signing-ca"  # certificates for SSL forward proxy are signed by it
    ISSUER = "issuer"  # of another certificate whose OCSP answer is stapled

    def __str__(self) -> str:
        return self.value


SHOWN = (Role.PAIR, Role.CHAIN, Role.SIGNER)


@dataclass(frozen=True, slots=True)
class Listener:
    """A virtual server, and where it listens."""

    path: str  # full path
    addresses: tuple[str, ...] = ()  # with a prefix if it is a network; none if it is not known
    ports: tuple[str, ...] = ()  # ``443``, ``8000-8100``, ``any``
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Tls:
    """What a profile negotiates, its parents' settings included."""

    protocols: tuple[str, ...] | None = None  # enabled versions, oldest first, as in ``TLSv1.2``
    ciphers: str | None = None  # the cipher string
    cipher_group: str | None = None  # full path; in its place
    allowed: tuple[str, ...] = ()  # the cipher strings of the rules that the group allows, as far as they can be read
    options: tuple[str, ...] | None = None  # as the device writes them, without ``no-tls…``'s meaning


@dataclass(frozen=True, slots=True)
class Use:
    """One reference to a certificate or key."""

    path: str  # full path of the profile, or of what else refers to it; of a unit for the management interface
    kind: UseKind
    role: Role
    servers: tuple[Listener, ...] = ()  # the virtual servers with the profile
    tls: Tls | None = None  # None: not known, or it says nothing of what is negotiated

    @property
    def is_in_effect(self) -> bool:
        """True if connections are made by it now: on a virtual server that is not disabled, or for management."""
        return self.kind is UseKind.MANAGEMENT or any(server.enabled for server in self.servers)


@dataclass(frozen=True, slots=True)
class Custody:
    """Who could take a private key."""

    security_type: str | None = None  # normal, password, fips, nethsm: the device's word
    protected: bool | None = None  # a password or hardware guards it
    exportable: bool | None = None  # the device lets an administrator export it


class Severity(IntEnum):
    """How much a finding matters; the greater, the sooner."""

    NOTE = 1
    WARNING = 2
    CRITICAL = 3

    def __str__(self) -> str:
        return self.name.lower()


class Word(str, Enum):
    """What a finding is called, the gravest first."""

    EXPIRED = "expired"
    WEAK_KEY = "weak-key"
    WEAK_SIGNATURE = "weak-signature"
    CHAIN_ENDS_FIRST = "chain-ends-first"
    EXPIRING = "expiring"
    UNPROTECTED_KEY = "unprotected-key"
    WEAK_PROTOCOL = "weak-protocol"
    WEAK_CIPHER = "weak-cipher"
    NEW = "new"  # on no inventory before
    UNUSED = "unused"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an assessor, or the operator, has to look at."""

    word: Word
    severity: Severity
    sentence: str


@dataclass(frozen=True)
class Item:
    """One certificate, one key, or the two together, on one device."""

    device: str  # as the YAML calls it
    unit: str  # the unit that was read, by its own name
    holds: Holds
    partition: str | None = None
    certificate: str | None = None  # full path
    key: str | None = None  # full path
    common_name: str | None = None  # lower case
    names: tuple[str, ...] = ()  # alternative names, lower case, sorted
    names_cut: bool = False  # there are more than the device shows
    issuer: str | None = None
    serial: str | None = None  # lower-case hexadecimal
    fingerprint: str | None = None  # SHA-256 of the certificate, lower-case hexadecimal
    not_before: datetime | None = None  # UTC; no BIG-IP tells it: known of what the program has issued itself
    not_after: datetime | None = None  # UTC
    chain_not_after: datetime | None = None  # the first end of the CA certificates that are sent with it, if known
    self_signed: bool | None = None
    key_type: str | None = None  # rsa, ecdsa, dsa
    key_size: int | None = None  # bits
    curve: str | None = None  # of an ECDSA key, as in secp256r1
    signature: str | None = None  # hash of the signature, as in sha256; known as ``not_before`` is
    custody: Custody = Custody()
    is_the_devices_own: bool = False  # it came with the BIG-IP, or the BIG-IP made it for itself
    is_ours: bool = False  # the program made it
    configured_as: str | None = None  # the label of the certificate in the YAML that it was made for, or that serves it
    owner: str | None = None  # of the YAML
    purpose: str | None = None  # of the YAML
    uses: tuple[Use, ...] = ()
    findings: tuple[Finding, ...] = ()  # the gravest first

    @property
    def object_path(self) -> str:
        """What tells it apart on its device: the certificate's path, else the key's, else the unit."""
        return self.certificate or self.key or self.unit

    @property
    def severity(self) -> Severity | None:
        """The gravest of its findings; None without any."""
        return max((finding.severity for finding in self.findings), default=None)

    @property
    def is_shown(self) -> bool:
        """True if another side gets to see it now: a client, a server, or who manages the device."""
        return self.holds is Holds.MANAGEMENT or any(use.role in SHOWN and use.is_in_effect for use in self.uses)

    @property
    def servers(self) -> tuple[Listener, ...]:
        """The virtual servers that refer to it, each once."""
        return tuple({server.path: server for use in self.uses for server in use.servers}.values())
