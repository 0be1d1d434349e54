"""The one change that traffic sees, as operations: forward, and back; pure.

Only what differs is sent, so settings that somebody else changes meanwhile stay. Virtual servers
are changed through their ``profiles`` sub-collection, so nothing else of them can be overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sectigo_f5.bigip.readers import CIPHERTEXT
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.decision.takeover import lineage
from sectigo_f5.device_objects import ClientSslProfile, Entry, KeyObject, Observation, VirtualServer
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.transactions import Operation
from sectigo_f5.model import Generation
from sectigo_f5.secret import Secret

Files = set[tuple[str | None, ...]]  # certificate, key and chain of each entry, full paths

CLIENT_SSL_URL = "/mgmt/tm/ltm/profile/client-ssl"
KEY_CHAIN = "certKeyChain"


@dataclass(frozen=True)
class ProfileChange:
    """What our profile is to hold, and where it is attached."""

    seen: Observation
    entries: tuple[Json, ...]  # certKeyChain, passphrases included: never logged
    attachments: tuple[Attachment, ...]
    pair_only: bool = False  # the profile's parent and SNI settings stay as they are

    @property
    def is_more_than_the_pair(self) -> bool:
        """True if anything else changes: a virtual server, or a setting of our profile."""
        return bool(self.plans) or bool(changed_properties(self).keys() - {KEY_CHAIN, "appService"})

    def pair_alone(self) -> ProfileChange:
        """Return the change of the pair, and of nothing else."""
        return replace(self, seen=replace(self.seen, touched=()), attachments=(), pair_only=True)

    def servers(self) -> tuple[VirtualServer, ...]:
        """Return the virtual servers on which clients may notice the change, listed or not."""
        attached = {attachment.virtual_server for attachment in self.attachments}
        touched = {each.path: each for each in self.seen.touched}
        every = touched | {each.path: each for each in self.seen.virtual_servers}
        concerned = attached | touched.keys()
        return tuple(each for path, each in every.items() if path in concerned or self.profile in each.client_ssl)

    @property
    def profile(self) -> str:
        """Full path of our client SSL profile."""
        return self.seen.job.profile

    @property
    def profile_url(self) -> str:
        """Where the profile is over REST."""
        return object_url("ltm/profile/client-ssl", self.profile)

    @property
    def plans(self) -> tuple[Attachment, ...]:
        """The virtual servers that change."""
        return tuple(plan for plan in self.attachments if plan.changes)

    @property
    def changed_servers(self) -> tuple[str, ...]:
        """The full paths of the virtual servers that are written to."""
        return tuple(plan.virtual_server for plan in self.plans)

    @property
    def ours_is_default(self) -> bool:
        """True if our profile has to be the SNI default; if no virtual server is planned it stays what it is."""
        if self.attachments:
            return self.attachments[0].ours_is_default
        return bool(self.seen.profile and self.seen.profile.sni_default)

    @property
    def files(self) -> Files:
        """Certificate, key and chain of each entry that the profile is to hold."""
        return files(Entry(e["name"], e["cert"], e["key"], e.get("chain")) for e in self.entries)


# -- entries -----------------------------------------------------------------------------------


def new_entry(generation: Generation, has_chain: bool, passphrase: Secret) -> Json:
    """Return the profile entry of a new pair; the passphrase is clear in it."""
    chain = {"chain": generation.chain} if has_chain else {}
    names = {"name": generation.entry_name, "cert": generation.certificate, "key": generation.key}
    return {**names, **chain, "passphrase": passphrase.reveal()}


def old_entry(entry: Entry) -> Json:
    """Return the profile entry of a pair that the device holds, opened by its own ``$M$`` ciphertext.

    Seen in F5's AS3: the device accepts the encrypted form that it showed before. A wrong one
    ends in 01070313 and changes nothing.
    """
    body = {"name": entry.name, "cert": entry.certificate, "key": entry.key}
    body |= {"chain": entry.chain} if entry.chain else {}
    return body | ({"passphrase": entry.ciphertext} if entry.ciphertext else {})


def files(entries: Iterable[Entry]) -> Files:
    """Return certificate, key and chain of each entry."""
    return {(entry.certificate, entry.key, entry.chain) for entry in entries}


# -- operations --------------------------------------------------------------------------------


def forward(change: ProfileChange) -> tuple[Operation, ...]:
    """Return what makes the change: the profile first, then each virtual server."""
    if change.seen.profile is None:
        profile = [Operation("POST", CLIENT_SSL_URL, _new_profile(change))]
    else:
        body = changed_properties(change)
        profile = [Operation("PATCH", change.profile_url, body)] if body else []
    attachments = (operation for plan in change.plans for operation in _attach(change, plan))
    return (*profile, *attachments)


def backward(change: ProfileChange, keys: Mapping[str, KeyObject]) -> tuple[Operation, ...]:
    """Return what takes :func:`forward` back, and nothing else: each virtual server first, then the profile.

    ``keys`` are the key objects of the device by path: the former pair is opened by their ciphertext.
    """
    before = change.seen.profile
    detachments = (operation for plan in change.plans for operation in _detach(change, plan))
    if before is None:
        return (*detachments, Operation("DELETE", change.profile_url))
    body = _former_properties(change, before, keys)
    return (*detachments, *([Operation("PATCH", change.profile_url, body)] if body else []))


def without_ciphertext(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Leave the device's own ciphertexts out, for a device that does not take them back: the key object has them."""
    return tuple(replace(operation, body=_without_ciphertext(operation.body)) for operation in operations)


