"""The only place that runs a program.

A program gets standard input from nowhere, its two outputs merged into one pipe, and a process
group of its own. It is always over when :func:`run` returns, and so is all that it started.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sectigo_f5.errors import ConnectorError
from sectigo_f5.secret import Secret, mask

logger = logging.getLogger(__name__)

GRACE = 90.0  # seconds to clean up after SIGTERM: a plugin detaches its iRules by up to six calls each
LOOK_EVERY = 0.1  # seconds; only matters where the end of the output does not tell that the program ended
OUTPUT_LIMIT = 1 << 20  # bytes, counted from the end: what a program says last is why it failed


@dataclass(frozen=True)
class Finished:
    """How a program ended."""

    status: int  # its exit status; negative: the signal that ended it
    output: str  # standard output and standard error as they came, secrets masked
    timed_out: bool
    seconds: float


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str],
    known: Iterable[Secret] = (),
    grace: float = GRACE,
) -> Finished:
    """Run a program to its end, at most for ``timeout`` + ``grace`` seconds.

    At the time-out, and when an exception (Ctrl-C, :class:`InterruptedRunError`) reaches us while
    we wait, the program itself gets SIGTERM first: Certbot then has its plugin take back what it
    put on a BIG-IP. After ``grace`` seconds its whole process group is killed. ``env`` is the whole
    environment; ``argv`` is logged, so it holds no secrets. Raises :class:`ConnectorError` when the
    program cannot be started.
    """
    began = time.monotonic()
    started: list[_Program] = []
    try:
        _start(argv, env, started)
        timed_out = not started[0].collect(timeout)
    finally:
        for program in started:
            program.end(grace)
    status, seconds = program.status, time.monotonic() - began
    how = "timed out" if timed_out else f"status {status}"
    logger.debug("%s: %s after %.1f s", shlex.join(argv), how, seconds)
    return Finished(status, mask(program.text(), known), timed_out, seconds)


def _start(argv: Sequence[str], env: Mapping[str, str], started: list[_Program]) -> None:
    """Start a program and note it in ``started``, both in a thread of its own.

    The exception that a signal raises comes to the main thread alone: so it cannot come between the
    program's start and our knowing of it, and leave a program behind that nobody ends.
    """

    def start() -> None:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            bufsize=0,
            start_new_session=True,
        )
        started.append(_Program(process))

    try:
        with ThreadPoolExecutor(max_workers=1) as helper:
            helper.submit(os.getpid).result()  # now its thread is there, and `with` will wait for it
            helper.submit(start).result()
    except OSError as error:
        raise ConnectorError(
            f"{argv[0]} cannot be started ({error.strerror}); install the requirements again: "
            "pip install -r requirements.txt"
        ) from error


class _Program:
    """A program that runs; its output is read as it comes, or it would wait for us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._open = True
        self._bytes = bytearray()

    @property
    def status(self) -> int:
        """Its exit status once it has ended; negative: the signal that ended it."""
        return self._process.returncode

    def collect(self, seconds: float) -> bool:
        """Read until the program has ended; False where it has not after ``seconds``.

        Its end counts, not the pipe's: a grandchild may hold the pipe for as long as it likes.
        """
        deadline = time.monotonic() + seconds
        while not self._has_ended():
            if time.monotonic() >= deadline:
                return False
            self._read(min(LOOK_EVERY, max(0.0, deadline - time.monotonic())))
        while self._read(0):
            pass
        return True

    def end(self, grace: float) -> None:
        """Have the program end, politely if it still runs; then whatever it started and left behind."""
        with self._process:
            try:
                if not self._has_ended():
                    logger.debug("SIGTERM to process %d; SIGKILL to its group in %.0f s", self._process.pid, grace)
                    self._process.terminate()
                    self.collect(grace)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def text(self) -> str:
        """Return what was read; a first line that was cut short is left out, it may begin inside a secret."""
        whole = bytes(self._bytes)
        if len(whole) > OUTPUT_LIMIT:
            whole = whole[-OUTPUT_LIMIT:].partition(b"\n")[2]
        return whole.decode(errors="replace")

    def _read(self, seconds: float) -> bool:
        """Wait for output at most ``seconds``; False where there was none."""
        if not self._open:
            time.sleep(seconds)
            return False
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  # told to Popen above
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            if not selector.select(seconds):
                return False
        chunk = os.read(pipe.fileno(), 65536)
        self._open = bool(chunk)
        self._bytes += chunk
        del self._bytes[: -2 * OUTPUT_LIMIT]
        return self._open

    def _has_ended(self) -> bool:
        """Look whether the program has ended, without reaping it: its number stays ours, and its group's too."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
