"""What the one change that traffic sees sends to the BIG-IP, and what takes it back; pure.

Only what differs is sent, so settings that somebody else changes meanwhile stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import (
    ClientSslProfile,
    Entry,
    KeyObject,
    Observation,
    entry_name,
    wanted_server_name,
    wanted_sni_require,
)
from sectigo_f5.model import Generation, Job
from sectigo_f5.secret import Secret

Json = dict[str, Any]
Files = set[tuple[str | None, ...]]  # certificate, key and chain of each entry, full paths


@dataclass(frozen=True)
class ProfileChange:
    """The one change that traffic sees: what the profile is to hold, and where it is attached."""

    job: Job
    seen: Observation
    entries: tuple[Json, ...]  # certKeyChain, passphrases included: never logged
    attachments: tuple[Attachment, ...]
    pair_only: bool = False  # the profile's parent and SNI settings stay as they are

    @property
    def plans(self) -> tuple[Attachment, ...]:
        """The virtual servers that change."""
        return tuple(plan for plan in self.attachments if plan.changes)

    @property
    def ours_is_default(self) -> bool:
        """True when our profile has to be the SNI default; where no virtual server is planned it stays what it is."""
        if self.attachments:
            return self.attachments[0].ours_is_default
        return bool(self.seen.profile and self.seen.profile.sni_default)

    @property
    def files(self) -> Files:
        """Certificate, key and chain of each entry that the profile is to hold."""
        return files(Entry(e["name"], e["cert"], e["key"], e.get("chain")) for e in self.entries)

    @property
    def reopens(self) -> bool:
        """True when a pair is to be opened by the device's own ciphertext."""
        return any(_is_ciphertext(entry.get("passphrase")) for entry in self.entries)


def new_entry(generation: Generation, has_chain: bool, passphrase: Secret) -> Json:
    """Return the profile entry of a pair just made; the passphrase is clear in it."""
    chain = {"chain": generation.chain} if has_chain else {}
    names = {"name": entry_name(generation), "cert": generation.certificate, "key": generation.key}
    return {**names, **chain, "passphrase": passphrase.reveal()}


def old_entry(entry: Entry) -> Json:
    """Return the profile entry of a pair that the device holds, opened by its own ``$M$`` ciphertext.

    Seen in F5's AS3: the device accepts the encrypted form that it showed before. A wrong one
    ends in 01070313 and changes nothing.
    """
    found = {"name": entry.name, "cert": entry.certificate, "key": entry.key}
    found |= {"chain": entry.chain} if entry.chain else {}
    return found | ({"passphrase": entry.ciphertext} if entry.ciphertext else {})


def new_profile(change: ProfileChange, ciphertext: bool) -> Json:
    """Return the body that creates our profile."""
    name = change.job.profile.rpartition("/")[2]
    body = {"name": name, "partition": change.job.partition, "defaultsFrom": change.job.parent_profile}
    return {**body, "certKeyChain": _chain(change.entries, ciphertext), **_sni(change)}


def default_flag(change: ProfileChange, path: str, default: bool) -> Json:
    """Return the PATCH that makes another profile the SNI default, or stops it from being that."""
    return {"sniDefault": _word(default), **_owner(change.seen.profiles[path])}


def profile_change(change: ProfileChange, ciphertext: bool = True) -> Json:
    """Return the PATCH: only what differs, but the certKeyChain always whole.

    It goes along with another parent too: whether the device then keeps the profile's own is not documented.
    """
    profile, body = change.seen.profile, Json()
    if profile is None:
        return body
    settings = {"defaultsFrom": change.job.parent_profile, **_sni(change)}
    there = _settings(profile)
    if not change.pair_only:
        body = {name: value for name, value in settings.items() if there[name] != value}
    if "defaultsFrom" in body or change.files != files(profile.entries):
        body["certKeyChain"] = _chain(change.entries, ciphertext)
    return {**_owner(profile), **body} if body else body


def former(change: ProfileChange, before: ClientSslProfile, keys: Mapping[str, KeyObject], ciphertext: bool) -> Json:
    """Return the PATCH that takes back :func:`profile_change`, and nothing else."""
    taken = profile_change(change)
    settings = {name: value for name, value in _settings(before).items() if name in taken}
    if "certKeyChain" not in taken:
        return {**_owner(before), **settings} if settings else {}
    entries = []
    for entry in before.entries:
        held = keys.get(entry.key or "")
        opened = replace(entry, ciphertext=entry.ciphertext or (held.ciphertext if held else None))
        entries.append(old_entry(opened))
    return {**_owner(before), **settings, "certKeyChain": _chain(entries, ciphertext)}


def _settings(profile: ClientSslProfile) -> Json:
    """Return what else of a profile we may change, as the device spells it."""
    return {
        "defaultsFrom": profile.parent or "none",
        "serverName": profile.server_name or "none",
        "sniDefault": _word(profile.sni_default),
        "sniRequire": _word(profile.sni_require),
    }


def _sni(change: ProfileChange) -> Json:
    """Return the SNI settings; ``sni: true`` manages them all, without it none but what would refuse clients."""
    require = {"sniRequire": _word(wanted_sni_require(change.job, change.seen.profiles))}
    if not change.job.sni:
        return require if change.seen.profile else {}
    return {
        "serverName": wanted_server_name(change.job) or "none",
        "sniDefault": _word(change.ours_is_default),
        **require,
    }


def _chain(entries: Iterable[Json], ciphertext: bool) -> list[Json]:
    """Return the certKeyChain, without the device's own ciphertexts where it does not take them back."""
    if ciphertext:
        return list(entries)
    return [{name: value for name, value in entry.items() if not _is_ciphertext(value)} for entry in entries]


def _is_ciphertext(value: object) -> bool:
    return str(value).startswith("$M$")


def _owner(profile: ClientSslProfile) -> Json:
    """Name the application service that owns a profile: since 12.1 a change must (scottdware/go-bigip #47)."""
    return {"appService": profile.app_service} if profile.app_service else {}


def files(entries: Iterable[Entry]) -> Files:
    """Return certificate, key and chain of each entry."""
    return {(entry.certificate, entry.key, entry.chain) for entry in entries}


def attached_profile(profile: str) -> Json:
    """Return the item of a virtual server's ``profiles`` that attaches a client SSL profile."""
    partition, *folders, name = profile.lstrip("/").split("/")
    place = {"partition": partition, "subPath": "/".join(folders)} if folders else {"partition": partition}
    return {"name": name, **place, "context": "clientside"}


def _word(flag: bool) -> str:
    return "true" if flag else "false"
