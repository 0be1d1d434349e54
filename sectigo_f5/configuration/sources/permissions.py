"""Who else may read or change the files that say which programs run, and with which secrets."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from pathlib import Path

from sectigo_f5.configuration.findings import Findings

ROOT = 0
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
READABLE = stat.S_IRGRP | stat.S_IROTH


def warn_if_readable_by_others(findings: Findings, what: str) -> None:
    """Warn if the file holds a secret that more people than its owner can read."""
    mode, _ = _mode_and_owner(findings.file)
    if mode & READABLE:
        file = shlex.quote(str(findings.file))
        findings.warning(f"holds {what} and can be read by its group or by others; run: chmod 600 {file}")


def warn_if_others_may_change(findings: Findings) -> None:
    """Warn if others may change the file, or put another one in its place: it can name programs that root runs."""
    for path in dict.fromkeys((findings.file, findings.file.parent)):
        if fault := fault_of_rights(path, *_mode_and_owner(path), os.geteuid()):
            findings.about(path).warning(fault)


def fault_of_rights(path: Path, mode: int, owner: int, us: int) -> str | None:
    """Return who else may change a file or directory with this mode and owner, and the remedy; or None."""
    quoted, why = shlex.quote(str(path)), "and it decides what the connector runs"
    if owner not in (ROOT, us):
        return f"belongs to {_user(owner)}, who can change it, {why}; run: chown root {quoted}"
    if mode & WRITABLE:
        return f"can be changed by its group or by others, {why}; run: chmod go-w {quoted}"
    return None


def _mode_and_owner(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, ROOT  # it was readable a moment ago, so this run has what it needs
    return status.st_mode, status.st_uid


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"
