"""What the threads of one run share: challenges on one virtual server never overlap, on two of them they do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import process, stopping
from sectigo_f5.acme.authority import Authority
from sectigo_f5.acme.concurrency import Once, VirtualServerLocks
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret
from sectigo_f5.stopping import StopRequest
from sectigo_f5.validation import Http01
from tests.acme.conftest import now, request
from tests.support.properties import generated

HOSTS = ("bigip1.example.net", "bigip2.example.net")
SERVERS = ("/Common/a", "/Common/b", "/Common/c")
SETS = st.tuples(st.sets(st.sampled_from(HOSTS), min_size=1), st.sets(st.sampled_from(SERVERS), min_size=1))


def is_free(locks: VirtualServerLocks | Authority, server: str) -> bool:
    """Ask in a thread of its own, which does not wait."""
    stop, hold = StopRequest(), locks.held if isinstance(locks, VirtualServerLocks) else locks.alone_on
    stop.request("it is not waited for")

    def ask() -> bool:
        with stopping.obeying(stop), hold(HOSTS[1:], [server]):
            return True

    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(ask).result(timeout=5)
        except InterruptedRunError:
            return False


def test_a_challenge_has_its_own_virtual_server_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, found = Authority(Account("https://127.0.0.1:1/"), tmp_path, clock=now), dict[str, bool]()

    def certbot(argv: Sequence[str], **_: Any) -> process.Completion:
        found.update({server: is_free(authority, server) for server in SERVERS})
        return process.Completion(1, "no", timed_out=False, seconds=0.0)

    monkeypatch.setattr(process, "run", certbot)
    validation = Http01(HOSTS, "admin", Secret("p4ss"), SERVERS[:1], "Common", None, apm=False)
    with pytest.raises(ConnectorError, match="no certificate was issued"):
        authority.issue(request("www.example.com"), validation)
    assert found == {"/Common/a": False, "/Common/b": True, "/Common/c": True}
    assert is_free(authority, "/Common/a")


@pytest.mark.parametrize("fails", [False, True])
def test_a_step_is_done_once_whichever_threads_need_it(fails: bool) -> None:
    """As the registration of the account, which many orders share."""
    done, all_here = list[int](), threading.Barrier(4)

    def step() -> int:
        done.append(1)
        if fails:
            raise ConnectorError("the CA refuses")
        return 7

    once = Once(step)

    def need(_: int) -> int | str:
        all_here.wait(5)
        try:
            return once.get()
        except ConnectorError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(need, range(4))) == {"the CA refuses" if fails else 7}
    assert done == [1]


@generated(20)
@given(wanted=st.lists(SETS, min_size=2, max_size=6))
def test_a_virtual_server_is_held_once_whoever_wants_it(wanted: list[tuple[set[str], set[str]]]) -> None:
    locks, guard, held, most = VirtualServerLocks(), threading.Lock(), Counter[tuple[str, str]](), list[int]()

    def work(hosts: set[str], servers: set[str]) -> None:
        keys = [(host, server) for host in hosts for server in servers]
        for _ in range(3):
            with locks.held(hosts, servers), locks.held(hosts, servers):
                with guard:
                    held.update(keys)
                    most.append(max(held.values()))
                with guard:
                    held.subtract(keys)

    with ThreadPoolExecutor(len(wanted)) as pool:
        for done in [pool.submit(work, *one) for one in wanted]:
            done.result(timeout=20)
    assert max(most) == 1


def test_waiting_for_a_virtual_server_ends_when_the_run_is_to_stop() -> None:
    locks, stop, waits = VirtualServerLocks(), StopRequest(), threading.Event()

    def second() -> None:
        with stopping.obeying(stop):
            waits.set()
            with locks.held(HOSTS, SERVERS[1:]):
                raise AssertionError

    with ThreadPoolExecutor(1) as pool, locks.held(HOSTS, SERVERS[:2]):
        done = pool.submit(second)
        waits.wait(5)
        stop.request("stopped by SIGTERM")
        with pytest.raises(InterruptedRunError):
            done.result(timeout=5)
    assert [is_free(locks, server) for server in SERVERS] == [True, True, True]
