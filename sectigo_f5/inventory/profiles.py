"""The SSL profiles of a BIG-IP: which certificates and keys each refers to, and what it negotiates; pure.

REST shows what is in effect, inherited values included, on the releases that were seen (14.1.2.1); a property that a
release does not show is looked for in the parents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sectigo_f5.bigip.readers import flag, full_path, text
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory import negotiation
from sectigo_f5.inventory.nouns import Role, Tls, UseKind

COLLECTIONS = {UseKind.CLIENT_SSL: "ltm/profile/client-ssl", UseKind.SERVER_SSL: "ltm/profile/server-ssl"}
CIPHERS, GROUP, OPTIONS = "ciphers", "cipherGroup", "tmOptions"
FILES = {  # properties that name a certificate or a key, and as what
    "caFile": Role.TRUSTED,
    "clientCertCa": Role.ADVERTISED,
    "proxyCaCert": Role.SIGNER,
    "proxyCaKey": Role.SIGNER,
    "c3dCaCert": Role.SIGNER,
    "c3dCaKey": Role.SIGNER,
}
SETTINGS = (CIPHERS, GROUP, OPTIONS, *FILES)
PAIR = ("cert", "key", "chain")
_OF_BOTH = ("defaultsFrom", *PAIR, CIPHERS, GROUP, OPTIONS, "caFile")
SELECT = {
    UseKind.CLIENT_SSL: (*_OF_BOTH, "certKeyChain", "inheritCertkeychain", "clientCertCa", "proxyCaCert", "proxyCaKey"),
    UseKind.SERVER_SSL: (*_OF_BOTH, "c3dCaCert", "c3dCaKey"),
}
FOR_SIGNING = "CA"  # the ``usage`` of an entry of ``certKeyChain``, from TMOS 14

Strings = Callable[[str], tuple[str, ...]]  # the cipher strings behind a cipher group


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate with its key and chain in a profile; full paths."""

    certificate: str | None
    key: str | None
    chain: str | None
    role: Role = Role.PAIR


@dataclass(frozen=True, slots=True)
class Shown:
    """A profile as the BIG-IP shows it; None for what it does not show."""

    parent: str | None
    entries: tuple[Entry, ...] | None  # None: it has none of its own
    settings: tuple[str | None, ...]  # in the order of SETTINGS


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as it is in effect."""

    path: str
    kind: UseKind
    entries: tuple[Entry, ...]
    files: tuple[tuple[str, Role], ...]
    tls: Tls

    def references(self) -> Iterator[tuple[str, Role]]:
        """Yield the full paths of the certificates and keys that it refers to, and as what."""
        for entry in self.entries:
            yield from ((path, entry.role) for path in (entry.certificate, entry.key) if path)
            if entry.chain:
                yield entry.chain, Role.CHAIN
        yield from self.files


@dataclass
class Profiles:
    """The profiles of one kind; what many of them have in common is held once."""

    kind: UseKind
    major: int | None  # the release
    shown: dict[str, Shown] = field(default_factory=dict)  # by full path
    _same: dict[Any, Any] = field(default_factory=dict)

    def add(self, item: Json) -> None:
        """Take a profile as REST shows it."""
        settings = tuple(_word(item[name]) if name in item else None for name in SETTINGS)
        entries = self._one(_entries(item))
        self.shown[full_path(item)] = Shown(self._one(text(item, "defaultsFrom")), entries, self._one(settings))

    def in_effect(self, strings: Strings) -> Iterator[Profile]:
        """Yield every profile as it is in effect; ``strings`` are those behind a cipher group."""
        for path, shown in self.shown.items():
            lineage = list(self._lineage(shown))
            entries = next((each.entries for each in lineage if each.entries is not None), ())
            found = dict(
                zip(SETTINGS, map(_first, zip(*(each.settings for each in lineage), strict=True)), strict=True)
            )
            files = tuple((named, role) for name, role in FILES.items() if (named := _set(found[name])))
            yield Profile(path, self.kind, entries, self._one(files), self._one(self._tls(found, strings)))

    def groups(self) -> set[str]:
        """Return the cipher groups that profiles name."""
        place = SETTINGS.index(GROUP)
        return {group for shown in self.shown.values() if (group := _set(shown.settings[place]))}

    def _lineage(self, shown: Shown) -> Iterator[Shown]:
        """Yield a profile and its parents, nearest first; a circle ends it."""
        seen = set[str]()
        yield shown
        while shown.parent and shown.parent not in seen and shown.parent in self.shown:
            seen.add(shown.parent)
            shown = self.shown[shown.parent]
            yield shown

    def _tls(self, found: Mapping[str, str | None], strings: Strings) -> Tls:
        group, own, options = _set(found[GROUP]), _set(found[CIPHERS]), found[OPTIONS]
        allowed = strings(group) if group else (own,) if own else ()
        return Tls(
            protocols=negotiation.enabled(None if options is None else _set(options) or "", allowed, self.major),
            ciphers=None if group else own,
            cipher_group=group,
            allowed=allowed if group else (),
            options=None if options is None else tuple((_set(options) or "").split()),
        )

    def _one(self, value: Any) -> Any:
        """Return the one of equal values that was seen first."""
        return self._same.setdefault(value, value)


def pairs(profiles: Iterable[Profile]) -> Iterator[tuple[str, str]]:
    """Yield certificate and key of each entry: the BIG-IP has checked that they belong together (01070317)."""
    for profile in profiles:
        yield from ((each.certificate, each.key) for each in profile.entries if each.certificate and each.key)


def _entries(item: Json) -> tuple[Entry, ...] | None:
    """Return the entries of a client SSL profile, or the one of a server SSL profile; None: those of its parent."""
    listed = item.get("certKeyChain")
    if listed is None:
        if not any(name in item for name in PAIR) or flag(item, "inheritCertkeychain"):
            return None
        listed = [item]
    elif isinstance(listed, dict):  # the form in which certbot-bigip writes it
        listed = list(listed.values())
    read = (_entry(each) for each in listed if isinstance(each, dict))
    return tuple(entry for entry in read if entry.certificate or entry.key or entry.chain)


def _entry(item: Json) -> Entry:
    role = Role.SIGNER if item.get("usage") == FOR_SIGNING else Role.PAIR
    return Entry(text(item, "cert"), text(item, "key"), text(item, "chain"), role)


def _word(value: object) -> str:
    """Return a setting as one text: a list on one release is ``{ a b }`` on another."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value).strip("{} ")


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


def _set(value: str | None) -> str | None:
    return None if value in (None, "", "none") else value
