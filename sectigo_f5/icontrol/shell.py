"""The BIG-IP's shell, and cleaning up without hiding the error that made it necessary."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from sectigo_f5 import recording, stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import json_object
from sectigo_f5.icontrol.call import READ_TIMEOUT, Call, Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.recording import What

logger = logging.getLogger(__name__)

_SHELL_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


BASH = "/mgmt/tm/util/bash"


def bash(client: IControl, command: str, timeout: float = READ_TIMEOUT, repeatable: bool = True) -> str:
    """Run a command line on the device; returns what it printed, its exit status is not known."""
    return _printed(client.post(BASH, _arguments(command), timeout, repeatable))


def ask_bash(client: IControl, command: str) -> str:
    """Run a command line that changes nothing; returns what it printed."""
    return _printed(json_object(client.send(Call("POST", BASH, body=_arguments(command), only_reads=True))))


def _arguments(command: str) -> Json:
    return {"command": "run", "utilCmdArgs": f"-c '{command}'"}


def _printed(answer: Json) -> str:
    return str(answer.get("commandResult") or "")


def shell_safe(name: str) -> str:
    """Return a name that a command line can hold unquoted; raises :class:`ConnectorError` for any other."""
    if not _SHELL_SAFE.fullmatch(name.removeprefix("/")) or ".." in name:
        raise ConnectorError(f"the name {name!r} must not reach a shell; use letters, digits, dot, dash and underscore")
    return name


def remove_file(client: IControl, path: str) -> None:
    """Delete a file of ours from the device's transfer folders, which offer no DELETE; one that stays is noted."""
    arguments = {"command": "run", "utilCmdArgs": shell_safe(path)}
    with recording.part_of(What.FILES, [path]):
        if not quietly(f"the file {path}", lambda: client.post("/mgmt/tm/util/unix-rm", arguments, repeatable=True)):
            client.files_left = True


def quietly(what: str, act: Callable[..., object], *arguments: object) -> bool:
    """Clean up without hiding the error that led here: what may stay behind is a warning, and False."""
    try:
        with stopping.whole():
            act(*arguments)
    except ConnectorError as error:
        logger.warning("%s may be left on the BIG-IP: %s", what, error)
        return False
    return True
