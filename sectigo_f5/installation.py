"""Steps 10 to 12: certificate objects first, then the one change that traffic sees.

Every write here can lose its answer. So each object has a name of its own, each change is read
back, and a lost answer is resolved by looking, never by sending again blindly.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sectigo_f5 import readers
from sectigo_f5.attachment import Attachment
from sectigo_f5.bigip import BigIP
from sectigo_f5.device_shell import quietly, remove_file
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol import Json, object_url
from sectigo_f5.model import Generation, Issued, Job
from sectigo_f5.neighbours import losses
from sectigo_f5.observed import ClientSslProfile, Entry, Observation, entry_name, wanted_server_name, wanted_sni_require
from sectigo_f5.read_back import ensured, made
from sectigo_f5.refusals import DeviceError, UnreachableError
from sectigo_f5.secret import Secret
from sectigo_f5.transactions import Transaction, all_or_nothing
from sectigo_f5.transfer import DOWNLOADS, upload

logger = logging.getLogger(__name__)

CLIENT_SSL_URL = "/mgmt/tm/ltm/profile/client-ssl"
BAD_PASSPHRASE = "01070313"  # noqa: S105  # the number of a refusal
SSL_CERT_URL = "/mgmt/tm/sys/file/ssl-cert"


@dataclass(frozen=True)
class ServiceChange:
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


def upload_certificate(
    f5: BigIP, issued: Issued, generation: Generation, undo: contextlib.ExitStack, leftovers: contextlib.ExitStack
) -> None:
    """Step 10: store chain and server certificate as objects that nothing refers to yet.

    Raises :class:`ConnectorError` when the device then holds other bytes than were sent.
    """
    if issued.chain:
        upload_chain(f5, issued, generation, undo, leftovers)
    _store(f5, generation.certificate, issued.certificate.encode(), undo, leftovers)


def upload_chain(
    f5: BigIP, issued: Issued, generation: Generation, undo: contextlib.ExitStack, leftovers: contextlib.ExitStack
) -> None:
    """Store the chain alone."""
    _store(f5, generation.chain, issued.chain.encode(), undo, leftovers)


def _store(f5: BigIP, path: str, content: bytes, undo: contextlib.ExitStack, leftovers: contextlib.ExitStack) -> None:
    _, partition, name = path.split("/")
    leftovers.callback(remove_file, f5, f"{DOWNLOADS}/{name}")
    file = upload(f5.client, name, content)
    url = object_url("sys/file/ssl-cert", path)
    undo.callback(quietly, f"the certificate {path}", f5.client.delete, url)
    body = {"name": name, "partition": partition, "sourcePath": f"file:{file}"}
    checksum = ensured(f5, lambda: f5.client.post(SSL_CERT_URL, body), lambda: _stored(f5, path))
    if checksum and checksum != checksum_of(content):
        raise ConnectorError(f"the BIG-IP stored other bytes than were sent as {path} ({checksum}); run again")


def _stored(f5: BigIP, path: str) -> str | None:
    found = made(f5, object_url("sys/file/ssl-cert", path))
    if found is None:
        raise ConnectorError(f"the BIG-IP does not show the certificate {path} that it was asked to store; run again")
    return readers.text(found, "checksum")


def checksum_of(content: bytes) -> str:
    """Return the device's own checksum of a file: ``SHA1:<length>:<hex>`` (not a security measure)."""
    return f"SHA1:{len(content)}:{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"


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


