"""The first run of a cell, which meets the fault: in this process, or in one that gets a real signal."""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TypeVar
from unittest.mock import patch

import requests

from sectigo_f5 import stopping
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.model import Result
from sectigo_f5.report.results import exit_code
from sectigo_f5.simulator import Exchange
from sectigo_f5.stopping import StopRequest
from tests.support.world import World
from tests.walk.operations import Operation
from tests.walk.watching import Watch

T = TypeVar("T")
IMPATIENCE = 0.3  # seconds, the time-out of the one call that is not answered
PATIENCE = 2.0  # seconds for a connection that was closed to end
LONGEST = 60  # seconds of a run in another process


def in_this_process(world: World, operation: Operation) -> Result:
    """Run the operation once."""
    return world.one(operation.job(world), work=operation.work)


@contextmanager
def impatient_at(number: int) -> Iterator[None]:
    """Shorten the time-out of the call of that number: what is not answered within it is too slow."""
    numbers, exchange = count(1), IControl.exchange

    def counted(client: IControl, call: Call) -> requests.Response:
        return exchange(client, replace(call, timeout=IMPATIENCE) if next(numbers) == number else call)

    with patch.object(IControl, "exchange", counted):
        yield


def until_signal(
    world: World, operation: Operation, watch: Watch, last: int, number: signal.Signals
) -> tuple[Result | None, int]:
    """Run the operation in a process of its own, see :func:`told_until_signal`; the books of the CA stay here."""

    def look(exchange: Exchange) -> None:
        world.authority.read_books()  # type: ignore[attr-defined]
        watch.look_after(exchange)

    def run(stop: StopRequest) -> tuple[Result, int]:
        result = world.one(operation.job(world), work=operation.work, stop=stop)
        return result, exit_code([result], [])

    told = told_until_signal(world, run, look, last, number)
    world.authority.read_books()  # type: ignore[attr-defined]
    return told


def told_until_signal(
    world: World,
    run: Callable[[StopRequest], tuple[T, int]],
    look: Callable[[Exchange], None],
    last: int,
    number: signal.Signals,
) -> tuple[T | None, int]:
    """Run in a process of its own, which gets a signal when its request ``last`` is executed.

    The simulator stays here; the signal is sent before the request is answered, and then there is a look. Returns
    what the run still told, if anything, and the exit code; negative: the signal that ended it.
    """
    _until_nothing_is_served()
    (reading, writing), (waiting, beginning) = os.pipe(), os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the threads of the simulator do not come along: right so
        child = os.fork()
    if child == 0:
        os.read(waiting, 1)  # until every request is counted
        _go_and_end(run, writing)
    os.close(writing)
    requests_so_far = count(1)

    def hook(exchange: Exchange) -> None:
        if next(requests_so_far) == last:
            os.kill(child, number)
        look(exchange)

    world.device.hook = hook
    os.write(beginning, b"!")
    faulthandler.dump_traceback_later(LONGEST - 5)  # of the simulator: why does it not answer?
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    faulthandler.cancel_dump_traceback_later()
    world.device.hook = None
    os.close(waiting)
    os.close(beginning)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return (pickle.loads(told) if told else None), code  # noqa: S301  # our own child wrote it


def _until_nothing_is_served() -> None:
    """Wait until each connection has ended: a fork would copy the locks of its thread, and nobody would open them."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(PATIENCE)


def _go_and_end(run: Callable[[StopRequest], tuple[object, int]], writing: int) -> None:
    """Be the process that runs; like the command line it asks for an orderly end when it is signalled."""
    code = 3
    try:
        faulthandler.dump_traceback_later(LONGEST - 5)
        signal.alarm(LONGEST)
        with stopping.by_signals(lambda why: None) as stop, stopping.obeying(stop):
            told, code = run(stop)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(told, pipe)
    finally:
        os._exit(code)
