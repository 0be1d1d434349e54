"""The objects of a BIG-IP as they were read: frozen values, no I/O."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sectigo_f5.listening import Destination
from sectigo_f5.model import Generation, Job, KeySpec
from sectigo_f5.names import is_served

PASSWORD = "password"  # noqa: S105  # the securityType of a protected key, not a secret
COMMON = "Common"  # the partition that every BIG-IP has, and whose objects all others may use
STOCK_PROFILE = "/Common/clientssl"
OWN_CERTIFICATE = "/Common/default.crt"  # what a profile holds that was never given a certificate
ON, OFF = "enabled", "disabled"  # values of a profile's settings
FOR_OTHERS = ("sslForwardProxy", "proxySsl")  # settings of a profile that serves certificates of others


@dataclass(frozen=True)
class CertificateObject:
    """A ``sys file ssl-cert`` object; None if the release does not say."""

    path: str
    checksum: str | None
    names: frozenset[str] | None  # DNS names, lower case
    common_name: str | None
    not_after: datetime | None
    created_at: datetime | None
    key: KeySpec | None
    serial: str | None  # lower-case hexadecimal
    issuer: str | None
    cut: bool = False  # the list of names was too long for the device: ``names`` are its beginning
    asked: frozenset[str] | None = None  # the names that the CA was asked for, if it added others
    chain_not_after: datetime | None = None  # the first end of the CA certificates that are sent with it
    validation: tuple[str, ...] = ()  # ``ocsp``, if it is to be stapled
    issuer_certificate: str | None = None  # the object that stapling takes for its issuer, full path

    @property
    def ends(self) -> datetime | None:
        """When clients refuse it: its own end, or that of a CA certificate that is sent with it."""
        return min(filter(None, (self.not_after, self.chain_not_after)), default=None)

    @property
    def is_the_devices_own(self) -> bool:
        """True for the one that every BIG-IP makes for itself, unless another was put in its place."""
        self_signed = not self.issuer or (self.common_name or "") in self.issuer.lower()
        return self.path == OWN_CERTIFICATE and self_signed

    @property
    def added(self) -> frozenset[str]:
        """The names that the CA added unasked."""
        return (self.names or frozenset()) - self.asked if self.asked else frozenset()

    def all_names(self) -> frozenset[str]:
        """SANs and common name together, as far as the device tells them."""
        return (self.names or frozenset()) | ({self.common_name} if self.common_name else frozenset())

    def served_names(self) -> frozenset[str]:
        """The names for which clients accept it."""
        return frozenset(filter(is_served, self.names or self.all_names()))


@dataclass(frozen=True)
class KeyObject:
    """A ``sys file ssl-key`` object; ``ciphertext`` is the device's own ``$M$…`` form of the passphrase."""

    path: str
    security_type: str
    spec: KeySpec | None
    ciphertext: str | None = field(repr=False)

    @property
    def protected(self) -> bool:
        """True when the device itself says that a password guards the key."""
        return self.security_type == PASSWORD


@dataclass(frozen=True)
class Entry:
    """One ``certKeyChain`` entry of a client SSL profile; full paths, None for ``none``."""

    name: str
    certificate: str | None
    key: str | None
    chain: str | None
    ciphertext: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ClientSslProfile:
    """A client SSL profile."""

    path: str
    parent: str | None
    server_name: str | None
    sni_default: bool
    sni_require: bool
    entries: tuple[Entry, ...]
    app_service: str | None
    client_settings: Mapping[str, str] = field(default_factory=dict)  # see readers.CLIENT_SETTINGS
    inherits_pair: bool = False  # the entries are its parent's


@dataclass(frozen=True)
class VirtualServer:
    """A virtual server and the profiles on it; where it listens is read when it matters."""

    path: str
    where: Callable[[], Destination] = field(compare=False, repr=False)
    profiles: tuple[str, ...]  # full paths, every type
    client_ssl: tuple[str, ...]  # full paths, in the device's order
    http: bool  # an HTTP profile is attached, or a FastHTTP one
    access: bool  # an APM access profile is attached
    app_service: str | None
    destination: str = ""  # as the device writes it
    enabled: bool = True
    mask: str | None = None  # None: one host
    any_client: bool = True  # TCP, from any source address, unless its criteria say otherwise
    rules: tuple[str, ...] = ()  # iRules, full paths, in the device's order
    policies: tuple[str, ...] = ()  # LTM policies, full paths
    untyped: tuple[str, ...] = ()  # profiles whose type the release does not tell
    fast_http: bool = False  # the HTTP profile is a FastHTTP one
    http2: str | None = None  # its HTTP/2 profile, if that refuses client SSL profiles with renegotiation (01070734)

    @functools.cached_property
    def listens(self) -> Destination:
        """Where it listens; raises :class:`~sectigo_f5.errors.ConnectorError` if that cannot be read."""
        return self.where()

    @property
    def for_everybody(self) -> bool:
        """True if it takes TCP from any source address."""
        return self.any_client and self.listens.for_everybody


