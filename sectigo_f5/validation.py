"""How the CA is shown that the names are ours: http-01, dns-01, or beforehand; and how long that takes."""

from __future__ import annotations

import os
import shutil
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

# -- programs of the operator's ---------------------------------------------------------------------

HOOKS = ("manual-auth-hook", "manual-cleanup-hook")
MORE_PATHS = ("/usr/sbin", "/usr/local/bin", "/usr/local/sbin")  # where Certbot looks besides PATH


def hook_programs(options: Mapping[str, str]) -> dict[str, str | None]:
    """Return for each hook of the plugin ``manual`` the program that it begins with; None if that cannot be run."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *MORE_PATHS))
    words = {name: options[name].split(None, 1)[:1] for name in HOOKS if name in options}
    return {name: shutil.which(first[0], path=path) if first else None for name, first in words.items()}


# -- how long it takes -----------------------------------------------------------------------------

PLUGIN_PAUSE = 10  # seconds that certbot-bigip 1.2.1 sleeps for each name on each virtual server
USUAL_PAUSES = 900  # seconds for which the usual time limit of an order has room, with all that is not sleep
LONGEST_PAUSES = 7200  # seconds; while an order waits, the others on its virtual servers wait too


def pauses(validation: Validation, names: int) -> int:
    """Return the seconds that the plugin is known to sleep for an order of so many names."""
    if isinstance(validation, Http01):
        return names * len(validation.virtual_servers) * PLUGIN_PAUSE
    if isinstance(validation, Dns01):  # the plugins of Certbot wait once, when all records are written
        text = validation.options.get(f"{validation.authenticator}-propagation-seconds", "")
        return int(text) if text.isascii() and text.isdecimal() else 0
    return 0


def time_limit(usual: float, seconds: int) -> float:
    """Return the seconds for an order whose plugin sleeps for ``seconds``: its calls may take as long again."""
    return usual + 2 * max(0, seconds - USUAL_PAUSES)


def arithmetic(validation: Validation, names: int) -> str | None:
    """Return in words why an order takes long; None if it does not."""
    seconds = pauses(validation, names)
    if seconds <= USUAL_PAUSES:
        return None
    if isinstance(validation, Dns01):
        return f"{validation.authenticator} waits {seconds} s for DNS (propagation-seconds)"
    return (
        f"certbot-bigip waits {PLUGIN_PAUSE} s for each name on each virtual server: {names} names × "
        f"{seconds // (PLUGIN_PAUSE * names)} virtual servers × {PLUGIN_PAUSE} s = {seconds} s"
    )


def too_long(validation: Validation, names: int) -> str | None:
    """Return why an order of so many names cannot be made, with the remedy; None if it can."""
    if pauses(validation, names) <= LONGEST_PAUSES:
        return None
    remedy = (
        "write fewer propagation-seconds under dns_options"
        if isinstance(validation, Dns01)
        else "name under challenge_virtual_servers only those to which the addresses of the names lead, divide the "
        "names among several certificates, or use validation: prevalidated or dns-01"
    )
    return f"{arithmetic(validation, names)}, and an order may wait for {LONGEST_PAUSES} s; {remedy}"
