"""Certificates that exclude each other: two with the same profile, label, SNI default or device name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sectigo_f5.model import Device, Job, Place, partition_of

REMEDIES = {
    "name": "give this device another name, or the same address, credentials and verify_tls",
    "common_name": "give one of them another common_name, partition or device, or delete it",
    "replace_profiles": "leave it out, or delete the other certificate",
    "sni_default": "write `sni_default: true` for one of them only",
}


@dataclass(frozen=True)
class Conflict:
    """Two places of the configuration that exclude each other, in the order they were read."""

    later: Place
    earlier: Place
    key: str
    problem: str
    label: str  # of the later certificate

    @property
    def remedy(self) -> str:
        """Say what an operator can do about it."""
        return REMEDIES[self.key]


def conflicts(jobs: Sequence[Job]) -> Iterator[Conflict]:
    """Find the jobs that exclude each other.

    Two devices may be the same BIG-IP, so profiles are compared by address, not by device name.
    """
    devices: dict[str, Device] = {}
    owners: dict[tuple[str, int, str], Job] = {}
    labels: dict[str, Job] = {}
    for job in jobs:
        known = devices.setdefault(job.device.name, job.device)
        profiles = [(host, job.device.port, path) for host in job.device.hosts for path in job.profiles]
        owner = next((owners[profile] for profile in profiles if profile in owners), None)
        if not known.is_reached_like(job.device):
            problem = f"{job.device.name} is reached differently from the device of the same name at"
            yield Conflict(job.device.place, known.place, "name", problem, job.label)
        elif owner:
            problem = f"the client SSL profile {job.profile} already belongs to the certificate at"
            yield Conflict(job.place, owner.place, "common_name", problem, job.label)
        elif job.label in labels:
            problem = f"{job.label} is already the name of the certificate at"
            yield Conflict(job.place, labels[job.label].place, "common_name", problem, job.label)
        for profile in profiles:
            owners.setdefault(profile, job)
        labels.setdefault(job.label, job)
    yield from _replaced_although_owned(jobs, owners)
    yield from _duplicate_defaults(jobs)


def _replaced_although_owned(jobs: Sequence[Job], owners: Mapping[tuple[str, int, str], Job]) -> Iterator[Conflict]:
    """Find profiles that may be replaced and belong to another certificate."""
    for job in jobs:
        for host, path in product(job.device.hosts, job.replace_profiles):
            owner = owners.get((host, job.device.port, path))
            if owner and owner is not job:
                problem = f"{path} may not be replaced: it belongs to the certificate at"
                yield Conflict(job.place, owner.place, "replace_profiles", problem, job.label)
                break


def _duplicate_defaults(jobs: Sequence[Job]) -> Iterator[Conflict]:
    """Find two SNI defaults for one virtual server: BIG-IP allows one (01071809)."""
    for earlier, later in _with_a_place_in_common([job for job in jobs if job.sni and job.sni_default]):
        if shared := _shared_server(earlier, later):
            problem = f"{shared} already has its SNI default from the certificate at"
            yield Conflict(later.place, earlier.place, "sni_default", problem, later.label)


def _with_a_place_in_common(jobs: Sequence[Job]) -> list[tuple[Job, Job]]:
    """Return every two jobs that may share a virtual server, in their order, without comparing each with each."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for later, job in enumerate(jobs):
        own, others = _places(job)
        for host, place in product(job.device.hosts, others):
            pairs.update((earlier, later) for earlier in found[host, job.device.port, place])
        for host, place in product(job.device.hosts, own):
            found[host, job.device.port, place].append(later)
    return [(jobs[earlier], jobs[later]) for earlier, later in sorted(pairs)]


def _places(job: Job) -> tuple[set[str], set[str]]:
    """Return where a job is found, and where it looks for others; ``all`` meets whatever is in its partition."""
    if job.every_virtual_server:
        return {f"all of {job.partition}"}, {f"all of {job.partition}", f"some of {job.partition}"}
    partitions = {partition_of(path) for path in job.virtual_servers}
    listed = set(job.virtual_servers)
    return listed | {f"some of {one}" for one in partitions}, listed | {f"all of {one}" for one in partitions}


def _shared_server(one: Job, other: Job) -> str | None:
    """Return a virtual server of both, or None; ``all`` is every one of its partition."""
    if not one.device.meets(other.device):
        return None
    for every, listed in ((one, other), (other, one)):
        if every.every_virtual_server and listed.every_virtual_server:
            return f"every virtual server of {one.partition}" if one.partition == other.partition else None
        if every.every_virtual_server:
            return next((path for path in listed.virtual_servers if partition_of(path) == every.partition), None)
    return next((path for path in one.virtual_servers if path in other.virtual_servers), None)
