"""Files to and from the BIG-IP's transfer folders, over iControl REST."""

from __future__ import annotations

import re
from urllib.parse import quote

import requests

from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError

DOWNLOADS = "/var/config/rest/downloads"  # where uploads are stored, named from the device's side
BULK = "/var/config/rest/bulk"
UPLOADS_URL = "/mgmt/shared/file-transfer/uploads"
BULK_URL = "/mgmt/shared/file-transfer/bulk"
UPLOAD_TRIES = 3
CHUNK = 512 * 1024  # bytes, as f5-sdk and go-bigip use


def upload(client: IControl, name: str, content: bytes) -> str:
    """Store ``content`` under a name that nobody else uses; returns its path on the device.

    Repeating is harmless, for each try sends the whole file; F5's Ansible collection tries an
    upload three times, whatever the status.
    """
    path = f"{UPLOADS_URL}/{quote(name)}"
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"0-{len(content) - 1}/{len(content)}",
    }
    for attempt in range(1, UPLOAD_TRIES + 1):
        try:
            client.send(Call("POST", path, raw=content, headers=headers))
            break
        except DeviceError as error:
            if attempt == UPLOAD_TRIES or error.refused_permission:
                raise
    return f"{DOWNLOADS}/{name}"


def download(client: IControl, name: str) -> bytes:
    """Fetch a file from ``/var/config/rest/bulk``.

    The range of the first try is a guess. A shorter file is answered 200, 206, or 400 with the
    true range in ``Content-Range``, depending on the release (seen in f5-sdk and F5's Ansible collection).
    """
    path, guess = f"{BULK_URL}/{quote(name)}", {"Content-Range": f"0-{CHUNK - 1}/0"}
    answer = client.send(Call("GET", path, headers=guess, accepted=(requests.codes.bad_request,)))
    if answer.status_code == requests.codes.bad_request:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        exact = {"Content-Range": f"0-{int(total) - 1}/{total}"} if re.fullmatch("[0-9]{1,9}", total) else guess
        answer = client.send(Call("GET", path, headers=exact))
    return answer.content
