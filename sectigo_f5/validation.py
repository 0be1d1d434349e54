"""How the CA is shown that the names are ours, and how Certbot is told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.errors import ConnectorError
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


def authenticator(validation: Validation) -> str:
    """Return the name of the Certbot plugin that answers challenges."""
    if isinstance(validation, Http01):
        return "bigip"
    # Only asked where a challenge is, and that is an error: see certbot_options.
    return validation.authenticator if isinstance(validation, Dns01) else "standalone"


def certbot_options(validation: Validation) -> dict[str, str]:
    """Return Certbot's options for the configuration file, the BIG-IP's password among them.

    Prevalidated contradicts itself on purpose: the standalone plugin knows http-01 only, so when the
    CA asks for a challenge all the same, Certbot stops with "None of the preferred challenges are
    supported" before it has answered anything. The usual recipe, ``manual`` with a hook that is
    ``false``, does not: Certbot 5.8 logs that the hook failed and has the CA validate (and count a
    failure) nevertheless. No plugin is run at all for names that the CA calls valid.
    """
    options = {"authenticator": authenticator(validation)}
    if isinstance(validation, Http01):
        return {**options, "preferred-challenges": "http", **_bigip_options(validation)}
    options["preferred-challenges"] = "dns"
    return {**options, **validation.options} if isinstance(validation, Dns01) else options


def _bigip_options(validation: Http01) -> dict[str, str]:
    """Return the options of certbot-bigip 1.2.1; what is left out has no effect on an authenticator."""
    numeric = [host for host in validation.hosts if ":" in host]
    if numeric:
        raise ConnectorError(
            f"validation http-01: certbot-bigip cannot reach the IPv6 address {numeric[0]}; write a host name "
            "that resolves to it, or use validation: prevalidated or dns-01"
        )
    options = {
        "bigip-list": ",".join(validation.hosts),
        "bigip-username": validation.username,
        "bigip-password": validation.password.reveal(),
        "bigip-vs-list": ",".join(validation.virtual_servers),
        "bigip-partition": validation.partition,
    }
    if validation.ca_file:  # takes a path alone: the word True would be one too
        options["bigip-verify-ssl"] = str(validation.ca_file)
    if validation.apm:  # any text at all is true, "false" too
        options["bigip-apm"] = "true"
    return options
