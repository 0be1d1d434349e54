"""What refers to each certificate and key; held are the references, not the objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sectigo_f5.bigip.readers import full_path, text
from sectigo_f5.bigip.surroundings.references import TITLES, named
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory import negotiation
from sectigo_f5.inventory.listeners import Attached
from sectigo_f5.inventory.nouns import Role, Tls, Use, UseKind
from sectigo_f5.inventory.profiles import Profile, pairs

_OF_FILES = re.compile("cert|key", re.IGNORECASE)  # the names of the properties that may name a file
SLASHES = 2  # at least, in the full path of an object


@dataclass
class Uses:
    """The references of one BIG-IP, by the full path of what they refer to."""

    of: dict[str, list[Use]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # by their certificates, as profiles have them together
    chains: dict[str, list[str]] = field(default_factory=dict)  # by the certificates that they are sent with
    ends: dict[str, datetime | None] = field(default_factory=dict)  # of the chains

    def add_profile(self, profile: Profile, attached: Attached) -> None:
        """Note what a profile refers to."""
        servers = tuple(attached.get((profile.kind, profile.path), ()))
        uses = {role: Use(profile.path, profile.kind, role, servers, self._tls(role, profile)) for role in Role}
        for path, role in dict.fromkeys(profile.references()):
            self.of.setdefault(path, []).append(uses[role])
        for certificate, key in pairs([profile]):
            self.keys.setdefault(certificate, key)
        for entry in profile.entries:
            if entry.certificate and entry.chain:
                self.chains.setdefault(entry.certificate, []).append(entry.chain)
                self.ends[entry.chain] = None

    def _tls(self, role: Role, profile: Profile) -> Tls | None:
        """Say what is negotiated with what is shown; a CA that is trusted has no part in it."""
        return profile.tls if role is Role.PAIR else None

    def add_others(self, collection: str, items: Iterable[Json]) -> None:
        """Note what other objects refer to: whatever else they name may be called as a certificate is."""
        for item in items:
            title = f"{TITLES[collection]} {full_path(item) if 'name' in item else ''}".rstrip()
            files = {name: value for name, value in item.items() if _OF_FILES.search(name)}
            for path in dict.fromkeys(named(_if_full, files)):
                self.of.setdefault(path, []).append(Use(title, UseKind.OTHER, Role.PAIR))

    def add_certificate(self, item: Json, ends: datetime | None) -> None:
        """Note when a chain ends, and which certificate another one has for its issuer."""
        path, issuer = full_path(item), text(item, "issuerCert")
        if path in self.ends:
            self.ends[path] = ends
        if issuer:
            self.of.setdefault(issuer, []).append(Use(path, UseKind.OTHER, Role.ISSUER))

    def of_item(self, *paths: str | None) -> tuple[Use, ...]:
        """Return the uses of a certificate and its key, each once."""
        found = (use for path in paths if path for use in self.of.get(path, ()))
        return tuple({(use.kind, use.path, use.role): use for use in found}.values())

    def chain_ends(self, certificate: str) -> datetime | None:
        """Return the first end that is known of the chains that a certificate is sent with.

        Of a chain of several certificates the device describes one: its first end is no later.
        """
        ends = (self.ends.get(chain) for chain in self.chains.get(certificate, ()))
        return min(filter(None, ends), default=None)


def of_management(unit: str, httpd: Json) -> Use:
    """Return the use of a unit's management certificate; ``httpd`` is its ``sys httpd``."""
    tls = Tls(negotiation.of_management(text(httpd, "sslProtocol")), text(httpd, "sslCiphersuite")) if httpd else None
    return Use(unit, UseKind.MANAGEMENT, Role.PAIR, (), tls)


def names_of_key(certificate: str) -> Iterator[str]:
    """Yield the names that the key of a certificate has by the BIG-IP's custom, full paths."""
    stem = certificate.removesuffix(".crt")
    yield from dict.fromkeys((f"{stem}.key", stem))


def _if_full(path: str) -> str | None:
    return path if path.startswith("/") and path.count("/") >= SLASHES else None