def put_in_service(f5: BigIP, change: ServiceChange) -> None:
    """Steps 11 and 12: one atomic change of profile and virtual servers, then read it back.

    A renewal is one PATCH of the profile; where a virtual server changes too, or the profile is
    new, it is one transaction. Virtual servers are changed through their ``profiles``
    sub-collection, so nothing else of them can be overwritten.
    A change whose answer was lost is looked for, and sent once more if it is not there.
    Raises :class:`DeviceError` when the device refuses, :class:`ConnectorError` when the change
    is not there afterwards; in both cases what served before still serves.
    """

    def look() -> None:
        f5.changed = True  # what is looked for was not refused
        try:
            _must_be_in_service(f5, change)
        except (DeviceError, UnreachableError) as error:
            told = f"the change of {change.job.profile} was sent, and whether it was made cannot be read"
            raise UnreachableError(
                f"{told}; either way something whole serves, and the next run goes on: {error}"
            ) from error

    f5.forget()
    reopens = any(_is_ciphertext(entry.get("passphrase")) for entry in change.entries)
    ensured(f5, lambda: _send(f5, change, _apply, reopens), look)
    for lost in () if change.pair_only else losses(change.job, change.seen):
        logger.warning("%s", lost)


def _send(f5: BigIP, change: ServiceChange, call: Callable[[BigIP, ServiceChange, bool], None], reopens: bool) -> None:
    """Send a change, or what takes it back; where the device refuses its own ciphertext, once more without.

    ``reopens`` tells whether there is any in it. The key object holds the passphrase as well, and a
    refused change has changed nothing.
    """
    try:
        call(f5, change, True)
    except DeviceError as error:
        if error.code != BAD_PASSPHRASE or not reopens:
            raise
        logger.info("%s; leaving the passphrase to the key object", error)
        call(f5, change, False)


def _apply(f5: BigIP, change: ServiceChange, ciphertext: bool) -> None:
    def queue(transaction: Transaction) -> None:
        _queue_profile(transaction, change, ciphertext)
        for plan in change.plans:
            _queue_attachment(transaction, change, plan)

    if change.seen.profile is not None and not change.plans:
        f5.client.patch(_profile_url(change), _profile_change(change, ciphertext))
    else:
        all_or_nothing(f5.client, queue)


def _profile_url(change: ServiceChange) -> str:
    return object_url("ltm/profile/client-ssl", change.job.profile)


def _queue_profile(transaction: Transaction, change: ServiceChange, ciphertext: bool) -> None:
    if change.seen.profile is not None:
        body = _profile_change(change, ciphertext)
        if body:
            transaction.patch(_profile_url(change), body)
        return
    name = change.job.profile.rpartition("/")[2]
    body = {"name": name, "partition": change.job.partition, "defaultsFrom": change.job.parent_profile}
    transaction.post(CLIENT_SSL_URL, {**body, "certKeyChain": _chain(change.entries, ciphertext), **_sni(change)})


def _profile_change(change: ServiceChange, ciphertext: bool = True) -> Json:
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
    if "defaultsFrom" in body or _files(map(_entry, change.entries)) != _files(profile.entries):
        body["certKeyChain"] = _chain(change.entries, ciphertext)
    return {**_owner(profile), **body} if body else body


def _chain(entries: Iterable[Json], ciphertext: bool) -> list[Json]:
    """Return the certKeyChain, without the device's own ciphertexts where it does not take them back."""
    if ciphertext:
        return list(entries)
    return [{name: value for name, value in entry.items() if not _is_ciphertext(value)} for entry in entries]


def _is_ciphertext(value: object) -> bool:
    return str(value).startswith("$M$")


def _settings(profile: ClientSslProfile) -> Json:
    """Return what else of a profile we may change, as the device spells it."""
    return {
        "defaultsFrom": profile.parent or "none",
        "serverName": profile.server_name or "none",
        "sniDefault": _word(profile.sni_default),
        "sniRequire": _word(profile.sni_require),
    }


def _entry(sent: Json) -> Entry:
    return Entry(sent["name"], sent["cert"], sent["key"], sent.get("chain"))


def _files(entries: Iterable[Entry]) -> set[tuple[str | None, ...]]:
    return {(entry.certificate, entry.key, entry.chain) for entry in entries}


def _sni(change: ServiceChange) -> Json:
    """Return the SNI settings; ``sni: true`` manages them all, without it none but what would refuse clients."""
    require = {"sniRequire": _word(wanted_sni_require(change.job, change.seen.profiles))}
    if not change.job.sni:
        return require if change.seen.profile else {}
    return {
        "serverName": wanted_server_name(change.job) or "none",
        "sniDefault": _word(change.ours_is_default),
        **require,
    }


