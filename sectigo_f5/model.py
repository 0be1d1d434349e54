"""The nouns of the program: frozen values, no I/O."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from pathlib import Path

from sectigo_f5.log_levels import Service
from sectigo_f5.profile_names import profile_names
from sectigo_f5.secret import Secret
from sectigo_f5.timestamps import from_stamp

ALL_VIRTUAL_SERVERS = "all"
OBJECT_OF_OURS = re.compile(r"/([^/]+)/([^/]+)_([0-9]{8}T[0-9]{6}Z)(_ecdsa)?(?:\.key|\.crt|_chain\.crt)")


class Outcome(str, Enum):
    """The result of one certificate in one run, as the summary and JSON spell it."""

    KEPT = "kept"
    ENROLLED = "enrolled"
    RENEWED = "renewed"
    REKEYED = "rekeyed"
    REPLACED = "replaced"
    REPAIRED = "repaired"
    REVOKED = "revoked"
    ROLLED_BACK = "rolled-back"
    PENDING = "pending"  # the CA has the order and has not decided
    FAILED = "failed"
    SKIPPED = "skipped"
    OK = "ok"  # of `check` alone: nothing would keep a certificate from being issued

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, order=True)
class KeySpec:
    """Type and size of a private key: ``("rsa", "2048")`` or ``("ecdsa", "secp256r1")``."""

    type: str
    size: str

    def __str__(self) -> str:
        return f"{'RSA' if self.type == 'rsa' else 'ECDSA'} {self.size}"


@dataclass(frozen=True)
class Place:
    """Where in the configuration something is written."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Device:
    """A BIG-IP, or the units of one HA group, and how to reach it."""

    name: str
    hosts: tuple[str, ...]
    port: int
    username: str
    password: Secret
    verify_tls: bool | Path
    place: Place
    credentials_command: tuple[str, ...] = ()  # prints user name and password, which are empty until it was run
    no_login: str | None = None  # why there are no credentials: what it came to

    def is_reached_like(self, other: Device) -> bool:
        """True when one login session would do for both."""

        def way(device: Device) -> tuple[object, ...]:
            login = device.username, device.password, device.credentials_command
            return device.hosts, device.port, *login, device.verify_tls

        return way(self) == way(other)

    def meets(self, other: Device) -> bool:
        """True when both lead to one BIG-IP, perhaps by another user."""
        return self.port == other.port and not set(self.hosts).isdisjoint(other.hosts)


@dataclass(frozen=True)
class Job:
    """One certificate on one device, with every setting resolved (``docs/configuration.md``)."""

    device: Device
    common_name: str  # lower case; may start with "*."
    names: tuple[str, ...]  # common name first, then the other SANs, sorted; lower case, no duplicates
    keys: tuple[KeySpec, ...]  # one; or one RSA and one ECDSA, in this order
    partition: str
    parent_profile: str  # full path
    replace_profiles: tuple[str, ...]  # full paths of client SSL profiles that may go, whatever they serve
    virtual_servers: tuple[str, ...]  # full paths; or just ("all",)
    sni: bool
    server_name: str | None  # None: not set; see ``wanted_server_name``
    sni_default: bool
    sni_require: bool
    validation: str  # http-01 | dns-01 | prevalidated
    challenge_virtual_servers: tuple[str, ...]  # full paths; empty: find them
    dns_authenticator: str | None
    dns_options: Mapping[str, str]
    renew_before_days: int | None  # None: ARI, else a fraction of the lifetime
    revocation_check: bool
    verify_handshake: str  # auto | required | off
    key_route: str  # auto | native | openssl
    place: Place
    update_other_references: bool = False  # other profiles with an earlier pair of ours get the one in service
    owner: str | None = None  # for the inventory alone, like ``purpose``: whom to ask
    purpose: str | None = None  # what it is for
    named_before: bool = False  # on its device the profile has the name that an earlier version gave it

    @property
    def label(self) -> str:
        """What the log, the summary and ``--only`` call this certificate."""
        return f"{self.common_name}@{self.device.name}"

    @cached_property
    def base(self) -> str:
        """Return the stem of every object name: the common name with a leading ``*`` spelt out."""
        return base_of(self.common_name)

    @property
    def profile(self) -> str:
        """Full path of the client SSL profile, the same for the certificate's whole life."""
        return self.profiles[-1 if self.named_before else 0]

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """Every full path that the client SSL profile may have on a device; the first is that of a new one."""
        return tuple(f"/{self.partition}/{name}" for name in profile_names(self.base))

    @property
    def every_virtual_server(self) -> bool:
        """True if the YAML says ``virtual_servers: all``."""
        return self.virtual_servers == (ALL_VIRTUAL_SERVERS,)

    @property
    def listed_virtual_servers(self) -> tuple[str, ...]:
        """The virtual servers that the YAML names; none for ``all``."""
        return () if self.every_virtual_server else self.virtual_servers

    @property
    def wanted_server_name(self) -> str | None:
        """The SNI name for the profile; None leaves the choice to all names of the certificate.

        BIG-IP compares a profile's one server name exactly (AskF5 K13452) and looks at the
        certificate's names only if there is none: so several names, or a wildcard, need none.
        """
        if not self.sni:
            return None
        if self.server_name:
            return self.server_name
        single = self.names == (self.common_name,) and not self.common_name.startswith("*")
        return self.common_name if single else None


