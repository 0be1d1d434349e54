"""The process that this runs in: its memory reaches no disk, and it does not outlive the connector for long.

The launcher loads this module from beside itself; so it imports nothing of the connector, which uses it too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import threading
import time

GRACE = 90.0  # seconds for Certbot and its plugin to clear up once the connector is gone
NOT_DUMPABLE = (4, 0, 0, 0, 0)  # prctl(PR_SET_DUMPABLE), from linux/prctl.h


def forbid_core_dumps() -> None:
    """Have no core dump made of this process, or of those that it starts: passwords are in its memory.

    A program that collects core dumps, such as systemd-coredump, gets one whatever the limit is, unless that is one
    byte (fs/coredump.c of Linux); a file of one byte is none either. Where less is allowed, it stays so.
    """
    for most in (1, 0):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (most, most))
            return


def hide_memory() -> None:
    """Keep it also from other programs of our user.

    Of this process alone, until it starts another program in its place. From then on a user other than root cannot
    open ``/dev/stdout`` any more.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(*NOT_DUMPABLE)


class Connector:
    """Whoever reads our output: a pipe."""

    def __init__(self) -> None:
        self.is_gone = False

    def watch(self, grace: float = GRACE) -> None:
        """Once nobody can read our output, have Certbot clean up and end; a file is never so.

        (``PR_SET_PDEATHSIG`` tells of the end of the thread that has started us; a connector has several.)
        What Certbot and its plugin still write goes nowhere: an error of writing would keep them from cleaning up.
        After ``grace`` seconds it ends as it is: it holds the lock, which keeps the next run from beginning.
        """
        watched = select.poll()
        watched.register(1, 0)  # errors alone: of a pipe, that it has no reader
        if watched.poll()[0][1] & select.POLLNVAL:  # closed from the beginning
            return
        self.is_gone = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        time.sleep(grace)
        self.end_our_group()

    def end_our_group(self) -> None:
        """Do in the place of a connector that is gone what it does at the end: kill what was started, and us."""
        if self.is_gone and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
