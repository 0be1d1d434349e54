"""``--shard I/N``: which share of the BIG-IPs a command is for, the same on every host and in every run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sectigo_f5.model import Device, Job

INDEX = "JOB_COMPLETION_INDEX"  # what Kubernetes tells each pod of an Indexed Job: from 0
MOST = 1000  # shards
FORM = f"write I/N, with N shards of 1 to {MOST} and I from 0 to N-1; or /N, and ${INDEX} is I"


TOGETHER = "list both addresses under host: of each of these devices"


@dataclass(frozen=True)
class Shard:
    """One of ``count`` shares of the devices; ``index`` counts from 0."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse(text: str, environ: Mapping[str, str]) -> Shard:
    """Read ``I/N``, or ``/N`` with I from the environment; raises :class:`ValueError` that says what to write."""
    match = re.fullmatch(r"([0-9]{0,9})/([0-9]{1,9})", text)
    if match is None:
        raise ValueError(f"{text!r} is not possible; {FORM}")
    index, origin = match[1], ""
    if not index:
        index, origin = environ.get(INDEX, ""), f" with ${INDEX}={environ.get(INDEX)!r}"
        if not index:
            raise ValueError(f"{text!r} takes I from ${INDEX}, which is not set: {FORM}")
    if not re.fullmatch(r"[0-9]{1,9}", index) or not int(index) < int(match[2]) <= MOST:
        raise ValueError(f"{text!r}{origin} is not possible; {FORM}")
    return Shard(int(index), int(match[2]))


def forgotten(environ: Mapping[str, str]) -> str | None:
    """Return what is wrong if there is no ``--shard``: each pod of an Indexed Job would do everything."""
    index = environ.get(INDEX)
    if not index:
        return None
    return f"${INDEX} is {index}: each pod of the Job would do all BIG-IPs; add --shard /N, where N is its completions"


def in_shard(shard: Shard | None, jobs: Sequence[Job], configured: Sequence[Job]) -> tuple[Job, ...]:
    """Return those of ``jobs`` that belong to the shard; all of them if there are no shards.

    ``configured`` are the jobs of the whole configuration: which hosts belong together is read there.
    """
    if shard is None:
        return tuple(jobs)
    shards = _shards_of_hosts(configured, shard.count)
    return tuple(job for job in jobs if shards[job.device.hosts[0]] == shard.index)


def why_empty(shard: Shard, jobs: Sequence[Job], configured: Sequence[Job]) -> str:
    """Say of a shard that has none of ``jobs`` where they are."""
    shards = _shards_of_hosts(configured, shard.count)
    others = ", ".join(map(str, sorted({shards[job.device.hosts[0]] for job in jobs})))
    return f"nothing to do in shard {shard}" + (f": what was selected is in shard {others}" if others else "")


def divided(shard: Shard, configured: Sequence[Job], identities: Mapping[str, str]) -> Iterator[str]:
    """Yield a warning for each BIG-IP of the shard that is in another one, too, by an address that no device lists.

    ``identities`` is who has answered at ``host:port`` in earlier runs. The shards themselves do not depend on it:
    each has a state of its own.
    """
    shards, found = _shards_of_hosts(configured, shard.count), dict[str, dict[int, str]]()
    for device, host in ((job.device, host) for job in configured for host in job.device.hosts):
        if identity := identities.get(f"{host}:{device.port}"):
            found.setdefault(identity, {}).setdefault(shards[host], host)
    for places in found.values():
        if shard.index in places and len(places) > 1:
            hosts = " and ".join(places[index] for index in sorted(places))
            indexes = " and ".join(map(str, sorted(places)))
            yield f"{hosts} are one BIG-IP, in shards {indexes}, which may change it at once; {TOGETHER}"


def _shards_of_hosts(configured: Iterable[Job], count: int) -> dict[str, int]:
    first = first_hosts(job.device for job in configured)
    shards = {host: index_of(host, count) for host in set(first.values())}
    return {host: shards[group] for host, group in first.items()}


def index_of(host: str, count: int) -> int:
    """Return the shard of a group of hosts by its first host: the one whose number hashed with it is the highest.

    So one shard more takes its share from each of the others, and nothing else moves (rendezvous hashing, Thaler
    and Ravishankar 1998).
    """
    return max(range(count), key=lambda index: hashlib.sha256(f"{index} {host}".encode()).digest())


def first_hosts(devices: Iterable[Device]) -> dict[str, str]:
    """Return the first host, in alphabetical order, of the group that each host belongs to.

    Hosts belong together that one device lists, directly or through others, whatever their names, users and ports:
    one BIG-IP listens on several ports, and two processes must never work on it at once.
    """
    above: dict[str, str] = {}

    def first(host: str) -> str:
        while above[host] != host:
            host = above[host]
        return host

    for device in devices:
        for host in device.hosts:
            above.setdefault(host, host)
        tops = {first(host) for host in device.hosts}
        above.update(dict.fromkeys(tops, min(tops)))
    return {host: first(host) for host in above}
