"""``util/bash`` and its relatives: real programs, in the private directory, with what they printed as the answer."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess

from sectigo_f5.simulator import refusals
from sectigo_f5.simulator.disk import SCRATCH, Disk

TIMEOUT = 60.0  # seconds, after which restjavad gives up
PROGRAMS = {"unix-rm": "rm", "unix-mv": "mv", "unix-ls": "ls"}
USAGE = 'Required format is "-c <bash command and arguments>"\n'


def run_bash(disk: Disk, arguments: str) -> str:
    """Run ``-c '…'`` in a real bash; texts seen in f5-sdk's tests of util/bash."""
    words = split(arguments)
    if len(words) < 2 or words[0] != "-c":  # noqa: PLR2004  the option and the command
        return USAGE
    return _run(disk, ["/bin/bash", "--noprofile", "--norc", "-c", disk.inward(words[1]), *words[2:]])


def run_unix(disk: Disk, tool: str, arguments: str) -> str:
    """Run ``rm``, ``mv`` or ``ls`` on paths of the device, without a shell."""
    return _run(disk, [str(disk.root / "usr/bin" / PROGRAMS[tool]), *(disk.inward(word) for word in split(arguments))])


def split(arguments: str) -> list[str]:
    """Split ``utilCmdArgs`` into words; refuses what bash would wait for the end of."""
    try:
        return shlex.split(arguments)
    except ValueError as error:
        raise refusals.bad_request("quotes are not balanced") from error


def _run(disk: Disk, command: list[str]) -> str:
    """Return what a program printed, its two outputs mixed; its exit status is nobody's business (as on the device)."""
    root = disk.root
    environment = {"PATH": f"{root}/usr/bin", "HOME": f"{root}/root", "TMPDIR": f"{root}{SCRATCH}", "LC_ALL": "C"}
    with subprocess.Popen(
        command,
        cwd=disk.root / "root",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as program:
        try:
            printed, _ = program.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired as error:
            os.killpg(program.pid, signal.SIGKILL)
            raise refusals.bad_request("remoteSender:Unknown, method:POST ") from error
    return disk.outward(printed.decode("utf-8", "replace"))


def forget_unknown(disk: Disk) -> list[str]:
    """Return, once, the ``tmsh`` commands that were asked for and are not simulated."""
    file = disk.root / ".unknown"
    if not file.exists():
        return []
    found = file.read_text(encoding="utf-8", errors="replace").splitlines()
    file.unlink()
    return found
