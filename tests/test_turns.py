"""Whose turn it is at a BIG-IP: one at a time, in the order of asking, and never for ever."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import turns
from sectigo_f5.acme.concurrency import VirtualServerLocks
from sectigo_f5.progress import Progress
from sectigo_f5.turns import Turn
from tests.support.properties import generated

HOSTS = ("bigip.example.net",)
SERVERS = st.sets(st.sampled_from(("/Common/a", "/Common/b", "/Common/c")))
STEPS = st.lists(st.tuples(st.sampled_from(("order", "change")), SERVERS), max_size=4)


class Alone:
    """Notes whether ever two were in it."""

    def __init__(self) -> None:
        self._busy, self.shared = threading.Lock(), False

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        free = self._busy.acquire(blocking=False)
        self.shared |= not free
        yield
        if free:
            self._busy.release()


@generated(25)
@given(workers=st.lists(STEPS, min_size=2, max_size=6))
def test_nobody_waits_in_a_circle_and_nobody_shares_a_turn(workers: list[list[tuple[str, set[str]]]]) -> None:
    """Orders have virtual servers without the turn, changes have them with it."""
    turn, locks, device = Turn(threading.Condition()), VirtualServerLocks(), Alone()

    def change(servers: set[str]) -> None:
        with locks.held(HOSTS, servers), device.entered():
            pass

    def order(servers: set[str]) -> None:
        with device.entered():
            pass
        with turns.given_back(), locks.held(HOSTS, servers), turns.given_back():
            pass

    def work(steps: list[tuple[str, set[str]]]) -> None:
        turn.take()
        with turn.held():
            for what, servers in steps:
                (order if what == "order" else change)(servers)

    with ThreadPoolExecutor(len(workers)) as pool:
        for done in [pool.submit(copy_context().run, work, steps) for steps in workers]:
            done.result(timeout=20)
    assert turn.is_free()
    assert not device.shared


def test_a_turn_is_ours_again_before_an_error_is_dealt_with() -> None:
    turn, other = Turn(threading.Condition()), threading.Event()

    def somebody_else() -> None:
        turn.take()
        other.set()
        turn.give_back()

    turn.take()
    with ThreadPoolExecutor(1) as pool, turn.held():
        asked = pool.submit(somebody_else)
        assert not other.is_set()
        with pytest.raises(ZeroDivisionError), turns.given_back():
            _fail_after(asked)
        assert not turn.is_free()
    assert turn.is_free()


def _fail_after(asked: Future[None]) -> None:
    asked.result(timeout=5)
    raise ZeroDivisionError


def test_a_turn_that_nobody_has_is_not_given_back() -> None:
    with turns.given_back(), turns.given_back():
        pass


def test_waiting_for_a_turn_that_another_has_is_told_of_the_certificate() -> None:
    turn, told = Turn(threading.Condition()), list[tuple[str, str]]()

    class Watching(Progress):
        def doing(self, subject: str, text: str) -> None:
            told.append((subject, text))
            turn.give_back()

    turn.take()
    with turn.held(), Watching().at_work("www.example.com@bigip-fra"):
        with turns.given_back():
            pass
        assert told == []
        with turns.given_back():
            turn.take()
        assert told == [("www.example.com@bigip-fra", "waiting for its turn at the BIG-IP")]
