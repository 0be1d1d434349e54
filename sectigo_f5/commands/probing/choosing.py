"""Which BIG-IP a probe asks, and in which partition it makes its scratch objects."""

from __future__ import annotations

from collections.abc import Sequence

from sectigo_f5.configuration.findings import alternatives, did_you_mean, quote
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Device, Job

LISTED = 20  # devices in a message, before the number of the others


def of_device(jobs: Sequence[Job], name: str) -> tuple[Job, ...]:
    """Return the certificates of the BIG-IP that ``--device`` names: by its name in the YAML, or by one of its hosts.

    Raises :class:`ConfigurationError` if there is none, or if several have that host.
    """
    found = [job for job in jobs if job.device.name == name]
    found = found or [job for job in jobs if name.lower() in job.device.hosts]
    devices = {job.device.name: job.device for job in found}
    if not devices:
        raise ConfigurationError(_nothing_matches(list({job.device.name: job.device for job in jobs}.values()), name))
    if len(devices) > 1:
        raise ConfigurationError(f"--device {quote(name)} is a host of several; write {alternatives(devices)}")
    return tuple(found)


def _nothing_matches(devices: Sequence[Device], name: str) -> str:
    names = [device.name for device in devices]
    guess = did_you_mean(name, [*names, *(host for device in devices for host in device.hosts)])
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    known = f"{', '.join(names[:LISTED]) or 'none'}{more}"
    return f"--device {quote(name)} is not a BIG-IP of the YAML files{guess}; configured: {known}"


def partition_of(jobs: Sequence[Job], wanted: Sequence[str]) -> str:
    """Return the partition for scratch objects: the one that is wanted, or the first in the order of the YAML files.

    Raises :class:`ConfigurationError` if no certificate of the BIG-IP is in the one that is wanted.
    """
    known = partitions_of(jobs)
    if not wanted:
        return known[0]
    (name,) = wanted
    if name not in known:
        raise ConfigurationError(
            f"--partition {quote(name)} has no certificate of {jobs[0].device.name} in the YAML files"
            f"{did_you_mean(name, known)}; write {alternatives(known)}"
        )
    return name


def partitions_of(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Return the partitions of certificates, in the order of the YAML files."""
    return tuple(dict.fromkeys(job.partition for job in jobs))
