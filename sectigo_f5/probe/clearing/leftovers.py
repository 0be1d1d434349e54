"""What earlier probes have left that were killed, whichever host they ran on: found by our names, and deleted."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

from sectigo_f5 import recording
from sectigo_f5.bigip import readers
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import ask_bash
from sectigo_f5.icontrol.transfer import BULK, DOWNLOADS
from sectigo_f5.probe.clearing.deleting import Thing, names_of, run_program, sweep
from sectigo_f5.probe.scratch import PREFIX
from sectigo_f5.recording import What

logger = logging.getLogger(__name__)

NAME = re.compile(rf"7?{PREFIX}[0-9a-f]{{8}}(?:[-._][A-Za-z0-9._-]*)?")  # harmless in a command line, too
# In the order in which they can be made: what comes last refers to what is before it.
COLLECTIONS = (
    "sys/file/ssl-key",
    "sys/crypto/csr",
    "sys/file/ssl-cert",
    "ltm/profile/client-ssl",
    "ltm/profile/server-ssl",
    "ltm/rule",
    "ltm/virtual-address",
    "ltm/virtual",
)
FOLDERS = (DOWNLOADS, BULK)


def delete_leftovers(client: IControl, partition: str) -> list[Thing]:
    """Delete what killed probes have left in a partition and in the transfer folders; returns what is still there."""
    found = [*_files(client), *_objects(client, partition)]
    if not found:
        return []
    with recording.change(What.DELETED, (thing.name.rpartition(" ")[2] for thing in found)):
        left = sweep(client, found)
    gone = [thing for thing in found if thing not in left]
    logger.warning(
        "a probe that was killed has left %d thing(s); now deleted: %s", len(found), names_of(gone) or "none"
    )
    return left


def _objects(client: IControl, partition: str) -> Iterator[Thing]:
    for collection in COLLECTIONS:
        for path in _allowed(_paths, client, collection):
            *folders, name = path.split("/")
            if NAME.fullmatch(name) and folders[1:2] == [partition]:
                yield Thing.of(collection, path)


def _files(client: IControl) -> Iterator[Thing]:
    for folder in FOLDERS:
        yield from (Thing(f"{folder}/{name}") for name in _allowed(_names, client, folder) if NAME.fullmatch(name))


def _allowed(find: Callable[[IControl, str], list[str]], client: IControl, where: str) -> list[str]:
    try:
        return find(client, where)
    except DeviceError as error:
        logger.warning("what killed probes may have left is not looked for in %s: %s", where, error)
        return []


def _paths(client: IControl, collection: str) -> list[str]:
    return [readers.full_path(item) for item in client.items(f"/mgmt/tm/{collection}", readers.NAMES_ALONE)]


def _names(client: IControl, folder: str) -> list[str]:
    """List a folder by the shell, which leaves out what is not ours, or without one as a whole."""
    try:
        return ask_bash(client, f"ls {folder} | grep {PREFIX}").split()
    except OutcomeUnknownError:
        raise
    except DeviceError:
        return (run_program(client, "ls", folder) or "").split()
