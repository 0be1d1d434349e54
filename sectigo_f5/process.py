"""The only place that runs a program.

A program gets an empty standard input, its two outputs merged into one pipe, and a process group
of its own. When :func:`run` returns it has always ended, and so has everything that it started.
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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.secret import Secret, mask

logger = logging.getLogger(__name__)

GRACE = 90.0  # seconds to clean up after SIGTERM: a plugin detaches its iRules by up to six calls each
POLL_INTERVAL = 0.1  # seconds; only matters if the end of the output is not the end of the program
OUTPUT_LIMIT = 1 << 20  # bytes, the last ones: they say why a program failed
INSTALL = "install the connector again as its README says"


@dataclass(frozen=True)
class Completion:
    """How a program ended."""

    status: int  # its exit status; negative: the signal that ended it
    output: str = field(repr=False)  # standard output and standard error in their order, secrets masked
    timed_out: bool
    seconds: float
    printed: bytes = field(default=b"", repr=False)  # the same as it came, or the last of it


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str],
    known: Iterable[Secret] = (),
    grace: float = GRACE,
    holds: Iterable[int] = (),
    given: int = subprocess.DEVNULL,
    errors: int = subprocess.STDOUT,
    remedy: str = INSTALL,
) -> Completion:
    """Run a program to its end, for at most ``timeout`` + ``grace`` seconds.

    At the time-out, or if :class:`InterruptedRunError` ends the wait, the program itself gets SIGTERM
    first: Certbot then has its plugin remove what it put on a BIG-IP. After ``grace`` seconds its whole
    process group is killed. ``env`` is the whole environment; ``argv`` is logged, so it must not hold
    secrets. ``holds`` are open files that the program holds too: a lock among them stays taken until it
    has ended, even if we were killed. ``given`` is an open file that it reads. ``errors`` is where its
    standard error goes, instead of into its output. Raises :class:`ConnectorError` with the ``remedy`` if the
    program cannot be started. One that fails while the run is to stop has
    been stopped, whatever it says.
    """
    began = time.monotonic()
    stopping.check()
    try:
        program = _start(argv, env, holds, (given, errors))
    except OSError as error:
        raise ConnectorError(f"{argv[0]} cannot be started ({error.strerror}); {remedy}") from error
    try:
        timed_out = not program.collect(timeout, stopping.check)
    finally:
        program.end(grace)
    status, seconds = program.status, time.monotonic() - began
    how = "timed out" if timed_out else f"status {status}"
    logger.debug("%s: %s after %.1f s", shlex.join(argv), how, seconds)
    if status:  # Ctrl-C reaches also a program that is just being started: it has failed because the run is to stop
        stopping.check()
    return Completion(status, mask(program.text(), known), timed_out, seconds, program.printed)


def _start(argv: Sequence[str], env: Mapping[str, str], holds: Iterable[int], files: tuple[int, int]) -> _Program:
    given, errors = files
    return _Program(
        subprocess.Popen(
            argv,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(env),
            bufsize=0,
            start_new_session=True,
            pass_fds=tuple(holds),
        )
    )


class _Program:
    """A running program; its output is read as it comes, or the program would wait for us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._open = True
        self._bytes = bytearray()

    @property
    def status(self) -> int:
        """Its exit status once it has ended; negative: the signal that ended it."""
        return self._process.returncode

    def collect(self, seconds: float, check: Callable[[], None] = lambda: None) -> bool:
        """Read until the program has ended; False if it has not after ``seconds``, whatever ``check`` raises at once.

        Its end counts, not the pipe's: a grandchild may hold the pipe open for as long as it likes.
        """
        deadline = time.monotonic() + seconds
        while not self._has_ended():
            check()
            if time.monotonic() >= deadline:
                return False
            self._read(min(POLL_INTERVAL, max(0.0, deadline - time.monotonic())))
        while self._read(0):
            pass
        return True

    def end(self, grace: float) -> None:
        """End the program, by SIGTERM first if it still runs, then kill what it started and left behind."""
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

    @property
    def printed(self) -> bytes:
        """What was read, or the last of it."""
        return bytes(self._bytes)

    def text(self) -> str:
        """Return what was read, without a first line that was cut short: it may begin inside a secret."""
        whole = self.printed
        if len(whole) > OUTPUT_LIMIT:
            whole = whole[-OUTPUT_LIMIT:].partition(b"\n")[2]
        return whole.decode(errors="replace")

    def _read(self, seconds: float) -> bool:
        """Wait for output for at most ``seconds``; False if there was none."""
        if not self._open:
            time.sleep(seconds)
            return False
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  # Popen was given one above
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
        """Check whether the program has ended, without reaping it: its number stays ours, and so does its group's."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
