"""The data plane: every virtual server on a loopback address really answers, with TLS and HTTP.

A client sees what a browser would see through a BIG-IP: the certificate of the profile that the server
name selects, and the answers of the iRules. The pool behind them answers with the virtual server and
the profile through which it was reached.
"""

from __future__ import annotations

import contextlib
import http
import ipaddress
import logging
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from sectigo_f5.simulator.traffic import irules
from sectigo_f5.simulator.traffic.handshake import KeyPair, LoadedProfile, TlsProfile, front_context, load
from sectigo_f5.simulator.traffic.tcl_scope import TclError, UnsupportedTclError

__all__ = ["DataPlane", "KeyPair", "TlsProfile", "VirtualServerView"]

logger = logging.getLogger(__name__)

Address = tuple[str, int]
Report = Callable[[str], None]

IDLE_TIMEOUT = 10.0  # seconds
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger on, for no time: close() sends RST (socket(7))


@dataclass(frozen=True)
class VirtualServerView:
    """What a virtual server means for its clients."""

    path: str
    address: str  # without route domain
    port: int  # 0: any port, which is not bound
    tls: tuple[TlsProfile, ...]
    http: bool  # an HTTP profile is attached: iRules see requests
    rules: tuple[str, ...]  # iRule texts, in their order
    redirect: str = ""  # the URL that a policy redirects every request to; policies come before iRules (AskF5 K16590)


@dataclass(frozen=True)
class _Service:
    """What a listener does for the connections that it accepts from now on."""

    view: VirtualServerView
    profiles: tuple[LoadedProfile, ...]
    handlers: tuple[irules.Handler, ...]


class DataPlane:
    """The listeners of all virtual servers: none at first, updated by ``refresh()``, ended by ``close()``."""

    def __init__(self, views: Callable[[], Sequence[VirtualServerView]]) -> None:
        self._views = views
        self._lock = threading.Lock()
        self._listeners: dict[Address, _Listener] = {}
        self._loaded: dict[TlsProfile, LoadedProfile] = {}
        self._problems: dict[str, None] = {}  # each text once, in order of first appearance

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that could not be served or evaluated so far."""
        return tuple(self._problems)

    @property
    def addresses(self) -> frozenset[Address]:
        """The addresses that answer now."""
        return frozenset(self._listeners)

    def refresh(self) -> None:
        """Update the listeners to match the views; connections made after this returns see the new state."""
        with self._lock:
            services = self._current_services()
            for address in self._listeners.keys() - services.keys():
                self._listeners.pop(address).end()
            for address, service in services.items():
                if address in self._listeners:
                    self._listeners[address].service = service
                else:
                    self._listen(address, service)

    def close(self) -> None:
        """End every listener and its connections."""
        with self._lock:
            while self._listeners:
                self._listeners.popitem()[1].end()

    def _report(self, problem: str) -> None:
        logger.warning("%s", problem)
        self._problems[problem] = None

    def _listen(self, address: Address, service: _Service) -> None:
        """Bind an address; if it is taken, or a port that only root may bind, report a problem."""
        try:
            self._listeners[address] = _Listener(address, service, self._report)
        except OSError as error:
            self._report(f"{service.view.path}: {address[0]} port {address[1]} cannot be bound: {error.strerror}")

    def _current_services(self) -> dict[Address, _Service]:
        services: dict[Address, _Service] = {}
        for view in self._views():
            address = (view.address, view.port)
            if not view.port or not is_loopback(view.address):
                continue
            if address in services:
                self._report(f"{view.path} shares {address[0]} port {address[1]} with {services[address].view.path}")
                continue
            services[address] = _Service(view, tuple(self._load(view)), tuple(self._handlers(view)))
        used = {profile for service in services.values() for profile in service.view.tls}
        self._loaded = {profile: ready for profile, ready in self._loaded.items() if profile in used}
        return services

    def _load(self, view: VirtualServerView) -> Iterator[LoadedProfile]:
        """Load the profiles; unchanged ones are not loaded again, because decrypting a key is slow."""
        for profile in view.tls:
            try:
                ready = self._loaded.get(profile) or load(profile)
            except (ValueError, ssl.SSLError) as error:
                self._report(f"{view.path}: {profile.path} cannot be used: {error}")
                continue
            self._loaded[profile] = ready
            yield ready

    def _handlers(self, view: VirtualServerView) -> Iterator[irules.Handler]:
        for text in view.rules:
            try:
                handlers = irules.parse(text)
            except (TclError, UnsupportedTclError) as error:
                self._report(f"{view.path}: an iRule cannot be evaluated: {error}")
                continue
            for event in irules.unsimulated_events(handlers):
                self._report(f"{view.path}: the iRule event {event} is not simulated")
            yield from handlers


def is_loopback(address: str) -> bool:
    """Return True for 127.0.0.0/8 and ::1, the only addresses that are ever bound."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # `any`, `any6`
        return False
    return any(parsed in network for network in _LOOPBACK)