def partition_of(path: str) -> str:
    """Return the partition of a full path."""
    return path.split("/")[1]


def base_of(common_name: str) -> str:
    """Spell a leading ``*`` as ``wildcard``: object names on a BIG-IP cannot hold ``*``."""
    return f"wildcard{common_name[1:]}" if common_name.startswith("*") else common_name


@dataclass(frozen=True, order=True)
class Generation:
    """The object names of one issue: ``base_20261123T153813Z.key``, ``.crt``, ``_chain.crt``."""

    partition: str
    base: str
    stamp: str  # UTC time of issue, see ``timestamps``
    variant: str = ""  # "_ecdsa" for the second pair of a certificate with two keys

    @property
    def _stem(self) -> str:
        return f"/{self.partition}/{self.base}_{self.stamp}{self.variant}"

    @property
    def key(self) -> str:
        """Full path of the private key."""
        return f"{self._stem}.key"

    @property
    def certificate(self) -> str:
        """Full path of the server certificate."""
        return f"{self._stem}.crt"

    @property
    def chain(self) -> str:
        """Full path of the CA chain."""
        return f"{self._stem}_chain.crt"

    @property
    def entry_name(self) -> str:
        """Name of the pair's profile entry: the first is ``default``, as the BIG-IP names it itself."""
        return self.variant.lstrip("_") or "default"

    @property
    def issued_at(self) -> datetime:
        """The time of issue that the name carries, UTC."""
        return from_stamp(self.stamp)

    @classmethod
    def parse(cls, path: str, base: str) -> Generation | None:
        """Read a full path back into names; None if the object is not ours for ``base``."""
        found = cls.of(path) if f"/{base}_" in path else None  # of thousands, a few are
        return found if found and found.base == base else None

    @classmethod
    def of(cls, path: str) -> Generation | None:
        """Read a full path back into names; None if the program gives no such name."""
        match = OBJECT_OF_OURS.fullmatch(path)
        with contextlib.suppress(ValueError):  # of a time that there is not
            if match and from_stamp(match[3]):
                return cls(match[1], match[2], match[3], match[4] or "")
        return None


@dataclass(frozen=True)
class Issued:
    """What the CA answered to one CSR."""

    certificate: str  # PEM, the server certificate alone
    chain: str  # PEM, the CA certificates above it, without the root as a rule


@dataclass(frozen=True)
class RenewalInformation:
    """The CA's suggested window (ARI, RFC 9773 section 4.2); all times UTC."""

    start: datetime
    end: datetime
    retry_at: datetime  # do not ask again before
    explanation: str | None = None


@dataclass(frozen=True)
class Account:
    """The ACME account's coordinates from the ``env`` file."""

    server: str
    eab_kid: str | None = None
    eab_hmac_key: Secret | None = None
    email: str | None = None
    ca_bundle: Path | None = None


@dataclass(frozen=True)
class Settings:
    """The ``env`` file and the real environment, resolved."""

    account: Account
    log_level: str
    log_file: Path | Service
    state_dir: Path
    metrics_file: Path | None = None
    proxies: Mapping[str, Secret | str] = field(default_factory=dict)  # what the file sets: HTTPS_PROXY …
    run_time_limit: timedelta = timedelta(hours=6)  # after which a run begins no further certificate
    log_format: str = "text"
    notify_urls: tuple[Secret, ...] = ()
    heartbeat_url: Secret | None = None


@dataclass(frozen=True)
class Configuration:
    """Every YAML file of the directory: the jobs of the valid ones and every mistake of the others."""

    jobs: tuple[Job, ...]
    mistakes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """One certificate's line in the summary; the fields of ``--json``."""

    common_name: str
    device: str
    virtual_servers: tuple[str, ...]
    outcome: Outcome
    reason: str
    not_after: datetime | None = None
    serial: str | None = None  # lower-case hexadecimal without separators
    error: str | None = None
    notes: tuple[str, ...] = field(default=())  # "changes pending" and other things to look at
    bug: bool = False  # the error is not one that we foresaw: exit code 3
    misconfigured: bool = False  # the error is a mistake in a YAML file that only showed on the BIG-IP: exit code 2
    last_success: datetime | None = None  # UTC; the last run that left everything as it should be
    failures: int = 0  # runs in a row that failed
    failing_since: datetime | None = None  # UTC; the first of them

    @classmethod
    def of(
        cls,
        job: Job,
        outcome: Outcome,
        reason: str,
        virtual_servers: Iterable[str] | None = None,
        *,
        not_after: datetime | None = None,
        serial: str | None = None,
        error: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> Result:
        """Return the result of a certificate; ``virtual_servers`` are those that the YAML lists unless given."""
        servers = job.listed_virtual_servers if virtual_servers is None else tuple(virtual_servers)
        name, device = job.common_name, job.device.name
        return cls(name, device, servers, outcome, reason, not_after, serial, error, notes)

    @property
    def label(self) -> str:
        """What the log, the summary and ``--only`` call the certificate."""
        return f"{self.common_name}@{self.device}"


@dataclass(frozen=True)
class Change:
    """One run that ended otherwise than the one before it; ``at`` is ISO 8601, UTC."""

    at: str
    result: str
    reason: str
    error: str | None = None
