"""Steps 10 to 12: certificate objects first, then the one change that traffic sees.

Every write here can lose its answer. So each object has a name of its own, each change is read
back, and a lost answer is resolved by looking, never by sending again blindly.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sectigo_f5 import readers
from sectigo_f5.attachment import Attachment
from sectigo_f5.bigip import BigIP
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol import Json, Transaction, object_url
from sectigo_f5.keys import quietly, remove_file
from sectigo_f5.model import Generation, Issued, Job
from sectigo_f5.neighbours import losses
from sectigo_f5.observed import ClientSslProfile, Entry, Observation, entry_name, wanted_server_name, wanted_sni_require
from sectigo_f5.refusals import DeviceError, OutcomeUnknownError
from sectigo_f5.secret import Secret

logger = logging.getLogger(__name__)

CLIENT_SSL_URL = "/mgmt/tm/ltm/profile/client-ssl"
SSL_CERT_URL = "/mgmt/tm/sys/file/ssl-cert"


@dataclass(frozen=True)
class ServiceChange:
    """The one change that traffic sees: what the profile is to hold, and where it is attached."""

    job: Job
    seen: Observation
    entries: tuple[Json, ...]  # certKeyChain, passphrases included: never logged
    attachments: tuple[Attachment, ...]
    pair_only: bool = False  # leave the profile's settings as they are

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
    for path, pem in ((generation.chain, issued.chain), (generation.certificate, issued.certificate)):
        if pem:
            _store(f5, path, pem.encode(), undo, leftovers)


def _store(f5: BigIP, path: str, content: bytes, undo: contextlib.ExitStack, leftovers: contextlib.ExitStack) -> None:
    _, partition, name = path.split("/")
    leftovers.callback(remove_file, f5, f"/var/config/rest/downloads/{name}")
    file = f5.client.upload(name, content)
    url = object_url("sys/file/ssl-cert", path)
    undo.callback(quietly, f"the certificate {path}", f5.client.delete, url)
    try:
        f5.client.post(SSL_CERT_URL, {"name": name, "partition": partition, "sourcePath": f"file:{file}"})
    except OutcomeUnknownError:
        logger.warning("the answer to the creation of %s was lost; looking whether it is there", path)
    found = f5.client.find(url)
    if found is None:
        raise ConnectorError(f"the BIG-IP does not show the certificate {path} that it was asked to store; run again")
    checksum = readers.text(found, "checksum")
    if checksum and checksum != checksum_of(content):
        raise ConnectorError(f"the BIG-IP stored other bytes than were sent as {path} ({checksum}); run again")


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
    Raises :class:`DeviceError` when the device refuses, :class:`ConnectorError` when the change
    cannot be seen afterwards; in both cases what served before still serves.
    """
    plans = [plan for plan in change.attachments if plan.changes]
    try:
        if change.seen.profile is not None and not plans:
            f5.client.patch(object_url("ltm/profile/client-ssl", change.job.profile), _profile_change(change))
        else:
            with f5.client.transaction() as transaction:
                _queue_profile(transaction, change)
                for plan in plans:
                    _queue_attachment(transaction, change, plan)
    except OutcomeUnknownError as error:
        logger.warning("%s; reading back what is in service", error)
    f5.changed = True
    f5.forget()
    _must_be_in_service(f5, change)
    for lost in () if change.pair_only else losses(change.job, change.seen):
        logger.warning("%s", lost)


def _queue_profile(transaction: Transaction, change: ServiceChange) -> None:
    if change.seen.profile is not None:
        transaction.patch(object_url("ltm/profile/client-ssl", change.job.profile), _profile_change(change))
        return
    name = change.job.profile.rpartition("/")[2]
    body = {"name": name, "partition": change.job.partition, "defaultsFrom": change.job.parent_profile}
    transaction.post(CLIENT_SSL_URL, {**body, "certKeyChain": list(change.entries), **_sni(change)})


