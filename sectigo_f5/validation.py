"""How the CA is shown that the names are ours: http-01, dns-01, or beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.secret import Secret


@dataclass(frozen=True)
class Http01:
    """http-01 by certbot-bigip: an iRule on ``virtual_servers`` answers the CA."""

    hosts: tuple[str, ...]  # the units of one HA group
    username: str
    password: Secret
    virtual_servers: tuple[str, ...]  # full paths
    partition: str
    ca_file: Path | None  # what TLS to the device is verified with; None: it is not
    apm: bool
    doubts: tuple[str, ...] = ()  # what may keep the CA from seeing the answer
    faults: tuple[str, ...] = ()  # what the YAML names besides, and cannot be used

    def __str__(self) -> str:
        return f"http-01 by certbot-bigip on {', '.join(self.virtual_servers)}"


@dataclass(frozen=True)
class Dns01:
    """dns-01 by any authenticator plugin of Certbot's; the options are spelt with its name in front."""

    authenticator: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        return f"dns-01 by {self.authenticator}"


@dataclass(frozen=True)
class Prevalidated:
    """The domain is validated at the CA (in SCM): no challenge is expected, and none is answered."""

    def __str__(self) -> str:
        return "the names are validated beforehand"


Validation = Http01 | Dns01 | Prevalidated
