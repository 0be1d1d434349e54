"""``update_other_references: true``: client and server SSL profiles with an earlier pair get the one in service.

Each is one PATCH, read back: a profile that the device does not change stays as it was, and none of it bears on ours.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.activation import send
from sectigo_f5.bigip.profile_change import KEY_CHAIN, files, old_entry
from sectigo_f5.bigip.surroundings import as3, references
from sectigo_f5.bigip.surroundings.references import CLIENT_SSL, FOLLOWING, SERVER_SSL, Reference
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import CertificateObject, Entry
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.read_back import send_and_confirm
from sectigo_f5.icontrol.transactions import Operation
from sectigo_f5.model import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InService:
    """A pair that our profile holds, as an entry of another profile, and its certificate."""

    entry: Entry
    certificate: CertificateObject


def stale(f5: Unit, job: Job, found: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Return the references that can follow and do not lead to what is in service; parents before their children."""
    now = references.serving(job, f5.holdings)
    rest = [each for each in found if each.collection in FOLLOWING and each.certificate not in now] if now else []
    paths = {each.path for each in rest}
    return tuple(sorted(rest, key=lambda each: each.parent in paths))


def follow(f5: Unit, job: Job, reference: Reference) -> None:
    """Point one profile at the pair in service; raises :class:`ConnectorError` if it has to stay as it is."""
    url = object_url(reference.collection, reference.path)
    item = f5.client.find(url)
    if item is None:
        return
    _must_be_free(f5, reference, item)
    pairs = tuple(_in_service(f5, job))
    body = (_client_ssl if reference.collection == CLIENT_SSL else _server_ssl)(f5, job, item, pairs)
    if not body:
        return  # it has followed its parent
    owner = readers.text(item, "appService")
    change = Operation("PATCH", url, {**({"appService": owner} if owner else {}), **body})
    f5.note_change()  # before: a signal may hide that it was made
    send_and_confirm(f5.client, lambda: send(f5, [change]), lambda: _must_show(f5, url, reference))
    f5.forget()
    f5.surroundings.forget(f"/mgmt/tm/{SERVER_SSL}")
    now = ", ".join(pair.entry.certificate or "" for pair in pairs)
    logger.info("the %s follows from %s to %s", reference, reference.certificate, now)


def _must_be_free(f5: Unit, reference: Reference, item: Json) -> None:
    service = readers.text(item, "appService")
    if service:
        raise ConnectorError(f"it belongs to the application service {service}")
    if as3.is_declared(reference.path) and f5.surroundings.as3 is not False:
        raise ConnectorError("AS3 declares it")


def _in_service(f5: Unit, job: Job) -> Iterator[InService]:
    have = f5.holdings
    for entry in have.profiles[job.profile].entries:
        key, certificate = have.keys.get(entry.key or ""), have.certificates.get(entry.certificate or "")
        if certificate and key and references.ours(job)(certificate.path):
            yield InService(replace(entry, ciphertext=key.ciphertext or entry.ciphertext), certificate)


def _client_ssl(f5: Unit, job: Job, item: Json, pairs: tuple[InService, ...]) -> Json:
    entries = readers.client_ssl_profile(item).entries
    wanted = [_replaced(f5, job, entry, pairs) for entry in entries]
    if files(wanted) == files(entries):
        return {}
    return {KEY_CHAIN: [old_entry(entry) for entry in wanted]}


def _replaced(f5: Unit, job: Job, entry: Entry, pairs: tuple[InService, ...]) -> Entry:
    if references.ours(job)(entry.certificate or "") is None:
        return entry
    return replace(_successor(f5, entry.certificate or "", pairs).entry, name=entry.name)


def _server_ssl(f5: Unit, job: Job, item: Json, pairs: tuple[InService, ...]) -> Json:
    path = readers.text(item, "cert") or ""
    if references.ours(job)(path) is None:
        return {}
    new = _successor(f5, path, pairs).entry
    if new.certificate == path:
        return {}
    body: Json = {"cert": new.certificate, "key": new.key}
    body |= {"chain": new.chain or "none"} if readers.text(item, "chain") else {}
    return body | ({"passphrase": new.ciphertext} if new.ciphertext else {})


def _successor(f5: Unit, path: str, pairs: tuple[InService, ...]) -> InService:
    """Return the pair in service with the key type and all names of an earlier certificate."""
    former = f5.holdings.certificates.get(path)
    if former is None or former.key is None or former.cut or not former.served_names():
        raise ConnectorError(f"the names and the key type of {path} are not known")
    new = next((pair for pair in pairs if pair.certificate.key and pair.certificate.key.type == former.key.type), None)
    if new is None:
        raise ConnectorError(f"no pair in service has a key like {path}, {former.key}")
    lost = former.served_names() - new.certificate.served_names()
    if lost:
        raise ConnectorError(f"{new.certificate.path} does not have {', '.join(sorted(lost))}, as {path} does")
    return new


def _must_show(f5: Unit, url: str, reference: Reference) -> None:
    shown = f5.client.get(url)
    held = {shown.get("cert"), *(entry.certificate for entry in readers.client_ssl_profile(shown).entries)}
    if reference.certificate in held:
        raise ConnectorError(f"the BIG-IP still shows {reference.certificate} in it")
