"""Step 3, the look: everything on the device that bears on one certificate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sectigo_f5.bigip.unit import Unit, missing
from sectigo_f5.device_objects import COMMON, Observation, Pair, VirtualServer
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, Job, partition_of

HTTPS = 443


def observe(f5: Unit, job: Job, managed: Collection[str] = ()) -> Observation:
    """Read everything that bears on one certificate.

    ``managed`` are the profiles of the other configured certificates. What the YAML names and cannot be
    used is not an error here: a certificate that is due is renewed all the same.
    """
    job = _named_as_there(f5, job)
    listed = listed_servers(f5, job)
    unusable = _unusable_places(f5, job, listed) | _unusable_servers(f5, job, listed)
    have = f5.holdings
    return Observation(
        job=job,
        profile=have.profiles.get(job.profile),
        pairs=tuple(sorted(_pairs(f5, job), key=lambda pair: pair.generation)),
        virtual_servers=tuple(server for server in listed.values() if server and server.path not in unusable),
        profiles=have.profiles,
        certificates=have.certificates,
        managed=frozenset(managed).difference(job.profiles),
        unusable=unusable,
        listed=tuple(filter(None, listed.values())),
    )


def listed_servers(f5: Unit, job: Job) -> Mapping[str, VirtualServer | None]:
    """Read the virtual servers that the YAML lists, by path; None for one that does not exist."""
    if job.every_virtual_server:
        here = (server for server in f5.every_server() if partition_of(server.path) == job.partition)
        return {server.path: server for server in here if _wants_tls(server)}
    return f5.servers_at(job.virtual_servers)


def _named_as_there(f5: Unit, job: Job) -> Job:
    """Let a profile keep the name that an earlier version gave it, if it is there under that name alone."""
    present = [path for path in job.profiles if path in f5.holdings.profiles]
    return replace(job, named_before=bool(present) and present[0] != job.profiles[0])


def _pairs(f5: Unit, job: Job) -> Iterator[Pair]:
    have = f5.holdings
    for issue in have.ours(job):
        certificate, key = have.certificates.get(issue.certificate), have.keys.get(issue.key)
        if certificate and key:
            yield Pair(issue, certificate, key, issue.chain in have.certificates)


def _unusable_places(f5: Unit, job: Job, listed: Mapping[str, VirtualServer | None]) -> dict[str, str]:
    """Return why the partition or the parent profile cannot be used, by its name."""
    profiles, parent = f5.holdings.profiles, job.parent_profile
    unusable = dict[str, str]()
    there = {COMMON, *(partition_of(path) for path, found in listed.items() if found)}
    partitions = f5.references.partitions if job.partition not in there and job.profile not in profiles else None
    if partitions is not None and job.partition not in partitions:
        unusable[job.partition] = missing("the partition", job.partition, partitions)
    if parent not in profiles:
        unusable[parent] = missing("the parent profile", parent, profiles)
    elif partition_of(parent) not in (job.partition, COMMON):
        where = "not in Common" if job.partition == COMMON else f"neither in partition {job.partition} nor in Common"
        unusable[parent] = f"the parent profile {parent} is {where}"
    return unusable


def _unusable_servers(f5: Unit, job: Job, listed: Mapping[str, VirtualServer | None]) -> dict[str, str]:
    """Return what keeps virtual servers of a certificate from being used, by path."""
    if job.every_virtual_server and not listed:
        none = (
            f"virtual_servers: all finds none in partition {job.partition}: none has an HTTP profile "
            "and either a client SSL profile or port 443; list them by name"
        )
        return {ALL_VIRTUAL_SERVERS: none}
    unusable = {path: f5.missing_server(path) for path, server in listed.items() if server is None}
    return unusable | {
        path: f"{path} has no HTTP profile; attach one (for example /Common/http) or take it out of virtual_servers"
        for path, server in listed.items()
        if server and not server.http
    }


def _wants_tls(server: VirtualServer) -> bool:
    return server.http and (bool(server.client_ssl) or server.listens.port == HTTPS)