def _attach(change: ProfileChange, plan: Attachment) -> Iterator[Operation]:
    url = _profiles_url(plan)
    yield from _flags(change, default=plan.make_default, no_default=plan.drop_default)
    for path in plan.remove:
        yield Operation("DELETE", _item_url(url, path))
    if plan.add:
        yield Operation("POST", url, attached_profile(change.profile))


def _detach(change: ProfileChange, plan: Attachment) -> Iterator[Operation]:
    url = _profiles_url(plan)
    if plan.add:
        yield Operation("DELETE", _item_url(url, change.profile))
    for path in plan.remove:
        yield Operation("POST", url, attached_profile(path))
    yield from _flags(change, default=plan.drop_default, no_default=plan.make_default)


def _flags(change: ProfileChange, default: tuple[str, ...], no_default: tuple[str, ...]) -> Iterator[Operation]:
    """Make other profiles the SNI default, or stop them from being it."""
    for path in (*default, *no_default):
        body = {"sniDefault": _word(path in default), **_owner(change.seen.profiles[path])}
        yield Operation("PATCH", object_url("ltm/profile/client-ssl", path), body)


def _profiles_url(plan: Attachment) -> str:
    return object_url("ltm/virtual", plan.virtual_server) + "/profiles"


def _item_url(collection: str, path: str) -> str:
    return f"{collection}/{object_url('', path).rpartition('/')[2]}"


# -- bodies ------------------------------------------------------------------------------------


def attached_profile(profile: str) -> Json:
    """Return the item of a virtual server's ``profiles`` that attaches a client SSL profile."""
    partition, *folders, name = profile.lstrip("/").split("/")
    place = {"partition": partition, "subPath": "/".join(folders)} if folders else {"partition": partition}
    return {"name": name, **place, "context": "clientside"}


def changed_properties(change: ProfileChange) -> Json:
    """Return the PATCH of our profile: only what differs, but the certKeyChain always whole; empty if nothing does.

    It goes along with another parent too, as the SNI settings do: whether the device then keeps the profile's own
    is not documented, and those that it inherits would be the parent's.
    """
    profile = change.seen.profile
    if profile is None:
        return {}
    present, wanted = settings_of(profile), wanted_settings(change)
    body: Json = {name: value for name, value in wanted.items() if present[name] != value}
    if "defaultsFrom" in body or (wanted and _inherits_a_flag_that_changes(change)):
        body |= {name: value for name, value in {**present, **wanted}.items() if name != "defaultsFrom"}
    if "defaultsFrom" in body or change.files != files(profile.entries):
        body[KEY_CHAIN] = list(change.entries)
    return {**_owner(profile), **body} if body else body


def _inherits_a_flag_that_changes(change: ProfileChange) -> bool:
    """Tell whether a profile above ours becomes the SNI default, or stops being it: ours would go along."""
    flags = {path for plan in change.plans for path in (*plan.make_default, *plan.drop_default)}
    return bool(flags & set(lineage(change.seen, change.seen.job.parent_profile)))


def _new_profile(change: ProfileChange) -> Json:
    name = change.profile.rpartition("/")[2]
    body = {"name": name, "partition": change.seen.job.partition, "defaultsFrom": change.seen.job.parent_profile}
    return {**body, KEY_CHAIN: list(change.entries), **_sni(change)}


def _former_properties(change: ProfileChange, before: ClientSslProfile, keys: Mapping[str, KeyObject]) -> Json:
    taken = changed_properties(change)
    settings: Json = {name: value for name, value in settings_of(before).items() if name in taken}
    if KEY_CHAIN in taken:
        settings[KEY_CHAIN] = [old_entry(_opened(entry, keys)) for entry in before.entries]
    return {**_owner(before), **settings} if settings else {}


def _opened(entry: Entry, keys: Mapping[str, KeyObject]) -> Entry:
    key = keys.get(entry.key or "")
    return replace(entry, ciphertext=entry.ciphertext or (key.ciphertext if key else None))


def settings_of(profile: ClientSslProfile) -> dict[str, str]:
    """Return what else of a profile we may change, as the device spells it."""
    return {
        "defaultsFrom": profile.parent or "none",
        "serverName": profile.server_name or "none",
        "sniDefault": _word(profile.sni_default),
        "sniRequire": _word(profile.sni_require),
    }


def wanted_settings(change: ProfileChange) -> dict[str, str]:
    """Return what else of our profile the change is to leave as the YAML asks for, as the device spells it."""
    return {} if change.pair_only else {"defaultsFrom": change.seen.job.parent_profile, **_sni(change)}


def _sni(change: ProfileChange) -> dict[str, str]:
    """Return the SNI settings; ``sni: true`` manages them all, without it none but what would refuse clients."""
    seen = change.seen
    require = {"sniRequire": _word(seen.wanted_sni_require)}
    if not seen.job.sni:
        return require if seen.profile else {}
    return {
        "serverName": seen.job.wanted_server_name or "none",
        "sniDefault": _word(change.ours_is_default),
        **require,
    }


def _without_ciphertext(body: Json | None) -> Json | None:
    if body is None or KEY_CHAIN not in body:
        return body
    entries = [{name: value for name, value in e.items() if not _is_ciphertext(value)} for e in body[KEY_CHAIN]]
    return {**body, KEY_CHAIN: entries}


def _is_ciphertext(value: object) -> bool:
    return str(value).startswith(CIPHERTEXT)


def _owner(profile: ClientSslProfile) -> Json:
    """Name the application service that owns a profile: since 12.1 a change must (scottdware/go-bigip #47)."""
    return {"appService": profile.app_service} if profile.app_service else {}


def _word(flag: bool) -> str:
    return "true" if flag else "false"
