"""The certificate objects of a generation: step 10 stores them, and older ones are deleted.

Nothing refers to them until the one change of :mod:`sectigo_f5.bigip.activation`, and their names are
used once: a lost answer is resolved by looking.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.created_objects import CreatedObjects
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.public_files import store_public_file
from sectigo_f5.icontrol.read_back import find_created, send_and_confirm
from sectigo_f5.icontrol.shell import remove_file
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.model import Generation, Issued, Job

logger = logging.getLogger(__name__)

SSL_CERT_URL = "/mgmt/tm/sys/file/ssl-cert"


def upload_certificate(f5: Unit, issued: Issued, generation: Generation, created: CreatedObjects) -> None:
    """Step 10: store chain and server certificate as objects that nothing refers to yet.

    Raises :class:`ConnectorError` if the device then holds other bytes than were sent.
    """
    if issued.chain:
        upload_chain(f5, issued, generation, created)
    _store(f5, generation.certificate, issued.certificate.encode(), created)
    logger.info("10 CA chain and certificate uploaded: %s", generation.certificate)


def upload_chain(f5: Unit, issued: Issued, generation: Generation, created: CreatedObjects) -> None:
    """Store the chain alone."""
    _store(f5, generation.chain, issued.chain.encode(), created)


def _store(f5: Unit, path: str, content: bytes, created: CreatedObjects) -> None:
    _, partition, name = path.split("/")
    created.always.callback(remove_file, f5.client, f"{DOWNLOADS}/{name}")
    file = store_public_file(f5.client, name, content)
    url = object_url("sys/file/ssl-cert", path)
    created.undo(f"the certificate {path}", f5.client.delete, url)
    body = {"name": name, "partition": partition, "sourcePath": f"file:{file}"}
    checksum = send_and_confirm(f5.client, lambda: f5.client.post(SSL_CERT_URL, body), lambda: _stored(f5, path))
    if checksum and checksum != checksum_of(content):
        raise ConnectorError(f"the BIG-IP stored other bytes than were sent as {path} ({checksum}); run again")


def _stored(f5: Unit, path: str) -> str | None:
    certificate = find_created(f5.client, object_url("sys/file/ssl-cert", path))
    if certificate is None:
        raise ConnectorError(f"the BIG-IP does not show the certificate {path} that it was asked to store; run again")
    return readers.text(certificate, "checksum")


def checksum_of(content: bytes) -> str:
    """Return the device's own checksum of a file: ``SHA1:<length>:<hex>`` (not a security measure)."""
    return f"SHA1:{len(content)}:{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"


def delete_older(f5: Unit, job: Job, keep: Iterable[str]) -> None:
    """Delete the generations of a certificate that are older than those in ``keep`` (stamps) and not in use.

    Only names of our own pattern for this certificate; whatever a profile still refers to stays, and so does
    everything if the configuration cannot be saved before: that raises :class:`ConnectorError`.
    """
    kept = set(keep)
    have = f5.inventory
    used = {
        path for profile in have.profiles.values() for e in profile.entries for path in (e.certificate, e.key, e.chain)
    }
    for collection, paths in (("sys/file/ssl-cert", have.certificates), ("sys/file/ssl-key", have.keys)):
        for path in [path for path in _older(paths, job, kept) if path not in used]:
            f5.save_before_deleting()
            f5.note_change()
            if _delete_unused(f5, collection, path):
                del paths[path]  # the next certificate need not read everything again
    _delete_requests(f5, job, max(kept))


def _delete_requests(f5: Unit, job: Job, newest: str) -> None:
    """Delete the CSRs of runs that were killed, and the files that those runs may have uploaded later."""
    for request in f5.client.items("/mgmt/tm/sys/crypto/csr"):
        path = readers.full_path(request)
        key = re.sub(r"\.csr$", ".key", path)
        of = Generation.parse(key, job.base)
        if of is None or key != of.key or of.partition != job.partition or of.stamp > newest:
            continue
        for file in (of.certificate, of.chain):
            remove_file(f5.client, f"{DOWNLOADS}/{file.rpartition('/')[2]}")
        _delete_unused(f5, "sys/crypto/csr", path)


def _older(paths: Iterable[str], job: Job, kept: set[str]) -> list[str]:
    parsed = [(Generation.parse(path, job.base), path) for path in paths]
    ours = [(generation, path) for generation, path in parsed if generation and generation.partition == job.partition]
    return [path for generation, path in ours if generation.stamp not in kept and generation.stamp < max(kept)]


def _delete_unused(f5: Unit, collection: str, path: str) -> bool:
    try:
        f5.client.delete(object_url(collection, path))
    except DeviceError as error:
        if not error.in_use:
            logger.warning("%s of an older generation could not be deleted: %s", path, error)
        return False
    logger.info("deleted %s of an older generation", path)
    return True
