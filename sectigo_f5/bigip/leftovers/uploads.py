"""Files that a run which died has left among the BIG-IP's uploads; a passphrase may be one of them."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5 import recording
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.shell import bash, remove_file, shell_safe
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.model import Generation, Job
from sectigo_f5.recording import What

SUFFIXES = (".pass", ".pem", ".cnf", ".crt", "_chain.crt")  # the first holds a secret
STAMP = f"{'[0-9]' * 8}T{'[0-9]' * 6}Z"  # in the shell's words
VARIANTS = ("", "_ecdsa")
TOGETHER = 20  # files that one command line names


def delete_own_uploads(f5: Unit) -> None:
    """Delete the files of this login: together by the shell, or without one each alone; one that stays is noted."""
    names, f5.memory.uploads = sorted(f5.memory.uploads), set()
    with recording.change(What.FILES, names):
        for start in range(0, len(names), TOGETHER):
            paths = [f"{DOWNLOADS}/{shell_safe(name)}" for name in names[start : start + TOGETHER]]
            if not _is_removed(f5, paths):
                for path in paths:
                    remove_file(f5.client, path)


def _is_removed(f5: Unit, patterns: Iterable[str]) -> bool:
    """Remove by the shell; False if this user has none."""
    try:
        return "removed" in bash(f5.client, f"rm -f {' '.join(patterns)}; echo removed")
    except DeviceError:
        return False


def delete_uploads(f5: Unit, job: Job, stamps: Iterable[str]) -> None:
    """Delete the files of a certificate: all by the shell, or without one those of ``stamps``."""
    stem = f"{DOWNLOADS}/{shell_safe(job.base)}_"
    with recording.change(What.FILES, [f"{stem}*"]):
        _delete(f5, job, stem, stamps)


def _delete(f5: Unit, job: Job, stem: str, stamps: Iterable[str]) -> None:
    if _is_removed(f5, [f"{stem}{STAMP}{variant}{suffix}" for variant in VARIANTS for suffix in SUFFIXES]):
        return
    for generation in (Generation(job.partition, job.base, stamp, variant) for stamp in stamps for variant in VARIANTS):
        name = generation.key.rpartition("/")[2].removesuffix(".key")
        for suffix in SUFFIXES:
            remove_file(f5.client, f"{DOWNLOADS}/{name}{suffix}")
