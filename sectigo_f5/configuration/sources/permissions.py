"""Who else may read or change the files that say which programs run, and with which secrets."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.configuration.findings import Findings
from sectigo_f5.configuration.sources.handed_over import CREDENTIALS_DIRECTORY

ROOT = 0
MOUNTED = "mount it with the mode 0400 (defaultMode: 0400 of a Secret in Kubernetes)"
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
READABLE = stat.S_IRGRP | stat.S_IROTH


def warn_if_readable_by_others(findings: Findings, what: str) -> None:
    """Warn if the file holds a secret that more people can read than its owner and we.

    What systemd hands over is root's, and an ACL lets us alone read it: its mode looks as if its group could.
    """
    if is_handed_over(findings.file, os.environ):
        return
    mode, owner, group = _rights(findings.file)
    if others_may_read(mode, owner, group, os.geteuid(), os.getegid()):
        fixed = _is_mounted_read_only(findings.file)
        remedy = MOUNTED if fixed else f"run: chmod 600 {shlex.quote(str(findings.file))}"
        findings.warning(f"holds {what} and can be read by its group or by others; {remedy}")


def others_may_read(mode: int, owner: int, group: int, us: int, our_group: int) -> bool:
    """Tell whether somebody else can read a file; root's, read by our own group, is how we can read it at all.

    Kubernetes mounts secrets like that for a container that does not run as root (``fsGroup``).
    """
    for_us = us != ROOT == owner and group == our_group
    return bool(mode & (stat.S_IROTH if for_us else READABLE))


def is_handed_over(file: Path, environ: Mapping[str, str]) -> bool:
    """Return whether systemd made the file, for this service alone (``LoadCredential=``)."""
    directory = environ.get(CREDENTIALS_DIRECTORY)
    return bool(directory) and file.parent == Path(str(directory)) and not _rights(file)[0] & stat.S_IROTH


def warn_if_others_may_change(findings: Findings) -> None:
    """Warn if others may change the file, or put another one in its place: it can name programs that root runs.

    Nobody can where it is mounted read-only: so are secrets in a pod of Kubernetes, in a directory that all may write.
    """
    for path in dict.fromkeys((findings.file, findings.file.parent)):
        mode, owner, _ = _rights(path)
        fault = fault_of_rights(path, mode, owner, os.geteuid())
        if fault and not _is_mounted_read_only(path):
            findings.about(path).warning(fault)


def fault_of_rights(path: Path, mode: int, owner: int, us: int) -> str | None:
    """Return who else may change a file or directory with this mode and owner, and the remedy; or None."""
    quoted, why = shlex.quote(str(path)), "and it decides what the connector runs"
    if owner not in (ROOT, us):
        return f"belongs to {_user(owner)}, who can change it, {why}; run: chown root {quoted}"
    if mode & WRITABLE:
        return f"can be changed by its group or by others, {why}; run: chmod go-w {quoted}"
    return None


def _rights(path: Path) -> tuple[int, int, int]:
    """Return mode, owner and group."""
    try:
        status = path.stat()
    except OSError:
        return 0, ROOT, ROOT  # it was readable a moment ago, so this run has what it needs
    return status.st_mode, status.st_uid, status.st_gid


def _is_mounted_read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"
