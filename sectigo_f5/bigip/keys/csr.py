"""Reading a CSR's PEM from the BIG-IP: by tmsh in its shell, else as a file."""

from __future__ import annotations

import contextlib

from sectigo_f5.bigip.keys.order import CreatedKey, KeyOrder
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import bash, remove_file, shell_safe
from sectigo_f5.icontrol.transfer import BULK
from sectigo_f5.icontrol.transfer import download as download_file
from sectigo_f5.x509.certificates import extract_request

FILES = "/config/ssl/ssl.csr"  # where CSRs are files on the device


def download(order: KeyOrder, key: CreatedKey) -> str:
    """Return the CSR's PEM; raises :class:`ConnectorError` if the account may not read it."""
    return key.request if key.request is not None else found(order, key)[0]


def found(order: KeyOrder, key: CreatedKey) -> tuple[str, str]:
    """Return the CSR's PEM, and under which of its possible names it is; raises as :func:`download`."""
    reasons = []
    for reader in (_by_tmsh, _by_file):
        for name in key.request_names:
            try:
                request = reader(order, name)
            except DeviceError as error:
                reasons.append(str(error))
                break
            if request:
                return request, name
            reasons.append(f"no CSR under the name {name}")
    raise ConnectorError(
        "the CSR cannot be read from the BIG-IP; the user needs the role Administrator or Resource Administrator, with "
        f"the advanced shell (docs/permissions.md): {'; '.join(dict.fromkeys(reasons))}"
    )


def _by_tmsh(order: KeyOrder, name: str) -> str | None:
    return by_tmsh(order.f5.client, name)


def _by_file(order: KeyOrder, name: str) -> str | None:
    order.created.always.callback(remove_file, order.f5.client, download_place(name))
    return by_file(order.f5.client, name)


def by_tmsh(client: IControl, name: str) -> str | None:
    """Have tmsh print the CSR of that full path; None if there is none, :class:`DeviceError` if that is refused."""
    for spelling in dict.fromkeys((name, name.removeprefix("/Common/"))):
        request = extract_request(bash(client, f"tmsh list sys crypto csr {shell_safe(spelling)}"))
        if request:
            return request
    return None


def download_place(name: str) -> str:
    """Return where :func:`by_file` leaves the file of a CSR."""
    return f"{BULK}/{shell_safe(name.rpartition('/')[2])}"


def by_file(client: IControl, name: str) -> str | None:
    """Move the CSR's file to where it can be downloaded (F5's Ansible module does so); returns as :func:`by_tmsh`."""
    file, place = f"{FILES}/{shell_safe(name.rpartition('/')[2])}", download_place(name)
    with contextlib.suppress(OutcomeUnknownError):  # whether it was moved shows just below
        client.post("/mgmt/tm/util/unix-mv", {"command": "run", "utilCmdArgs": f"{file} {place}"})
    try:
        return extract_request(download_file(client, place.rpartition("/")[2]).decode("ascii", "replace"))
    except DeviceError:
        return None