class _Listener(socketserver.ThreadingTCPServer):
    """One bound address; what it serves can be replaced at any time."""

    allow_reuse_address = True  # a virtual server may come back while old connections are in TIME_WAIT
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: Address, service: _Service, report: Report) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.service = service
        self.report = report
        self.context = front_context(lambda: self.service.profiles)
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Conversation)
        threading.Thread(target=self.serve_forever, args=(0.01,), name=f"listener {address}", daemon=True).start()

    def end(self) -> None:
        """Accept no more connections and end the open ones."""
        self.shutdown()
        self.server_close()
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):  # it has ended already
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # SSLSocket's own would pull TLS from under a read

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a client that went away or refused the handshake; report anything else: it is our bug."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            logger.debug("%s: %s ended: %s", self.service.view.path, client_address, error)
        else:
            logger.error("%s: %s", self.service.view.path, client_address, exc_info=error)
            self.report(f"{self.service.view.path}: the simulator failed: {error!r}")


class _Conversation(BaseHTTPRequestHandler):
    """One client connection: the handshake, then requests and answers."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        """Prepare TLS if the virtual server uses it; the handshake itself is in ``handle()``."""
        self.service = self.server.service
        self.request.settimeout(IDLE_TIMEOUT)
        if self.service.view.tls:
            self.request = self.server.context.wrap_socket(
                self.request, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
        self.server.connections.add(self.request)
        super().setup()

    def handle(self) -> None:
        """Do the handshake, raise the connection's first event, and answer requests until either side hangs up."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        local: Address = self.request.getsockname()[:2]
        self.events = irules.Connection(self.service.handlers, self.client_address[:2], local)
        if not self.service.view.http or self._evaluate(self.events.accept):
            super().handle()

    def handle_one_request(self) -> None:
        """Read one request; iRules see it first, then the pool."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return None
        if {"Content-Length", "Transfer-Encoding"} & set(self.headers):
            self.close_connection = True  # the body is not read
        if self.service.view.redirect:
            return self._send(irules.Response(302, "1.0", (("Location", self.service.view.redirect),), ""))
        if self.service.view.http and not self._evaluate(self._ask_rules):
            return None
        return self._send(self.events.response or self._pool_answer())

    def finish(self) -> None:
        """Send TLS's close_notify, and close."""
        with contextlib.suppress(OSError, ValueError):  # the client has gone, or never finished its handshake
            super().finish()
            if isinstance(self.request, ssl.SSLSocket):
                self.request.settimeout(1)
                self.request.unwrap()
        self.server.connections.discard(self.request)
        self.request.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Log the base class's messages about malformed requests."""
        logger.debug(format, *args)

    def _evaluate(self, event: Callable[[], None]) -> bool:
        """Run the iRules of an event; if one fails, reset the connection, as a BIG-IP does on a Tcl error."""
        try:
            event()
        except (TclError, UnsupportedTclError) as error:
            self.server.report(f"{self.service.view.path}: an iRule cannot be evaluated: {error}")
            self.close_connection = True
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            return False
        return True

    def _ask_rules(self) -> None:
        version = self.request_version.removeprefix("HTTP/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.events.answer(irules.Request(self.command, self.path, version, headers))

    def _pool_answer(self) -> irules.Response:
        """Answer in place of the pool, naming the virtual server and profile that the request came through."""
        text = f"virtual server: {self.service.view.path}\n"
        if isinstance(self.request, ssl.SSLSocket):
            context = self.request.context
            profiles = [one.profile.path for one in self.service.profiles if one.context is context]
            text += "".join(f"client SSL profile: {path}\n" for path in profiles)
        return irules.Response(200, "1.1", (("Content-Type", "text/plain"),), text)

    def _send(self, response: irules.Response) -> None:
        content = response.content.encode()
        names = {name.lower() for name, _ in response.headers}
        headers = [*response.headers]
        headers += [("Content-Length", str(len(content)))] if "content-length" not in names else []
        headers += (
            [("Connection", "close" if self.close_connection else "Keep-Alive")] if "connection" not in names else []
        )
        if ("connection", "close") in {(name.lower(), value.lower()) for name, value in headers}:
            self.close_connection = True
        head = f"HTTP/{response.version} {response.status} {_phrase(response.status)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.wfile.write(head.encode("latin-1") + b"\r\n" + (b"" if self.command == "HEAD" else content))


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
