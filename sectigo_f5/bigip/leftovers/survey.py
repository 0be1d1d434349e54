"""Whose CSRs and files are on a BIG-IP, whichever run left them: also one that no file of STATE_DIR tells of.

A run of an earlier version remembered nothing of what it had begun, nor does one whose STATE_DIR was lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.leftovers.objects import REQUESTS
from sectigo_f5.bigip.leftovers.uploads import STAMP, SUFFIXES
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.shell import ask_bash
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.model import Job

ENDINGS = "|".join(map(re.escape, (".csr", ".key", *SUFFIXES)))
NAME = re.compile(rf"(?:.*/)?([^/]+)_{STAMP}(?:_ecdsa)?(?:{ENDINGS})")


def is_anything_left(f5: Unit, job: Job) -> bool:
    """Tell whether there are CSRs or files with names of a certificate; asked once per login.

    A user who may not ask has nothing to tidy up: files are found by the shell, and those that were made without
    one are public.
    """
    if f5.memory.left is None:
        names = (*_allowed(_requests, f5), *_allowed(_files, f5))
        f5.memory.left = frozenset(found[1] for found in map(NAME.fullmatch, names) if found)
    return job.base in f5.memory.left


def _requests(f5: Unit) -> list[str]:
    return [readers.full_path(request) for request in f5.client.items(f"/mgmt/tm/{REQUESTS}", readers.NAMES_ALONE)]


def _files(f5: Unit) -> list[str]:
    return ask_bash(f5.client, f"ls {DOWNLOADS} | grep _{STAMP}").split()


def _allowed(ask: Callable[[Unit], list[str]], f5: Unit) -> list[str]:
    try:
        return ask(f5)
    except DeviceError:
        return []
