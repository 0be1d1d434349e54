"""Public files to the BIG-IP: by upload, or through ``util/bash`` where the user may not upload.

Uploads are refused to Resource Administrators (F5 Ansible #1611, #2298) and to remote administrators
(terraform-provider-bigip #226). The audit log keeps command lines, so nothing secret goes this way.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import bash, shell_safe
from sectigo_f5.icontrol.transfer import DOWNLOADS, UPLOAD_TRIES, upload

logger = logging.getLogger(__name__)

PIECE = 2250  # bytes, 3000 characters of base64: no command line on any release is too long


def store_public_file(client: IControl, name: str, content: bytes) -> str:
    """Store ``content`` under a name that nobody else uses; returns its path on the device.

    The first refusal of an upload decides for the whole login. Raises :class:`ConnectorError` if neither way is open.
    """
    if client.uploads_refused is None:
        try:
            return upload(client, name, content)
        except DeviceError as refusal:
            if not refusal.refused_permission:
                raise
            logger.info("%s; certificates go to the BIG-IP through util/bash", refusal)
            client.uploads_refused = str(refusal)
    try:
        return _store_by_shell(client, name, content)
    except OutcomeUnknownError:
        raise
    except DeviceError as closed:
        raise ConnectorError(f"{client.uploads_refused}; and through util/bash neither: {closed}") from closed


def _store_by_shell(client: IControl, name: str, content: bytes) -> str:
    """Write a file in pieces, and once more from the beginning if an answer was lost or bytes were."""
    path = f"{DOWNLOADS}/{shell_safe(name)}"
    for attempt in range(1, UPLOAD_TRIES + 1):
        try:
            for command in _commands(path, content):
                printed = bash(client, command, repeatable=False)  # appending twice would be wrong
        except OutcomeUnknownError:
            if attempt == UPLOAD_TRIES:
                raise
            continue
        if hashlib.sha256(content).hexdigest() in printed:
            return path
    told = printed.strip()[-200:] or "no answer"
    raise ConnectorError(f"{client.host}: the file {path} is not what was sent through util/bash: {told}")


def _commands(path: str, content: bytes) -> Iterator[str]:
    for start in range(0, len(content), PIECE):
        text = base64.b64encode(content[start : start + PIECE]).decode()
        yield f"echo {text} | base64 -d {'>>' if start else '>'} {path}"
    yield f"sha256sum {path}"
