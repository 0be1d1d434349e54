"""A signal asks the run to stop: whoever waits is woken, whoever begins something is told, once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path

import pytest

from sectigo_f5 import process
from sectigo_f5.errors import InterruptedRunError
from sectigo_f5.stopping import SIGNALS, StopRequest, by_signals, check, obeying, pause, whole

LONG = 60.0  # seconds, which no test waits


def send(number: int) -> None:
    """Send a signal as the kernel does, and have the main thread notice it."""
    signal.pthread_kill(threading.main_thread().ident or 0, number)


@contextmanager
def stopped() -> Iterator[StopRequest]:
    stop = StopRequest()
    with obeying(stop):
        stop.request("stopped by a test")
        yield stop


@contextmanager
def inherited(number: int, disposition: signal.Handlers) -> Iterator[None]:
    before = signal.signal(number, disposition)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_wakes_whoever_waits_and_is_announced_once(number: signal.Signals) -> None:
    announced: list[str] = []
    with by_signals(announced.append) as stop, obeying(stop):
        send(number)
        with pytest.raises(InterruptedRunError, match=f"stopped by {number.name}"):
            pause(LONG)
        send(signal.SIGTERM)
        pause(0.01)
    assert announced == [f"stopped by {number.name}"]


def test_workers_in_other_threads_are_woken_too() -> None:
    def work(stop: StopRequest) -> None:
        with obeying(stop):
            pause(LONG)

    with by_signals(lambda _: None) as stop, ThreadPoolExecutor() as pool:
        workers = [pool.submit(work, stop) for _ in range(3)]
        send(signal.SIGTERM)
        assert [type(worker.exception(timeout=20)) for worker in workers] == [InterruptedRunError] * 3


class Noisy:
    """An object whose end is signalled: CPython drops what is raised there."""

    def __del__(self) -> None:
        send(signal.SIGTERM)


def test_a_signal_at_the_end_of_an_object_is_not_lost() -> None:
    with by_signals(lambda _: None) as stop, obeying(stop):
        one: list[Noisy] = [Noisy()]
        one.clear()
        with pytest.raises(InterruptedRunError):
            pause(LONG)


def test_what_was_told_ends_in_order() -> None:
    with stopped():
        with pytest.raises(InterruptedRunError):
            check()
        check()
        pause(0.01)


def test_each_line_of_work_is_told() -> None:
    with stopped() as stop:
        for _ in range(2):
            with obeying(stop), pytest.raises(InterruptedRunError):
                check()


def test_what_is_whole_is_not_stopped_within_but_behind() -> None:
    with stopped():
        with whole():
            check()
            pause(0.01)
            copy_context().run(check)
        with pytest.raises(InterruptedRunError):
            check()


def test_nobody_is_told_before_a_signal_or_without_a_run() -> None:
    check()
    with obeying(StopRequest()):
        check()
        pause(0.01)


def test_an_ignored_hangup_stays_ignored() -> None:
    """As ``nohup`` has it; SIGTERM is obeyed whoever started us."""
    with inherited(signal.SIGHUP, signal.SIG_IGN), inherited(signal.SIGTERM, signal.SIG_IGN):
        with by_signals(lambda _: None) as stop:
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            send(signal.SIGTERM)
            assert stop.wait(LONG)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN


def test_the_process_has_its_own_handlers_and_files_again_afterwards() -> None:
    def held() -> tuple[list[object], int]:
        return [signal.getsignal(number) for number in SIGNALS], len(list(Path("/proc/self/fd").iterdir()))

    before = held()
    with by_signals(lambda _: None):
        pass
    assert held() == before


def test_an_ignored_end_of_children_is_not_inherited() -> None:
    """Some agents ignore SIGCHLD, and exec keeps that: then the kernel tells nobody how a program has ended."""
    with inherited(signal.SIGCHLD, signal.SIG_IGN), by_signals(lambda _: None):
        assert process.run(["/bin/sh", "-c", "exit 7"], timeout=20, env={}).status == 7
