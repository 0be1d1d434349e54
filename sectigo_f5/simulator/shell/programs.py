"""``util/bash`` and ``util/unix-*``: real programs in the private directory; the answer is their output."""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.state.disk import SCRATCH, TMSH, Disk

Tmsh = Callable[[list[str]], tuple[int, str]]  # the words after `tmsh`; its exit status and what it prints

TIMEOUT = 60.0  # seconds, after which restjavad gives up
PROGRAMS = {"unix-rm": "rm", "unix-mv": "mv", "unix-ls": "ls"}
USAGE = 'Required format is "-c <bash command and arguments>"\n'


def run_bash(disk: Disk, arguments: str, tmsh: Tmsh, mixed: bool = True, lacks: tuple[str, ...] = ()) -> str:
    """Run ``-c '…'`` in a real bash; texts seen in f5-sdk's tests of util/bash."""
    words = split(arguments)
    if len(words) < 2 or words[0] != "-c":  # noqa: PLR2004  the option and the command
        return USAGE
    missing = "".join(f'{name}() {{ echo "bash: {name}: command not found" >&2; return 127; }}\n' for name in lacks)
    command = ["/bin/bash", "--noprofile", "--norc", "-c", missing + disk.inward(words[1]), *words[2:]]
    return _run(disk, command, tmsh, mixed)


def run_unix(disk: Disk, tool: str, arguments: str) -> str:
    """Run ``rm``, ``mv`` or ``ls`` on paths of the device, without a shell."""
    program = str(disk.root / "usr/bin" / PROGRAMS[tool])
    return _run(disk, [program, *(disk.inward(word) for word in split(arguments))], lambda _: (1, ""), mixed=True)


def split(arguments: str) -> list[str]:
    """Split ``utilCmdArgs`` into words; refuses an unclosed quote, at which bash would wait."""
    try:
        return shlex.split(arguments)
    except ValueError as error:
        raise of_objects.bad_request("quotes are not balanced") from error


def _run(disk: Disk, command: list[str], tmsh: Tmsh, mixed: bool) -> str:
    """Return a program's output; its exit status is ignored, as on the device."""
    root = disk.root
    environment = {"PATH": f"{root}/usr/bin", "HOME": f"{root}/root", "TMPDIR": f"{root}{SCRATCH}", "LC_ALL": "C"}
    requests = os.open(root / TMSH, os.O_RDWR | os.O_NONBLOCK)  # both ends, so it never reports an end
    try:
        with subprocess.Popen(
            command,
            cwd=disk.root / "root",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if mixed else subprocess.DEVNULL,
            start_new_session=True,
        ) as program:
            printed = b"".join(_output(program, requests, lambda words: tmsh([disk.outward(word) for word in words])))
    finally:
        os.close(requests)
    return disk.outward(printed.decode("utf-8", "replace"))


def _output(program: subprocess.Popen[bytes], requests: int, tmsh: Tmsh) -> Iterator[bytes]:
    """Yield a program's output until the last process has closed it; answers calls of ``tmsh`` meanwhile."""
    assert program.stdout is not None  # noqa: S101  it was asked for
    ends, pending = time.monotonic() + TIMEOUT, b""
    with selectors.DefaultSelector() as ready:
        for file in (program.stdout.fileno(), requests):
            ready.register(file, selectors.EVENT_READ)
        while True:
            events = ready.select(max(0.0, ends - time.monotonic()))
            if not events:
                os.killpg(program.pid, signal.SIGKILL)
                raise of_objects.bad_request("remoteSender:Unknown, method:POST ")
            for key, _ in events:
                chunk = os.read(key.fd, 65536)
                if key.fd == requests:
                    pending = _answer_calls(pending + chunk, tmsh)
                elif chunk:
                    yield chunk
                else:
                    return


def _answer_calls(pending: bytes, tmsh: Tmsh) -> bytes:
    """Answer every complete call of ``tmsh``; returns the beginning of the next one.

    A call is its number of words, the pipe to answer on, and the words, each followed by a NUL.
    """
    words = pending.split(b"\0")
    while len(words) > 2 and len(words) > int(words[0]) + 2:  # noqa: PLR2004  number and pipe
        count = int(words[0]) + 2
        status, text = tmsh([word.decode() for word in words[2:count]])
        pipe = os.open(words[1], os.O_WRONLY)
        with open(pipe, "wb") as answer:  # noqa: PTH123  a descriptor, not a path
            answer.write(f"{status} {len(text.encode())}\n{text}".encode())
        words = words[count:]
    return b"\0".join(words)
