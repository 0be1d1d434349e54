"""The certificate objects of a generation: step 10 stores them.

Nothing refers to them until the one change of :mod:`sectigo_f5.bigip.activation`, and their names are
used once: a lost answer is resolved by looking.
"""

from __future__ import annotations

import hashlib
import logging

from sectigo_f5 import recording
from sectigo_f5.bigip.created_objects import CreatedObjects
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.public_files import store_public_file
from sectigo_f5.icontrol.read_back import find_created, send_and_confirm
from sectigo_f5.model import Generation, Issued
from sectigo_f5.recording import What
from sectigo_f5.x509.certificates import read_certificate

logger = logging.getLogger(__name__)

SSL_CERT_URL = "/mgmt/tm/sys/file/ssl-cert"


def upload_certificate(f5: Unit, issued: Issued, generation: Generation, created: CreatedObjects) -> None:
    """Step 10: store chain and server certificate as objects that nothing refers to yet.

    Raises :class:`ConnectorError` if the device then holds other bytes than were sent.
    """
    with recording.change(What.CERTIFICATE) as stored:
        stored.concern(read_certificate(issued.certificate))
        for path, content in ((generation.chain, issued.chain), (generation.certificate, issued.certificate)):
            if content:
                stored.objects.append(path)
                _store(f5, path, content.encode(), created)
    logger.info("10 CA chain and certificate uploaded: %s", generation.certificate)


def upload_chain(f5: Unit, issued: Issued, generation: Generation, created: CreatedObjects) -> None:
    """Store the chain alone."""
    with recording.change(What.CERTIFICATE, [generation.chain]):
        _store(f5, generation.chain, issued.chain.encode(), created)


def _store(f5: Unit, path: str, content: bytes, created: CreatedObjects) -> None:
    name = path.rpartition("/")[2]
    f5.memory.uploads.add(name)
    file = store_public_file(f5.client, name, content)
    url = object_url("sys/file/ssl-cert", path)
    created.undo(f"the certificate {path}", f5.client.delete, url)
    body = certificate_body(path, file)
    checksum = send_and_confirm(f5.client, lambda: f5.client.post(SSL_CERT_URL, body), lambda: _stored(f5, path))
    if checksum and checksum != checksum_of(content):
        raise ConnectorError(f"the BIG-IP stored other bytes than were sent as {path} ({checksum}); run again")


def _stored(f5: Unit, path: str) -> str | None:
    certificate = find_created(f5.client, object_url("sys/file/ssl-cert", path))
    if certificate is None:
        raise ConnectorError(f"the BIG-IP does not show the certificate {path} that it was asked to store; run again")
    return f5.holdings.certificates.put(certificate).checksum


def certificate_body(path: str, file: str) -> Json:
    """Return the body that makes a file of the device a certificate object of that full path."""
    _, partition, name = path.split("/")
    return {"name": name, "partition": partition, "sourcePath": f"file:{file}"}


def checksum_of(content: bytes) -> str:
    """Return the device's own checksum of a file: ``SHA1:<length>:<hex>`` (not a security measure)."""
    return f"SHA1:{len(content)}:{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"