def _owner(profile: ClientSslProfile) -> Json:
    """Name the application service that owns a profile: since 12.1 a change must (scottdware/go-bigip #47)."""
    return {"appService": profile.app_service} if profile.app_service else {}


def _queue_attachment(transaction: Transaction, change: ServiceChange, plan: Attachment) -> None:
    profiles = object_url("ltm/virtual", plan.virtual_server) + "/profiles"
    _queue_flags(transaction, change, plan.make_default, plan.drop_default)
    for path in plan.remove:
        transaction.delete(f"{profiles}/{object_url('', path).rpartition('/')[2]}")
    if plan.add:
        transaction.post(profiles, _attached(change.job.profile))


def _queue_flags(
    transaction: Transaction, change: ServiceChange, default: tuple[str, ...], no_default: tuple[str, ...]
) -> None:
    for path in (*default, *no_default):
        body = {"sniDefault": _word(path in default), **_owner(change.seen.profiles[path])}
        transaction.patch(object_url("ltm/profile/client-ssl", path), body)


def _attached(profile: str) -> Json:
    partition, *folders, name = profile.lstrip("/").split("/")
    place = {"partition": partition, "subPath": "/".join(folders)} if folders else {"partition": partition}
    return {"name": name, **place, "context": "clientside"}


def _must_be_in_service(f5: BigIP, change: ServiceChange) -> None:
    if _held(f5, change) != _files(map(_entry, change.entries)):
        raise ConnectorError(
            f"the BIG-IP did not put the new pair into {change.job.profile}; what served before serves on"
        )
    for plan in change.attachments:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if change.job.profile not in attached or set(plan.remove) & set(attached):
            raise ConnectorError(
                f"{plan.virtual_server} does not have {change.job.profile} after the change; run again"
            )


def _held(f5: BigIP, change: ServiceChange) -> set[tuple[str | None, ...]] | None:
    """Return the files that our profile names now; None where there is no such profile."""
    found = f5.client.find(_profile_url(change))
    return _files(readers.client_ssl_profile(found).entries) if found else None


def restore(f5: BigIP, change: ServiceChange) -> None:
    """Put back what served before ``put_in_service``, in one change; the old pair is opened by its ciphertext.

    Raises :class:`ConnectorError` when the device refuses, or shows something else afterwards.
    """
    f5.forget()
    ensured(f5, lambda: _send(f5, change, _undo, reopens=True), lambda: _must_be_as_before(f5, change))


def _undo(f5: BigIP, change: ServiceChange, ciphertext: bool) -> None:
    before, url = change.seen.profile, _profile_url(change)
    former = _former(f5, change, before, ciphertext) if before else None

    def queue(transaction: Transaction) -> None:
        for plan in change.plans:
            _queue_detachment(transaction, change, plan)
        if former is None:
            transaction.delete(url)
        elif former:
            transaction.patch(url, former)

    if former is not None and not change.plans:
        f5.client.patch(url, former)
    else:
        all_or_nothing(f5.client, queue)


def _must_be_as_before(f5: BigIP, change: ServiceChange) -> None:
    before = change.seen.profile
    if _held(f5, change) != (_files(before.entries) if before else None):
        raise ConnectorError(f"the BIG-IP did not give {change.job.profile} back what it had")
    for plan in change.plans:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if (plan.add and change.job.profile in attached) or not set(plan.remove) <= set(attached):
            raise ConnectorError(f"the BIG-IP did not give {plan.virtual_server} back the profiles that it had")


