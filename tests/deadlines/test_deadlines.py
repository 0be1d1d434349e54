"""Answers that never end: neither the headers nor the body, nor a proxy, nor a handshake may hold up a run."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from sectigo_f5.acme import directory, renewal_information
from sectigo_f5.deadlines.sockets import connected, deadline, has_passed
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.http.fetching import Limits, Question, fetch
from sectigo_f5.http.redirects import Rules
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import management_tls
from sectigo_f5.stopping import StopRequest, obeying
from sectigo_f5.tls.client import handshake
from sectigo_f5.x509 import fetching
from tests.support.dripping import HTTP, TLS, dripping
from tests.support.impostor import black_hole
from tests.support.serving import QuietHandler, serving

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
SOON = 0.2  # seconds
LIMITS = Limits(5, 5, SOON, 100)
PATH = "/mgmt/tm/sys/version"


@pytest.fixture(autouse=True)
def _ends_soon() -> Iterator[None]:
    """The limits for one read are far longer than this."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 4


every_place = pytest.mark.parametrize("place", HTTP)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return management_tls.prepare(tmp_path_factory.mktemp("tls"), ("127.0.0.1",))


@every_place
def test_an_answer_that_drips_is_not_waited_for(place: str) -> None:
    with dripping(HTTP[place]) as port, pytest.raises(ConnectorError, match="the answer takes longer than 0 s"):
        fetch(Question(f"http://127.0.0.1:{port}/"), LIMITS)


@every_place
def test_an_answer_that_drips_under_tls_is_not_waited_for(tls: tuple[Path, ssl.SSLContext], place: str) -> None:
    ca_file, context = tls
    with dripping(HTTP[place], context) as port, pytest.raises(ConnectorError, match="takes longer than 0 s"):
        fetch(Question(f"https://127.0.0.1:{port}/", verify=str(ca_file)), LIMITS)


@pytest.mark.parametrize("beginning", [TLS, HTTP["headers"]], ids=["handshake", "proxy"])
def test_a_way_to_the_server_that_drips_is_not_waited_for(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping(beginning) as port:
        url = f"https://127.0.0.1:{port}/"
        if beginning is not TLS:
            url = "https://ca.example/"
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(ConnectorError, match="takes longer than 0 s"):
            fetch(Question(url), LIMITS)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")  # requests verifies no proxy of http
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_under_tls_that_drips_is_not_waited_for(
    tls: tuple[Path, ssl.SSLContext], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_file, context = tls
    with dripping(HTTP["headers"], context) as port:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"https://127.0.0.1:{port}")
        with pytest.raises(ConnectorError, match="takes longer than 0 s"):
            fetch(Question(f"{scheme}://ca.example/", verify=str(ca_file)), LIMITS)


def test_a_name_with_many_silent_addresses_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as port:
        address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address] * 1000)
        with pytest.raises(ConnectorError, match="takes longer than 0 s"):
            fetch(Question("http://ca.example/"), LIMITS)


@pytest.mark.parametrize(
    ("module", "ask"),
    [
        (directory, lambda url: directory.read(Account(url), lambda: NOW)),
        (renewal_information, lambda url: renewal_information.fetch(url, True, "test", NOW, Rules())),
        (fetching, lambda url: fetching.fetch("POST", url, b"question")),
    ],
    ids=["directory", "renewal information", "revocation"],
)
def test_no_source_holds_up_a_run(
    module: object, ask: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", SOON)
    with dripping(HTTP["headers"]) as port, pytest.raises(ConnectorError, match="takes longer than 0 s"):
        ask(f"http://127.0.0.1:{port}/")


def test_an_answer_in_time_is_returned() -> None:
    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
            self.respond(b"x" * (200 if self.path == "/long" else 100))

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        assert fetch(Question(url), Limits(5, 5, 5, 100)).body == b"x" * 100
        with pytest.raises(ConnectorError, match="longer than 100 bytes"):
            fetch(Question(f"{url}long"), Limits(5, 5, 5, 100))


def test_a_deadline_is_that_of_its_thread_and_its_block() -> None:
    seen: list[bool] = []
    with deadline(-1):
        assert has_passed()
        other = threading.Thread(target=lambda: seen.append(has_passed()))
        other.start()
        other.join()
        with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(TimeoutError):
            connected("127.0.0.1", listening.getsockname()[1], 5)
    assert seen == [False]
    assert not has_passed()


@every_place
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bigip_that_drips_has_not_answered(tls: tuple[Path, ssl.SSLContext], place: str, method: str) -> None:
    """Nobody can tell whether a change was made, so it is read back, and never sent again blindly."""
    ca_file, context = tls
    with dripping(HTTP[place], context) as port:
        client = IControl("127.0.0.1", port, "admin", Secret("admin"), ca_file)
        with pytest.raises(OutcomeUnknownError, match="no answer") as lost:
            client.exchange(Call(method, PATH, timeout=SOON / 2))
    assert lost.value.took_too_long


def test_a_virtual_server_that_drips_is_not_waited_for() -> None:
    with dripping(TLS) as port, pytest.raises(ConnectorError, match="the TLS handshake with .* failed"):
        handshake("127.0.0.1", port, None, timeout=SOON)


@contextmanager
def stopping_once_connected(context: ssl.SSLContext | None) -> Iterator[tuple[int, StopRequest]]:
    """A server that says nothing after the handshake; the run is to stop once it has come so far."""
    stop = StopRequest()

    def serve(listening: socket.socket) -> None:
        connection = listening.accept()[0]
        with context.wrap_socket(connection, server_side=True) if context else connection as opened:
            opened.recv(65536)
            stop.request("stopped by SIGTERM")
            opened.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as pool:
        pool.submit(serve, listening)
        yield listening.getsockname()[1], stop


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_is_not_waited_for_once_the_run_is_to_stop(
    tls: tuple[Path, ssl.SSLContext], scheme: str
) -> None:
    ca_file, context = tls
    with stopping_once_connected(context if scheme == "https" else None) as (port, stop):
        question = Question(f"{scheme}://127.0.0.1:{port}/", verify=str(ca_file))
        with obeying(stop), pytest.raises(InterruptedRunError, match="stopped by SIGTERM"):
            fetch(question, Limits(5, 60, 60, 100))
