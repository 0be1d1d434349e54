"""Certificates that cannot both be looked after: the same profile, the same label, one name for two BIG-IPs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sectigo_f5.model import Device, Job, Place

REMEDIES = {
    "name": "give this device another name, or the same address, credentials and verify_tls",
    "common_name": "give one of them another common_name, partition or device, or delete it",
}


@dataclass(frozen=True)
class Conflict:
    """Two places of the configuration that exclude each other, in the order they were read."""

    later: Place
    earlier: Place
    key: str
    what: str

    @property
    def remedy(self) -> str:
        """What an operator can do about it."""
        return REMEDIES[self.key]


def conflicts(jobs: Iterable[Job]) -> Iterator[Conflict]:
    """Find the jobs that cannot both be done.

    Two devices may be the same BIG-IP, so profiles are compared by address, not by device name.
    """
    devices: dict[str, Device] = {}
    owners: dict[tuple[str, int, str], Job] = {}
    labels: dict[str, Job] = {}
    for job in jobs:
        known = devices.setdefault(job.device.name, job.device)
        profiles = [(host, job.device.port, job.profile) for host in job.device.hosts]
        owner = next((owners[profile] for profile in profiles if profile in owners), None)
        if not known.is_reached_like(job.device):
            what = f"{job.device.name} is reached in another way than the device of that name in"
            yield Conflict(job.device.place, known.place, "name", what)
        elif owner:
            what = f"the client SSL profile {job.profile} already belongs to"
            yield Conflict(job.place, owner.place, "common_name", what)
        elif job.label in labels:
            what = f"{job.label} is already the name of"
            yield Conflict(job.place, labels[job.label].place, "common_name", what)
        for profile in profiles:
            owners.setdefault(profile, job)
        labels.setdefault(job.label, job)