def way_back(f5: BigIP, change: ServiceChange) -> str:
    """Say what is in service, and how to go back by hand: for when ``restore`` has failed."""
    job, before = change.job, change.seen.profile
    try:
        held = _held(f5, change)
        now = _told(held) if held else "nothing: it does not exist"
    except ConnectorError:
        now = "what cannot be read now"
    steps = [f"take {job.profile} off {plan.virtual_server}" for plan in change.plans if plan.add]
    steps += [f"put {' and '.join(plan.remove)} on {plan.virtual_server}" for plan in change.plans if plan.remove]
    steps += [f"give {job.profile} back {_told(_files(before.entries))}"] if before else []
    return f"{job.profile} holds {now}; to go back by hand, {', '.join(steps)}"


def _told(files: Iterable[tuple[str | None, ...]]) -> str:
    return " and ".join(", ".join(path for path in entry if path) for entry in sorted(files, key=str))


def _queue_detachment(transaction: Transaction, change: ServiceChange, plan: Attachment) -> None:
    profiles = object_url("ltm/virtual", plan.virtual_server) + "/profiles"
    if plan.add:
        transaction.delete(f"{profiles}/{object_url('', change.job.profile).rpartition('/')[2]}")
    for path in plan.remove:
        transaction.post(profiles, _attached(path))
    _queue_flags(transaction, change, plan.drop_default, plan.make_default)


def _former(f5: BigIP, change: ServiceChange, before: ClientSslProfile, ciphertext: bool) -> Json:
    """Return the PATCH that takes back :func:`_profile_change`, and nothing else."""
    taken, keys = _profile_change(change), f5.inventory.keys
    former = {name: value for name, value in _settings(before).items() if name in taken}
    if "certKeyChain" not in taken:
        return {**_owner(before), **former} if former else {}
    entries = []
    for entry in before.entries:
        held = keys.get(entry.key or "")
        opened = replace(entry, ciphertext=entry.ciphertext or (held.ciphertext if held else None))
        entries.append(old_entry(opened))
    return {**_owner(before), **former, "certKeyChain": _chain(entries, ciphertext)}


def delete_older(f5: BigIP, job: Job, keep: Iterable[str]) -> None:
    """Delete the generations of a certificate that are older than those in ``keep`` (stamps) and unused.

    Only names of our own pattern for this certificate; whatever a profile still names stays.
    """
    kept = set(keep)
    have = f5.inventory
    used = {
        path for profile in have.profiles.values() for e in profile.entries for path in (e.certificate, e.key, e.chain)
    }
    for collection, paths in (("sys/file/ssl-cert", have.certificates), ("sys/file/ssl-key", have.keys)):
        for path in _older(paths, job, kept):
            if path not in used and _delete_unused(f5, collection, path):
                del paths[path]  # the next certificate need not read everything again
    _delete_requests(f5, job, max(kept))


def _delete_requests(f5: BigIP, job: Job, newest: str) -> None:
    """Delete the CSRs of runs that were killed, and the files that those may have uploaded later on."""
    for found in f5.client.items("/mgmt/tm/sys/crypto/csr"):
        path = readers.full_path(found)
        key = re.sub(r"\.csr$", ".key", path)
        of = Generation.parse(key, job.base)
        if of is None or key != of.key or of.partition != job.partition or of.stamp > newest:
            continue
        for file in (of.certificate, of.chain):
            remove_file(f5, f"{DOWNLOADS}/{file.rpartition('/')[2]}")
        _delete_unused(f5, "sys/crypto/csr", path)


def _older(paths: Iterable[str], job: Job, kept: set[str]) -> list[str]:
    found = [(Generation.parse(path, job.base), path) for path in paths]
    ours = [(generation, path) for generation, path in found if generation and generation.partition == job.partition]
    return [path for generation, path in ours if generation.stamp not in kept and generation.stamp < max(kept)]


def _delete_unused(f5: BigIP, collection: str, path: str) -> bool:
    try:
        f5.client.delete(object_url(collection, path))
    except DeviceError as error:
        if not error.in_use:
            logger.warning("%s of an older generation could not be deleted: %s", path, error)
        return False
    logger.info("deleted %s of an older generation", path)
    return True


def _word(flag: bool) -> str:
    return "true" if flag else "false"
