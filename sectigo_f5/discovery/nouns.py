"""What was found on a BIG-IP, and what a YAML file would say of it: frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, VirtualServer

Settings = Mapping[str, object]  # of one certificate, by the keys of docs/configuration.md


@dataclass(frozen=True)
class Surroundings:
    """What bears on every certificate of a BIG-IP."""

    name: str  # what the YAML calls it
    release: str
    declared: Mapping[str, str] = field(default_factory=dict)  # see surroundings/as3.tenants
    as3: bool | None = None  # whether that is installed; None: not known
    partitions: tuple[str, ...] | None = None  # the only ones that the user sees; None: all, or it is not known
    units: Mapping[str, str] = field(default_factory=dict)  # management addresses of its HA group, by name

    @property
    def tenants(self) -> frozenset[str]:
        """The partitions whose objects the next declaration of AS3 may remove."""
        return frozenset() if self.as3 is False else frozenset(self.declared)


@dataclass(frozen=True)
class Found:
    """Everything that bears on TLS: the virtual servers that count, and all profiles and certificates by full path."""

    servers: tuple[VirtualServer, ...]
    profiles: Mapping[str, ClientSslProfile]
    certificates: Mapping[str, CertificateObject]


@dataclass(frozen=True)
class Use:
    """A client SSL profile on a virtual server, and the certificates in it."""

    server: VirtualServer
    profile: ClientSslProfile
    certificates: tuple[CertificateObject, ...]


@dataclass(frozen=True)
class Group:
    """Where one certificate serves today: in one entry of the YAML file, it has one name there."""

    common_name: str
    uses: tuple[Use, ...]

    @property
    def servers(self) -> tuple[VirtualServer, ...]:
        """The virtual servers, each once."""
        return tuple({use.server.path: use.server for use in self.uses}.values())

    @property
    def profiles(self) -> tuple[ClientSslProfile, ...]:
        """The client SSL profiles, each once."""
        return tuple({use.profile.path: use.profile for use in self.uses}.values())

    @property
    def certificates(self) -> tuple[CertificateObject, ...]:
        """The certificates, each once."""
        return tuple({each.path: each for use in self.uses for each in use.certificates}.values())


@dataclass(frozen=True)
class Bare:
    """A virtual server for which there is no entry that could be used as it is, and why."""

    server: VirtualServer
    why: str
    nameless: bool = False  # all but the names would be known


@dataclass(frozen=True)
class Draft:
    """One entry of the YAML file."""

    settings: Settings
    facts: tuple[str, ...] = ()  # what is served today, and where
    doubts: tuple[str, ...] = ()  # what to look at
    refused: tuple[str, ...] = ()  # why it is written as a comment: `check` would refuse it
    profiles: tuple[str, ...] = ()  # the client SSL profiles in service, full paths
    parents: tuple[str, ...] = ()  # that our profile may have, see drafting.parents
