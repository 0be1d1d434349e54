"""A simulated BIG-IP, a CA in this process, and runs over both."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

from sectigo_f5 import fleet, recording, workflow
from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.model import Job, Result
from sectigo_f5.recording import Recorder, What
from sectigo_f5.run import Run
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.rest.wire import Exchange
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.tls.client import handshake
from sectigo_f5.trail.recorder import Author, recorder
from sectigo_f5.visits.visit import Work
from sectigo_f5.x509.certificates import Certificate, read_certificate
from tests.support import builders
from tests.support.local_authority import LocalAuthority, LocalRevocation
from tests.support.names import PLAIN

TRANSACTION = "/mgmt/tm/transaction"


def lasting_writes(calls: Sequence[Exchange]) -> list[Exchange]:
    """Return ``calls`` without those of transactions that were given up: of rehearsals, which change nothing."""
    aborted = [call.path for call in calls if call.method == "DELETE" and TRANSACTION in call.path]
    given_up = {path.rpartition("/")[2] for path in aborted}
    lasting = [call for call in calls if not {call.coordination_id, call.path.rpartition("/")[2]} & given_up]
    opened = [call for call in lasting if call.path == TRANSACTION][: len(given_up)]  # a rehearsal comes first
    return [call for call in lasting if call not in opened]


def free_port(address: str = "127.0.0.1") -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass
class World:
    """One simulated device and everything that a run needs; ``now`` is the clock."""

    device: SimulatedBigIP
    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc).replace(microsecond=0))
    revocation: LocalRevocation = field(default_factory=LocalRevocation)
    pause: Callable[[float], None] = lambda seconds: time.sleep(seconds / 20)
    trail: Recorder | None = None  # that is open
    runs: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.authority = LocalAuthority(self.clock)
        self.state = StateDirectory(self.folder / "state")
        self.state.prepare()
        self.addresses: dict[str, tuple[str, int]] = {}
        self.ca_file = self.device.ca_file
        self.device.show_time(self._unix_time)

    def clock(self) -> datetime:
        return self.now

    def _unix_time(self) -> float:
        return self.now.timestamp()

    def wait(self, **much: float) -> None:
        self.now += timedelta(**much)

    def meanwhile(self, action: Callable[[], object]) -> None:
        """Do something once while the CA works: after everything was read and rehearsed, before the one change."""

        def once() -> None:
            self.authority.works = lambda: None
            self.wait(minutes=1)
            action()

        self.authority.works = once

    def bundle(self, *devices: SimulatedBigIP) -> None:
        """Trust the management certificates of several devices, whose clocks agree with ours."""
        for device in devices:
            device.show_time(self._unix_time)
        self.ca_file = self.folder / "devices-ca.pem"
        self.ca_file.write_text("".join(device.ca_file.read_text() for device in devices))

    def add_virtual_server(self, path: str = "/Common/vs_www", *client_ssl: str, **properties: Any) -> str:
        """Add a virtual server with an HTTP profile on a free loopback port."""
        address = properties.pop("address", "127.0.0.1")
        port = properties.pop("port", None) or free_port(address)
        self.addresses[path] = (address, port)
        profiles = (*PLAIN, *client_ssl)
        separator = "." if ":" in address else ":"
        self.device.add_virtual_server(path, f"{address}{separator}{port}", profiles=profiles, **properties)
        return path

    def job(self, common_name: str = "www.example.com", *more: str, **changes: Any) -> Job:
        """Return a job on this device; the virtual server is ``/Common/vs_www`` unless named."""
        job = builders.job(common_name, *more, **changes)
        return replace(job, device=self.connection())

    def connection(self) -> Any:
        return builders.device(
            name="bigip-sim",
            hosts=(self.device.address,),
            port=self.device.port,
            username=self.device.username,
            password=Secret(self.device.password),
            verify_tls=self.ca_file,
        )

    @contextmanager
    def session(self) -> Iterator[Unit]:
        """Log in to the device, as step 2 does."""
        with ha_group.connected(self.connection(), self.pause) as group:
            yield group.answering[0]

    def go(
        self,
        *jobs: Job,
        work: Work = workflow.keep_alive,
        record: bool = True,
        **changes: Any,
    ) -> list[Result]:
        """Run once over ``jobs`` and, unless it is to leave nothing, record the results."""
        with nullcontext(self.trail) if self.trail else self.recorded() as trail:
            results = fleet.on_every_device(self.run_of(*jobs, recorder=trail, **changes), jobs, work, 1)
        if record:
            self.state.history.record(results, self.now)
        return results

    @contextmanager
    def recorded(self) -> Iterator[Recorder]:
        """Record the changes of the block, as every command does; none may be of a kind that nobody has foreseen."""
        file = self.state.path / "audit.jsonl"
        before = file.stat().st_size if file.exists() else 0
        author = Author(f"run{next(self.runs)}", {"user": "tests"}, "host", "start_acme.py run")
        with recorder(self.state.path, author, self.clock, str) as trail, recording.told(trail):
            self.trail = trail
            try:
                yield trail
            finally:
                self.trail = None
        assert What.OTHER.value.encode() not in file.read_bytes()[before:]

    def run_of(self, *jobs: Job, managed: frozenset[str] = frozenset(), **changes: Any) -> Run:
        """Return what the certificates of a run over ``jobs`` share."""
        return Run(
            authority=self.authority,
            state=self.state,
            revocation=self.revocation,
            clock=self.clock,
            managed=managed or frozenset(path for job in jobs for path in job.profiles),
            pause=self.pause,
            **changes,
        )

    def one(self, job: Job, **changes: Any) -> Result:
        (result,) = self.go(job, **changes)
        return result

    def seen_by_client(
        self, path: str = "/Common/vs_www", name: str | None = "www.example.com", **options: Any
    ) -> Certificate:
        """Return the certificate that a TLS client gets."""
        address, port = self.addresses[path]
        return read_certificate(handshake(address, port, name, timeout=5, **options).certificate_pem)

    def changes_of_traffic(self, since: int) -> list[Exchange]:
        """Return the writes to ``ltm`` and to transactions after the first ``since`` writes, rehearsals apart."""
        lasting = lasting_writes(self.device.writes()[since:])
        return [call for call in lasting if "/ltm/" in call.path or TRANSACTION in call.path]

    def leftovers(self) -> dict[str, list[str]]:
        """Return everything on the device that a run must not leave there."""
        leftovers = {
            "tokens": list(self.device.tokens),
            "uploads": list(self.device.uploads),
            "csrs": list(self.device.csrs),
            "rules": [name for name in self.device.rules if "Certbot" in name],
        }
        return {kind: names for kind, names in leftovers.items() if names}


@contextmanager
def bigip(folder: Path, **switches: Any) -> Iterator[World]:
    """A device with one virtual server for the job ``world.job()``."""
    with SimulatedBigIP(Switches(**switches)) as device:
        world = World(device, folder)
        world.add_virtual_server()
        yield world


Arrange = Callable[[World], None]
