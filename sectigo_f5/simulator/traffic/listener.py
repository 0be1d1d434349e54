"""One listener of the data plane: TLS by the profiles, then HTTP, answered by a policy, the iRules or the pool."""

from __future__ import annotations

import contextlib
import http
import logging
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from sectigo_f5.simulator.traffic import client_hello, irules
from sectigo_f5.simulator.traffic.handshake import LoadedProfile, TlsProfile, choose, refusing_context
from sectigo_f5.simulator.traffic.tcl_scope import TclError, UnsupportedTclError

logger = logging.getLogger(__name__)

Address = tuple[str, int]
Report = Callable[[str], None]

IDLE_TIMEOUT = 10.0  # seconds
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
class Service:
    """What a listener does for the connections that it accepts from now on."""

    view: VirtualServerView
    profiles: tuple[LoadedProfile, ...]
    rules: tuple[tuple[float, tuple[irules.Handler, ...]], ...]  # from when on each of them is applied, by ``clock``
    clock: Callable[[], float]

    @property
    def handlers(self) -> tuple[irules.Handler, ...]:
        """Those of the iRules that are applied by now."""
        now = self.clock()
        return tuple(handler for since, handlers in self.rules if since <= now for handler in handlers)


class Listener(socketserver.ThreadingTCPServer):
    """One bound address; what it serves can be replaced at any time."""

    allow_reuse_address = True  # a virtual server may come back while old connections are in TIME_WAIT
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: Address, service: Service, report: Report) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.service = service
        self.report = report
        self.refusing = refusing_context()
        self.connections: set[socket.socket] = set()
        self.ended = False
        super().__init__(address, _Conversation)
        threading.Thread(target=self.serve_forever, args=(0.01,), name=f"listener {address}", daemon=True).start()

    def end(self) -> None:
        """Accept no more connections and end the open ones."""
        self.shutdown()
        self.server_close()
        self.ended = True  # for a connection that its thread has not kept yet
        for connection in tuple(self.connections):
            _hang_up(connection)

    def keep(self, connection: socket.socket) -> None:
        """Remember an open connection, to end it with the others."""
        self.connections.add(connection)
        if self.ended:
            _hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a client that went away or refused the handshake; report anything else: it is our bug."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            logger.debug("%s: %s ended: %s", self.service.view.path, client_address, error)
        else:
            logger.error("%s: %s", self.service.view.path, client_address, exc_info=error)
            self.report(f"{self.service.view.path}: the simulator failed: {error!r}")


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # SSLSocket's own would pull TLS from under a read


class _Conversation(BaseHTTPRequestHandler):
    """One client connection: the handshake, then requests and answers."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def setup(self) -> None:
        """Prepare TLS if the virtual server uses it; the handshake itself is in ``handle()``."""
        self.service = self.server.service
        self.request.settimeout(IDLE_TIMEOUT)
        self.server.keep(self.request)
        if self.service.view.tls:
            self._choose_profile()
        super().setup()

    def _choose_profile(self) -> None:
        """Prepare the handshake of the profile for the client's server name, unless that one lets plain text pass."""
        first = b""
        with contextlib.suppress(OSError):  # the client has gone, or is silent: the handshake finds out
            first = client_hello.peek(self.request, IDLE_TIMEOUT)
        chosen = choose(self.service.profiles, client_hello.server_name(first))
        if chosen is not None and first and chosen.profile.settings.plain and not client_hello.is_tls(first):
            return
        context = chosen.context if chosen is not None else self.server.refusing
        self.server.connections.discard(self.request)
        self.request = context.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self.server.keep(self.request)

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
