"""AS3: what a declaration does not know, the next one removes from its tenant; pure.

A tenant is a partition, its objects are in folders of applications: ``/Tenant/Application/object``. (The folder of an
iApp ends in ``.app``.) In Common it owns the folder ``/Common/Shared`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.device_objects import COMMON
from sectigo_f5.model import Job, partition_of

SHARED = "/Common/Shared/"
DEPTH = 3  # names in the full path of an object of an application


def is_declared(path: str) -> bool:
    """Tell whether an object is where AS3 puts those of an application."""
    names = path.split("/")[1:]
    if names[0] == COMMON:
        return path.startswith(SHARED)
    return len(names) >= DEPTH and not names[1].endswith(".app")


def tenants(paths: Iterable[str]) -> dict[str, str]:
    """Return the partitions that look like tenants, each with an object that AS3 seems to have declared."""
    return {partition_of(path): path for path in sorted(paths, reverse=True) if is_declared(path)}


def warnings(job: Job, servers: Iterable[str], declared: dict[str, str], installed: bool | None) -> tuple[str, ...]:
    """Return what the next declaration would undo, and what to write there instead.

    ``servers`` are virtual servers that have our profile or are to get it, ``declared`` the :func:`tenants`;
    ``installed`` is None if it is not known whether the BIG-IP has AS3.
    """
    if installed is False:
        return ()
    in_tenant = job.partition in declared and job.partition != COMMON
    profile = f"/{COMMON}/{job.profile.rpartition('/')[2]}" if in_tenant else job.profile
    sentences = [
        f"{path} looks as if declared by AS3: the next declaration takes off what it does not name; write there "
        f'"serverTLS": {{"bigip": "{profile}"}}'
        for path in servers
        if is_declared(path)
    ]
    if in_tenant:
        sentences.insert(
            0,
            f"partition {job.partition} looks like a tenant of AS3 (as {declared[job.partition]} shows): its next "
            f"declaration removes what it does not name, our objects too; write partition: {COMMON}",
        )
    return tuple(sentences)