def _profile_change(change: ServiceChange) -> Json:
    """Return the PATCH: always the whole certKeyChain, and of the rest only what differs."""
    profile = change.seen.profile
    body: Json = {"certKeyChain": list(change.entries)}
    if profile is None:
        return body
    body |= _owner(profile)
    if change.pair_only:
        return body
    if profile.parent != change.job.parent_profile:
        body["defaultsFrom"] = change.job.parent_profile
    there = {
        "serverName": profile.server_name or "none",
        "sniDefault": _word(profile.sni_default),
        "sniRequire": _word(profile.sni_require),
    }
    return body | {name: value for name, value in _sni(change).items() if there.get(name) != value}


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
    found = f5.client.find(object_url("ltm/profile/client-ssl", change.job.profile))
    profile = readers.client_ssl_profile(found) if found else None
    wanted = {(entry["cert"], entry["key"]) for entry in change.entries}
    serving = {(entry.certificate, entry.key) for entry in profile.entries} if profile else set()
    if serving != wanted:
        raise ConnectorError(
            f"the BIG-IP did not put the new pair into {change.job.profile}; what served before serves on"
        )
    for plan in change.attachments:
        attached = f5.virtual_server(plan.virtual_server).client_ssl
        if change.job.profile not in attached or set(plan.remove) & set(attached):
            raise ConnectorError(
                f"{plan.virtual_server} does not have {change.job.profile} after the change; run again"
            )


def restore(f5: BigIP, change: ServiceChange) -> None:
    """Put back what served before ``put_in_service``, in one transaction; the old pair is opened by its ciphertext."""
    before = change.seen.profile
    with f5.client.transaction() as transaction:
        for plan in change.attachments:
            _queue_detachment(transaction, change, plan)
        url = object_url("ltm/profile/client-ssl", change.job.profile)
        if before is None:
            transaction.delete(url)
        else:
            transaction.patch(url, _former(f5, before))
    f5.forget()


def _queue_detachment(transaction: Transaction, change: ServiceChange, plan: Attachment) -> None:
    profiles = object_url("ltm/virtual", plan.virtual_server) + "/profiles"
    if plan.add:
        transaction.delete(f"{profiles}/{object_url('', change.job.profile).rpartition('/')[2]}")
    for path in plan.remove:
        transaction.post(profiles, _attached(path))
    _queue_flags(transaction, change, plan.drop_default, plan.make_default)


def _former(f5: BigIP, before: ClientSslProfile) -> Json:
    keys = f5.inventory.keys
    entries = []
    for entry in before.entries:
        held = keys.get(entry.key or "")
        ciphertext = entry.ciphertext or (held.ciphertext if held else None)
        entries.append(old_entry(Entry(entry.name, entry.certificate, entry.key, entry.chain, ciphertext)))
    return {
        **_owner(before),
        "certKeyChain": entries,
        "defaultsFrom": before.parent,
        "serverName": before.server_name or "none",
        "sniDefault": _word(before.sni_default),
        "sniRequire": _word(before.sni_require),
    }


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
            if path not in used:
                _delete_unused(f5, collection, path)
    for found in f5.client.items("/mgmt/tm/sys/crypto/csr"):  # of a run that was killed
        path = readers.full_path(found)
        if _older([re.sub(r"\.csr$", ".key", path)], job, kept):
            _delete_unused(f5, "sys/crypto/csr", path)
    f5.forget()


def _older(paths: Iterable[str], job: Job, kept: set[str]) -> list[str]:
    found = [(Generation.parse(path, job.base), path) for path in paths]
    ours = [(generation, path) for generation, path in found if generation and generation.partition == job.partition]
    return [path for generation, path in ours if generation.stamp not in kept and generation.stamp < max(kept)]


def _delete_unused(f5: BigIP, collection: str, path: str) -> None:
    try:
        f5.client.delete(object_url(collection, path))
        logger.info("deleted %s of an older generation", path)
    except DeviceError as error:
        if not error.in_use:
            logger.warning("%s of an older generation could not be deleted: %s", path, error)


def _word(flag: bool) -> str:
    return "true" if flag else "false"
