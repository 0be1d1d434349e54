"""A connector in this process whose every secret is a canary, and the memory of all that others could see of a run."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5 import dispatch, issuance, log
from sectigo_f5.logs.services import Places
from sectigo_f5.notifications import sending
from sectigo_f5.secret import Secret, one_time_passphrase
from sectigo_f5.simulator import Exchange, SimulatedBigIP, Switches
from sectigo_f5.simulator.rest import wire
from sectigo_f5.simulator.rules.engine import Request
from tests.support.canaries import Canaries, unique
from tests.support.console import Console, Output
from tests.support.serving import QuietHandler, serving
from tests.support.world import World

PASSWORD, HMAC, PASSPHRASE, TOKEN = "the BIG-IP's password", "the HMAC key", "a passphrase", "a login token"
PROXY, NOTIFY, HEARTBEAT = "the proxy's password", "NOTIFY_URLS", "HEARTBEAT_URL"
ODD = " 'q\"%&+\\<\u00e9 "  # what JSON, a URL, HTML and repr write in another way
LOGS = (("", "text"), ("syslog", "text"), ("", "json"), ("journal", "text"))  # LOG_FILE, if not a file, and LOG_FORMAT

FileState = tuple[str, int, int]  # path, time of change, size


class Heart(ThreadingHTTPServer):
    """Where the heartbeat goes; it refuses it, so that the connector has to say so."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refusing)
        self.bodies: list[bytes] = []


class _Refusing(QuietHandler):
    server: Heart

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self.server.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.respond(b"", 404)


class Receiver(socketserver.UnixDatagramServer):
    """Stands for syslog, or for the journal."""

    max_packet_size = 1 << 20

    def __init__(self, place: Path) -> None:
        super().__init__(str(place), socketserver.BaseRequestHandler)
        self.received: list[bytes] = []
        self._read = threading.Event()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep a datagram; an empty one says that there are no more."""
        self.received.append(request[0])
        if not request[0]:
            self._read.set()

    def catch_up(self) -> None:
        """Wait until everything that was sent has been read."""
        self._read.clear()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", self.server_address)
        assert self._read.wait(10)


class Stage:
    """One device, one installation; each :meth:`run` enrols a certificate of its own."""

    def __init__(
        self, folder: Path, device: SimulatedBigIP, canaries: Canaries, heart: Heart, services: Sequence[Receiver]
    ) -> None:
        self.folder, self.device, self.canaries, self.heart, self.services = folder, device, canaries, heart, services
        self.world = World(device, folder)
        self.console = Console(self.world)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.outputs: list[Output] = []
        self.told: list[str] = []  # messages to NOTIFY_URLS
        self.started: list[str] = []  # programs: their arguments and environment
        self.passing: dict[FileState, bytes] = {}  # files while it ran
        self.requests: list[Request] = []  # to the device
        self.queued: list[Any] = []  # commands in a transaction that is open
        self.lines: list[str] = []  # of the device's audit logs
        self._searched: set[FileState] = set()
        self.passphrases: list[Secret] = []  # those that are forgotten are empty
        self.earlier: list[str] = []  # tokens that this command does not know
        self._runs = self._audited = 0

    @property
    def disk(self) -> Path:
        """Where the device has its files."""
        return self.device.engine.world.disk.root

    @property
    def page(self) -> Path:
        return self.folder / "page.html"

    @property
    def metrics(self) -> Path:
        return self.folder / "sectigo.prom"

    def run(self, *arguments: str, sick: bool = False) -> Output:
        """Enrol one more certificate, then write the page; ``sick``: the run is to fail."""
        number, self._runs = self._runs, self._runs + 1
        service, form = LOGS[number % len(LOGS)]
        self.world.add_virtual_server(f"/Common/vs_{number}")
        self.console.configure({"common_name": f"w{number}.example.com", "virtual_servers": [f"vs_{number}"]})
        self._write_env(LOG_FORMAT=form, **({"LOG_FILE": service} if service else {}))
        said = self.say("run", *(["--json"] if number % 2 else []), *arguments)
        self.say("status", "--html", str(self.page))
        assert (said.code != 0) == sick, said
        return said

    def say(self, *arguments: str) -> Output:
        """Give a command, and keep all that others could see of it."""
        self.earlier = self.device.tokens
        self.device.hook = self._look
        try:
            self.outputs.append(self.console.say(*arguments))
        finally:
            self.device.hook = None
        for receiver in self.services:
            receiver.catch_up()
        log = self.device.audit_log
        self.lines += log[self._audited :]
        self._audited = len(log)
        return self.outputs[-1]

    def files(self, folder: Path) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a folder that are new, or were written since :meth:`forget`."""
        for file in _files(folder):
            if _state_of(file) not in self._searched:
                yield str(file), file.read_bytes()

    def forget(self) -> None:
        """Forget what was searched, and what no run knows any more."""
        self.canaries.forget(TOKEN, PASSPHRASE)
        self._searched = {_state_of(file) for root in (self.folder, self.disk) for file in _files(root)}
        received = (*(service.received for service in self.services), self.heart.bodies)
        memories: tuple[list[Any], ...] = (
            self.outputs,
            self.told,
            self.started,
            self.requests,
            self.queued,
            self.lines,
        )
        for seen in (*memories, *received):
            seen.clear()
        self.passing.clear()

    def _write_env(self, **changes: str) -> None:
        port, one = (
            self.heart.server_port,
            {name: self.canaries.of(name)[0] for name in (HMAC, PROXY, NOTIFY, HEARTBEAT)},
        )
        self.console.write_env(
            ACME_EAB_KID="kid-1",
            ACME_EAB_HMAC_KEY=one[HMAC],
            ACME_EMAIL="pki@example.com",
            LOG_LEVEL="DEBUG",
            METRICS_FILE=str(self.metrics),
            NOTIFY_URLS=f"json://operator:{one[NOTIFY]}@127.0.0.1:{port}/{one[NOTIFY]}",
            HEARTBEAT_URL=f"http://127.0.0.1:{port}/{one[HEARTBEAT]}",
            HTTPS_PROXY=f"http://us:{one[PROXY]}@127.0.0.1:9",
            **changes,
        )

    def _look(self, _: Exchange) -> None:
        """Look at what exists for a while only, after the device has done what it was asked for."""
        for token in self.device.tokens:
            self.canaries.add(TOKEN, token)
        transactions = self.device.engine.transactions
        for each in transactions.show_all():
            self.queued += transactions.commands(str(each["transId"]))["items"]
        for file in (*_files(self.world.state.path), *_files(self.temporary)):
            with contextlib.suppress(FileNotFoundError):
                if (state := _state_of(file)) not in self.passing:
                    self.passing[state] = file.read_bytes()


