"""One certificate or key in ``inventory``: plain values, to be shown, or kept in a file until they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SEVERITIES = ("critical", "warning", "note")  # of findings, the gravest first


@dataclass(frozen=True)
class Server:
    """A virtual server, and where it listens."""

    path: str
    addresses: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True)
class Use:
    """What refers to the certificate or key, and what it negotiates; None: the device does not say."""

    path: str
    kind: str  # client-ssl, server-ssl, management, other
    role: str  # pair, chain, trusted-ca, …
    virtual_servers: tuple[Server, ...] = ()
    protocols: tuple[str, ...] | None = None
    ciphers: str | None = None
    cipher_group: str | None = None
    allowed: tuple[str, ...] = ()  # the cipher strings of the group's rules
    options: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Found:
    """Something to look at."""

    word: str
    severity: str  # one of SEVERITIES
    text: str


@dataclass(frozen=True)
class LastChange:
    """The newest entry of the trail for the certificate."""

    at: str
    what: str
    result: str
    line: int  # of the trail: `audit` shows by whom
    ticket: str | None = None


@dataclass(frozen=True)
class Row:
    """One item; times are ISO 8601, UTC; None if the device does not say."""

    device: str
    unit: str
    holds: str  # pair, certificate, key, bundle, management
    certificate: str | None = None  # full path
    key: str | None = None  # full path
    common_name: str | None = None
    names: tuple[str, ...] = ()
    names_cut: bool = False
    issuer: str | None = None
    serial: str | None = None
    fingerprint: str | None = None  # SHA-256
    not_before: str | None = None
    not_after: str | None = None
    days_left: int | None = None
    chain_not_after: str | None = None  # the first end of the CA certificates that are sent with it
    self_signed: bool | None = None
    key_type: str | None = None
    key_size: int | None = None  # bits
    curve: str | None = None
    signature: str | None = None
    security_type: str | None = None  # of the key, in the device's word
    protected: bool | None = None
    exportable: bool | None = None
    built_in: bool = False  # it came with the BIG-IP, or the BIG-IP made it for itself
    ours: bool = False
    configured_as: str | None = None  # common_name@device
    owner: str | None = None
    purpose: str | None = None
    uses: tuple[Use, ...] = ()
    last_change: LastChange | None = None
    planned_renewal: str | None = None
    findings: tuple[Found, ...] = ()  # the gravest first

    @property
    def object_path(self) -> str:
        """What tells it apart on its device."""
        return self.certificate or self.key or self.unit

    @property
    def name(self) -> str:
        """What people call it."""
        return self.common_name or (self.names[0] if self.names else "") or self.object_path

    @property
    def virtual_servers(self) -> tuple[Server, ...]:
        """The virtual servers that refer to it, each once."""
        return tuple({server.path: server for use in self.uses for server in use.virtual_servers}.values())


def as_json(row: Row) -> dict[str, Any]:
    """Return an entry of ``items``."""
    return asdict(row)


def from_json(entry: Mapping[str, Any]) -> Row:
    """Return the row of an entry that :func:`as_json` made and JSON has carried."""
    uses = tuple(Use(**{**_tuples(use), "virtual_servers": _servers(use)}) for use in entry["uses"])
    change = entry["last_change"]
    return Row(
        **{
            **_tuples(entry),
            "uses": uses,
            "findings": tuple(Found(**each) for each in entry["findings"]),
            "last_change": LastChange(**change) if change else None,
        }
    )


def _servers(use: Mapping[str, Any]) -> tuple[Server, ...]:
    return tuple(Server(**_tuples(server)) for server in use["virtual_servers"])


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
