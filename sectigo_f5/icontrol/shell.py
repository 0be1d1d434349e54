"""The BIG-IP's shell and its transfer folders; and cleaning up there without hiding what went wrong before."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import READ_TIMEOUT, IControl

logger = logging.getLogger(__name__)

_SHELL_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def bash(client: IControl, command: str, timeout: float = READ_TIMEOUT, repeatable: bool = True) -> str:
    """Run a command line on the device; returns what it printed, without knowing how it ended."""
    arguments = {"command": "run", "utilCmdArgs": f"-c '{command}'"}
    return str(client.post("/mgmt/tm/util/bash", arguments, timeout, repeatable).get("commandResult") or "")


def shell_safe(name: str) -> str:
    """Return a name that may stand in a command line as it is; raises :class:`ConnectorError` for any other."""
    if not _SHELL_SAFE.fullmatch(name.removeprefix("/")) or ".." in name:
        raise ConnectorError(f"the name {name!r} may not reach a shell; use letters, digits, dot, dash and underscore")
    return name


def remove_file(client: IControl, path: str) -> None:
    """Delete a file of ours from the device's transfer folders; there is no other way to (no DELETE)."""
    arguments = {"command": "run", "utilCmdArgs": shell_safe(path)}
    quietly(f"the file {path}", lambda: client.post("/mgmt/tm/util/unix-rm", arguments, repeatable=True))


def quietly(what: str, act: Callable[..., object], *arguments: object) -> None:
    """Clean up without hiding the error that led here: what stays behind is a warning."""
    try:
        act(*arguments)
    except ConnectorError as error:
        logger.warning("%s may be left on the BIG-IP: %s", what, error)
