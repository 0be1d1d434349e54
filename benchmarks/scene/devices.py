"""Simulated BIG-IPs in processes of their own, and what was asked of them."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from benchmarks.measuring import ROOT, BenchmarkError
from benchmarks.scene.contents import Contents

USERNAME = PASSWORD = "admin"  # noqa: S105  # as the simulator's; it guards nothing
CERTBOT = "f5-icontrol-rest-python"  # how certbot-bigip's library calls itself
PORTS = (80, 443)
WANTED = ("method", "path", "agent", "size", "validates_only")  # of each call in the simulator's journal


@dataclass(frozen=True)
class Call:
    """One request, and the size of its answer in bytes."""

    method: str
    path: str
    agent: str
    size: int
    validates_only: bool = False  # a commit that was to change nothing

    @property
    def is_write(self) -> bool:
        """True if it may change something; a login does not."""
        return self.method != "GET" and "/authn/login" not in self.path and "/authz/tokens" not in self.path


@dataclass(frozen=True)
class Traffic:
    """What was asked of one device, and the CPU seconds that it used meanwhile."""

    calls: tuple[Call, ...]
    cpu: float

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self.calls)

    @property
    def size(self) -> int:
        """The bytes of all answers."""
        return sum(call.size for call in self.calls)

    def count(self, which: Callable[[Call], bool]) -> int:
        """Count the requests of one kind."""
        return sum(map(which, self.calls))


@dataclass
class Device:
    """One running device; :meth:`since_last` counts from the previous time that it was asked."""

    label: str
    process: subprocess.Popen[str]
    log: IO[str]
    address: str = ""
    port: int = 0
    ca_file: Path = field(default_factory=Path)
    _seen: int = 0
    _cpu: float = 0.0

    def wait_until_ready(self) -> None:
        """Wait until it listens."""
        ready = self._answer()
        self.address, self.port, self.ca_file = ready["address"], ready["port"], Path(ready["ca_file"])
        self.since_last()

    def since_last(self) -> Traffic:
        """Return what was asked since the last time that this was called."""
        self._say(f"journal {self._seen}")
        answer = self._answer()
        calls = tuple(Call(**{name: one[name] for name in WANTED}) for one in answer["calls"])
        traffic = Traffic(calls, answer["cpu"] - self._cpu)
        self._seen, self._cpu = self._seen + len(calls), answer["cpu"]
        return traffic

    def order(self, **words: Any) -> None:
        """Say what it is to be."""
        self._say(json.dumps(words))

    def end(self) -> None:
        """End it; raises :class:`BenchmarkError` if it was asked what it does not know."""
        self.process.communicate()
        if self.process.returncode != 0:
            self.log.seek(0)
            raise BenchmarkError(f"{self.label}: {self.log.read()[-2000:]}")

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):  # it has ended: its answer is missing, too
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def _answer(self) -> Any:
        assert self.process.stdout is not None  # noqa: S101
        line = self.process.stdout.readline()
        if not line:
            self.end()
            raise BenchmarkError(f"{self.label} has ended")
        return json.loads(line)


@contextmanager
def running(
    latency: float, contents: Sequence[Contents], state: Path, addresses: Sequence[str] = ()
) -> Iterator[list[Device]]:
    """Run a device for each of ``contents``: on port 443 of ``addresses``, or on a free port.

    ``latency`` is what each answer takes at least, in seconds; ``state`` the connector's ``STATE_DIR``.
    """
    with contextlib.ExitStack() as stack:
        devices = []
        for number, content in enumerate(contents, 1):
            log = stack.enter_context(tempfile.TemporaryFile("w+"))
            device = Device(f"bigip{number}", _started(log), log)
            stack.callback(_ended, device.process)
            address, port = (addresses[number - 1], 443) if addresses else ("127.0.0.1", 0)
            words = {"hostname": f"{device.label}.example.net", "label": device.label, "state": str(state)}
            device.order(**words, address=address, port=port, latency=latency, contents=asdict(content))
            devices.append(device)
        for device in devices:
            device.wait_until_ready()
        yield devices
        for device in devices:
            device.end()


def _started(log: IO[str]) -> subprocess.Popen[str]:
    pipe, command = subprocess.PIPE, [sys.executable, "-m", "benchmarks.scene.device_process"]
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=log, text=True, start_new_session=True)


def _ended(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        process.communicate()


def free_addresses(count: int) -> list[str]:
    """Return loopback addresses whose ports 80 and 443 are free; raises :class:`BenchmarkError` if not ours."""
    found: list[str] = []
    while len(found) < count:
        address = f"127.{secrets.randbelow(100) + 100}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
        try:
            with contextlib.ExitStack() as stack:
                for port in PORTS:
                    stack.enter_context(socket.create_server((address, port)))
        except PermissionError as error:
            raise BenchmarkError("http-01 needs ports 80 and 443 of loopback addresses: run this as root") from error
        except OSError:
            continue
        found.append(address)
    return found
