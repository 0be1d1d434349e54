"""A BIG-IP in a few lines, for property-based tests: profiles that inherit, operations, and the choice by SNI.

It is written from F5's documents (AskF5 K13452 for the choice), not from the connector's rules, which it judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL
from sectigo_f5.icontrol.transactions import Operation

DEFAULTS = {
    "peerCertMode": "ignore",
    "crlFile": "none",
    "caFile": "none",
    "allowNonSsl": "disabled",
    "renegotiation": "enabled",
    "ciphers": "DEFAULT",
    "tmOptions": "dont-insert-empty-fragments no-tlsv1.3",
}


@dataclass
class Model:
    """Profiles with what was set on each, the profiles of each virtual server, the names of each certificate."""

    profiles: dict[str, dict[str, Any]]
    servers: dict[str, list[str]]
    certificates: dict[str, frozenset[str]] = field(default_factory=dict)
    keeps_own: bool = True  # a profile that gets another parent keeps its own settings; not documented

    def setting(self, path: str, name: str) -> str:
        """Return a setting of a profile, inherited or its own."""
        while path in self.profiles:
            own = self.profiles[path]["own"]
            if name in own:
                return str(own[name])
            path = self.profiles[path]["defaultsFrom"]
        return DEFAULTS[name]

    def names(self, path: str) -> frozenset[str]:
        """Return the names in the certificates of a profile."""
        files = self.profiles[path]["files"]
        return frozenset(name for certificate, *_ in files for name in self.certificates.get(certificate, ()))

    def after(self, operations: Iterable[Operation]) -> Model:
        """Apply operations; each must be possible."""
        model = deepcopy(self)
        for operation in operations:
            model._apply(operation)
        return model

    def _apply(self, operation: Operation) -> None:
        path, body = unquote(operation.path.removeprefix("/mgmt/tm/ltm/")).replace("~", "/"), dict(operation.body or {})
        if "certKeyChain" in body:
            chain = body.pop("certKeyChain")
            body["files"] = [(entry["cert"], entry["key"], entry.get("chain")) for entry in chain]
        if operation.path == CLIENT_SSL_URL:
            name = f"/{body.pop('partition')}/{body.pop('name')}"
            assert name not in self.profiles
            parent = self.profiles[body["defaultsFrom"]]
            inherited = {setting: parent[setting] for setting in ("serverName", "sniDefault", "sniRequire")}
            self.profiles[name] = {**inherited, "own": {}, **body}
        elif path.startswith("profile/client-ssl/"):
            self._change_profile(operation.method, path.removeprefix("profile/client-ssl/"), body)
        else:
            server, _, attached = path.removeprefix("virtual/").partition("/profiles")
            if operation.method == "POST":
                self.servers[server].append(f"/{body['partition']}/{body['name']}")
            else:
                self.servers[server].remove(attached.removeprefix("/"))

    def _change_profile(self, method: str, path: str, body: dict[str, Any]) -> None:
        assert path in self.profiles
        if method == "DELETE":
            assert not any(path in attached for attached in self.servers.values())
            del self.profiles[path]
            return
        if "defaultsFrom" in body and not self.keeps_own:
            self.profiles[path]["own"] = {}
        self.profiles[path].update(body)

    # -- what clients meet -------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """True unless a virtual server has several profiles and not exactly one SNI default (01071809, 0107149c)."""
        flags = [
            [self.profiles[path]["sniDefault"] == "true" for path in attached] for attached in self.servers.values()
        ]
        return all(len(each) < 2 or sum(each) == 1 for each in flags)  # noqa: PLR2004

    def answering(self, server: str, host: str | None) -> set[str]:
        """Return the profiles that may answer a client; several if the choice is not documented."""
        attached = self.servers[server]
        if len(attached) == 1:
            return self._unless_refused(attached[0], known=self._matches(attached[0], host))
        matching = {path for path in attached if self._matches(path, host)}
        default = next((path for path in attached if self.profiles[path]["sniDefault"] == "true"), None)
        return matching or (self._unless_refused(default, known=False) if default else set())

    def _unless_refused(self, path: str, *, known: bool) -> set[str]:
        refuses = self.profiles[path]["sniRequire"] == "true" and not known
        return set() if refuses else {path}

    def _matches(self, path: str, host: str | None) -> bool:
        if host is None:
            return False
        server_name = self.profiles[path]["serverName"]
        return matches({server_name} if server_name != "none" else self.names(path), host)

    def serves(self, server: str, host: str, *, sni: bool = True) -> bool:
        """True if a client that wants ``host`` certainly gets a certificate with that name."""
        answering = self.answering(server, host if sni else None)
        return bool(answering) and all(matches(self.names(path), host) for path in answering)


def matches(names: Iterable[str], host: str) -> bool:
    """True if a certificate's names have a host, by a wildcard in its first label too (RFC 9525 section 6.3)."""
    return host in names or f"*.{host.partition('.')[2]}" in names
