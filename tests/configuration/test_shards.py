"""``--shard``: every BIG-IP in exactly one share, the same in every run, and few move if one comes or goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sectigo_f5.configuration.shards import INDEX, Shard, first_hosts, forgotten, in_shard, parse, why_empty
from sectigo_f5.model import Job
from tests.support import builders
from tests.support.properties import generated

HOSTS = some.sampled_from([f"bigip{number}.example.net" for number in range(12)])
UNITS = some.lists(HOSTS, min_size=1, max_size=3, unique=True).map(tuple)
FLEETS = some.lists(some.tuples(UNITS, some.sampled_from([443, 8443])), min_size=1, max_size=9)
COUNTS = some.integers(1, 6)


def jobs_of(fleet: Iterable[tuple[tuple[str, ...], int]]) -> list[Job]:
    """Return a certificate for each login; names, users and ports are different wherever they can be."""
    jobs = []
    for number, (hosts, port) in enumerate(fleet):
        device = builders.device(name=f"bigip-{number}", hosts=hosts, port=port, username=f"user{number}")
        jobs.append(builders.job(f"site{number}.example.com", device=device))
    return jobs


def shares(jobs: Sequence[Job], count: int) -> dict[str, int]:
    """Return the shard of each certificate, which must be in exactly one."""
    found = [(job.label, index) for index in range(count) for job in in_shard(Shard(index, count), jobs, jobs)]
    assert sorted(label for label, _ in found) == sorted(job.label for job in jobs)
    return dict(found)


@generated(25)
@given(FLEETS, COUNTS)
def test_hosts_that_one_device_lists_are_in_one_shard(fleet: list[tuple[tuple[str, ...], int]], count: int) -> None:
    jobs = jobs_of(fleet)
    share = shares(jobs, count)
    for host in {host for hosts, _ in fleet for host in hosts}:
        assert len({share[job.label] for job in jobs if host in job.device.hosts}) == 1


@generated(25)
@given(FLEETS, COUNTS, some.randoms())
def test_shards_do_not_depend_on_the_order(
    fleet: list[tuple[tuple[str, ...], int]], count: int, random: Random
) -> None:
    jobs = jobs_of(fleet)
    mixed = list(jobs)
    random.shuffle(mixed)
    assert shares(mixed, count) == shares(jobs, count)


@generated(25)
@given(FLEETS, UNITS, COUNTS)
def test_a_device_more_moves_only_what_it_connects(
    fleet: list[tuple[tuple[str, ...], int]], more: tuple[str, ...], count: int
) -> None:
    before, after = jobs_of(fleet), jobs_of([*fleet, (more, 443)])
    was, now = shares(before, count), shares(after, count)
    first = first_hosts(job.device for job in after)
    apart = [job for job in before if first[job.device.hosts[0]] != first[more[0]]]
    assert [job.label for job in apart if was[job.label] != now[job.label]] == []


@generated(25)
@given(FLEETS, COUNTS)
def test_a_shard_more_takes_from_the_others_and_nothing_else_moves(
    fleet: list[tuple[tuple[str, ...], int]], count: int
) -> None:
    jobs = jobs_of(fleet)
    was, now = shares(jobs, count), shares(jobs, count + 1)
    assert {now[label] for label in was if now[label] != was[label]} <= {count}


def test_shards_are_those_of_every_release() -> None:
    """Another release, host or Python must not spread them in another way."""
    jobs = jobs_of([((f"192.0.2.{number}",), 443) for number in range(20)])
    first = [job.device.hosts[0].removeprefix("192.0.2.") for job in in_shard(Shard(0, 4), jobs, jobs)]
    assert first == ["6", "7", "8", "16", "17"]


def test_shards_of_many_devices_are_of_like_size() -> None:
    share = shares(jobs_of([((f"192.0.2.{number}", f"198.51.100.{number}"), 443) for number in range(200)]), 4)
    assert all(35 <= list(share.values()).count(index) <= 65 for index in range(4))


def test_a_chain_of_devices_is_one_group() -> None:
    jobs = jobs_of([(("c", "d"), 443), (("a", "b"), 443), (("b", "c"), 8443), (("e",), 443)])
    assert first_hosts(job.device for job in jobs) == {"a": "a", "b": "a", "c": "a", "d": "a", "e": "e"}


def test_only_some_of_the_certificates_are_where_all_of_them_put_them() -> None:
    """``--only`` may choose the one that knows one unit of the two."""
    jobs = jobs_of([(("b",), 443), (("a", "b"), 443)])
    for index in range(9):
        both, one = (in_shard(Shard(index, 9), chosen, jobs) for chosen in (jobs, jobs[:1]))
        assert len(both) == 2 * len(one)


def test_an_empty_shard_says_where_the_certificates_are() -> None:
    jobs = jobs_of([(("a",), 443)])
    (index,) = shares(jobs, 4).values()
    other = Shard((index + 1) % 4, 4)
    assert why_empty(other, jobs, jobs) == f"nothing to do in shard {other}: what was selected is in shard {index}"
    assert why_empty(other, [], []) == f"nothing to do in shard {other}"


@pytest.mark.parametrize(
    ("text", "environ", "shard"),
    [
        ("0/1", {}, Shard(0, 1)),
        ("3/4", {INDEX: "1"}, Shard(3, 4)),
        ("/4", {INDEX: "0"}, Shard(0, 4)),
        ("/4", {INDEX: "3"}, Shard(3, 4)),
        ("999/1000", {}, Shard(999, 1000)),
    ],
)
def test_a_shard_is_read(text: str, environ: dict[str, str], shard: Shard) -> None:
    assert parse(text, environ) == shard


@pytest.mark.parametrize(
    ("text", "environ", "problem"),
    [
        ("4/4", {}, "'4/4' is not possible; write I/N, with N shards of 1 to 1000 and I from 0 to N-1"),
        ("0/0", {}, "'0/0' is not possible"),
        ("0/1001", {}, "'0/1001' is not possible"),
        ("-1/2", {}, "'-1/2' is not possible"),
        ("x/y", {}, "'x/y' is not possible"),
        ("1", {}, "'1' is not possible"),
        ("1/", {}, "'1/' is not possible"),
        ("", {}, "'' is not possible"),
        (" 1/2", {}, "' 1/2' is not possible"),
        ("1/2/3", {}, "'1/2/3' is not possible"),
        ("١/٢", {}, "'١/٢' is not possible"),
        (f"1/{'9' * 5000}", {}, "is not possible"),
        ("/4", {}, "'/4' takes I from $JOB_COMPLETION_INDEX, which is not set"),
        ("/4", {INDEX: ""}, "'/4' takes I from $JOB_COMPLETION_INDEX, which is not set"),
        ("/4", {INDEX: "4"}, "'/4' with $JOB_COMPLETION_INDEX='4' is not possible"),
        ("/4", {INDEX: "first"}, "'/4' with $JOB_COMPLETION_INDEX='first' is not possible"),
    ],
)
def test_a_shard_that_is_none_is_refused(text: str, environ: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match="write I/N") as raised:
        parse(text, environ)
    assert problem in str(raised.value)


def test_a_pod_without_a_shard_is_refused() -> None:
    assert forgotten({}) is forgotten({INDEX: ""}) is None
    assert "would do all BIG-IPs; add --shard /N" in (forgotten({INDEX: "0"}) or "")