@dataclass(frozen=True)
class Pair:
    """A key and its certificate and chain under one generation's names."""

    generation: Generation
    certificate: CertificateObject
    key: KeyObject
    has_chain: bool

    @property
    def spec(self) -> KeySpec | None:
        """Key type and size as the certificate tells them, else as the key object does."""
        return self.certificate.key or self.key.spec

    @property
    def entry(self) -> Entry:
        """The profile entry that puts this pair in service, opened by the device's own ciphertext."""
        names = self.generation
        return Entry(
            names.entry_name,
            names.certificate,
            names.key,
            names.chain if self.has_chain else None,
            self.key.ciphertext,
        )


@dataclass(frozen=True)
class Observation:
    """Everything that step 3 looks at for one certificate."""

    job: Job
    profile: ClientSslProfile | None
    pairs: tuple[Pair, ...]  # every complete pair of ours on the device, oldest first
    virtual_servers: tuple[VirtualServer, ...]
    profiles: Mapping[str, ClientSslProfile]  # every client SSL profile of the device
    certificates: Mapping[str, CertificateObject]  # every certificate of the device
    managed: frozenset[str] = frozenset()  # profiles of other configured certificates
    unusable: Mapping[str, str] = field(default_factory=dict)  # what the YAML names and cannot be used, and why
    listed: tuple[VirtualServer, ...] = ()  # what the YAML lists and the device has, usable or not
    touched: tuple[VirtualServer, ...] = ()  # on which clients may notice the change that is planned, listed or not
    issued_names: frozenset[str] | None = None  # of the new certificate, once the CA has issued it

    @property
    def server_paths(self) -> tuple[str, ...]:
        """The full paths of the virtual servers."""
        return tuple(server.path for server in self.virtual_servers)

    @property
    def wanted_sni_require(self) -> bool:
        """True if our profile is to refuse clients that name no server; without ``sni: true`` its parent decides."""
        parent = self.profiles.get(self.job.parent_profile)
        return self.job.sni_require if self.job.sni else bool(parent and parent.sni_require)

    @property
    def names_to_come(self) -> frozenset[str]:
        """The names of the next certificate: those of the YAML, and what the CA is known to add."""
        if self.issued_names is not None:
            return self.issued_names
        return frozenset(self.job.names).union(*(pair.certificate.added for pair in self.in_service()))

    def lists(self, server: VirtualServer) -> bool:
        """True if the YAML lists a virtual server, by name or by ``all``."""
        return any(server.path == listed.path for listed in self.listed)

    def hides_names(self, path: str) -> bool:
        """True if the device does not tell which names a client SSL profile serves, or not all of them.

        Beside the names of its own certificates one for SSL forward proxy or proxy SSL serves those of others.
        """
        if ON in map(self.profiles[path].client_settings.get, FOR_OTHERS):
            return True
        held = {entry.certificate or "" for entry in self.profiles[path].entries}
        certificates = [self.certificates.get(path) for path in held if not self.is_the_devices_own(path)]
        return any(each is None or each.cut or not each.all_names() for each in certificates)

    def is_the_devices_own(self, path: str) -> bool:
        """True for the certificate that every BIG-IP makes for itself, as far as it is shown."""
        return path == OWN_CERTIFICATE and (path not in self.certificates or self.certificates[path].is_the_devices_own)

    def served_by(self, path: str) -> frozenset[str]:
        """Return the names for which clients accept the certificates of a client SSL profile.

        Clients ignore the common name of a certificate with alternative names (RFC 9525 section 6.3), and no
        client is served by the certificate that every BIG-IP makes for itself.
        """
        profile = self.profiles.get(path)
        held = {entry.certificate or "" for entry in profile.entries} if profile else set()
        known = (path for path in held if path in self.certificates and not self.is_the_devices_own(path))
        certificates = [self.certificates[path] for path in known]
        return frozenset(name for certificate in certificates for name in certificate.served_names())

    def names_of(self, path: str) -> frozenset[str]:
        """Return the names in the certificates of a client SSL profile, as far as the device tells them."""
        profile = self.profiles.get(path)
        entries = profile.entries if profile else ()
        certificates = [self.certificates.get(entry.certificate or "") for entry in entries]
        return frozenset(name for certificate in certificates if certificate for name in certificate.all_names())

    def holds_ours(self) -> bool:
        """True if our profile holds certificates of ours, and no other, by the names that the device shows."""
        held = [entry.certificate or "" for entry in self.profile.entries] if self.profile else []
        return bool(held) and all(Generation.parse(path, self.job.base) for path in held)

    def in_service(self) -> tuple[Pair, ...]:
        """Our pairs that the profile names; empty when it names anything else."""
        if self.profile is None:
            return ()
        by_names = {(pair.generation.certificate, pair.generation.key): pair for pair in self.pairs}
        pairs = [by_names.get((e.certificate or "", e.key or "")) for e in self.profile.entries]
        return tuple(pair for pair in pairs if pair) if pairs and all(pairs) else ()

    def newest(self) -> tuple[Pair, ...]:
        """The pairs of the newest generation on the device."""
        return pairs_issued_at(self.pairs, max((p.generation.stamp for p in self.pairs), default=""))


def pairs_issued_at(pairs: Iterable[Pair], stamp: str) -> tuple[Pair, ...]:
    """Pick the pairs that were issued together."""
    return tuple(pair for pair in pairs if pair.generation.stamp == stamp)