def _state_of(file: Path) -> FileState:
    found = file.stat()
    return str(file), found.st_mtime_ns, found.st_size


def _files(folder: Path) -> list[Path]:
    found = (Path(at) / name for at, _, names in os.walk(folder) for name in names)
    return [file for file in found if file.is_file()]


@contextlib.contextmanager
def opened(folder: Path, **switches: Any) -> Iterator[Stage]:
    """Open a stage: nothing of the connector is replaced but the CA, and who is told."""
    canaries = Canaries()
    password = canaries.add(PASSWORD, unique() + ODD + unique())
    canaries.add(HMAC, secrets.token_urlsafe(32), of_bytes=True)
    for name in (PROXY, NOTIFY, HEARTBEAT):
        canaries.add(name, unique())
    with (
        SimulatedBigIP(Switches(tmos="17.1.2", password=password, **switches)) as device,
        serving(Heart()) as heart,
        serving(Receiver(folder / "syslog")) as syslog,
        serving(Receiver(folder / "journal")) as journal,
        pytest.MonkeyPatch.context() as patch,
    ):
        stage = Stage(folder, device, canaries, heart, (syslog, journal))
        _equip(stage, patch)
        yield stage


def _equip(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    authority = stage.world.authority
    patch.setattr(authority, "clear_up", lambda: None, raising=False)
    patch.setattr(dispatch, "Authority", lambda *_, **__: authority)
    places = Places(stage.folder / "syslog", stage.folder / "journal", {})
    patch.setattr(log, "opened", partial(log.opened, places=places))
    patch.setattr(tempfile, "tempdir", str(stage.temporary))
    patch.setattr(sending, "is_possible", lambda: True)
    patch.setattr(sending, "send", partial(_send, stage))
    patch.setattr(issuance, "one_time_passphrase", captured(stage))
    patch.setattr(wire.Conversation, "_read", _recorded(wire.Conversation._read, stage.requests))  # noqa: SLF001  # all
    patch.setattr(subprocess.Popen, "__init__", _noted(subprocess.Popen.__init__, stage.started))


def _send(stage: Stage, messages: list[sending.Message], _: float) -> list[str]:
    stage.told += [f"{message.title}\n{message.body}" for message in messages]
    return ["not delivered" for _ in messages]


def captured(stage: Stage) -> Callable[[], AbstractContextManager[Secret]]:
    """Return what makes passphrases that are canaries of a stage."""

    @contextlib.contextmanager
    def made() -> Iterator[Secret]:
        with one_time_passphrase() as passphrase:
            stage.canaries.add(PASSPHRASE, passphrase.reveal())
            stage.passphrases.append(passphrase)
            yield passphrase

    return made


def _recorded(read: Callable[[Any], Request], requests: list[Request]) -> Callable[[Any], Request]:
    def _read(conversation: Any) -> Request:
        requests.append(request := read(conversation))
        return request

    return _read


def _noted(start: Callable[..., None], started: list[str]) -> Callable[..., None]:
    def __init__(program: Any, args: Any, *more: Any, **options: Any) -> None:  # noqa: N807  # as Popen's
        given = options.get("env", os.environ)
        shown = {
            name: text for name, text in given.items() if not name.lower().endswith("_proxy")
        }  # it has to be there
        started.append(f"{args!r} {shown!r}")
        start(program, args, *more, **options)

    return __init__
