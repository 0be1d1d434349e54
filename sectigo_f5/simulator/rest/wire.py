"""HTTPS: requests in, answers out, the journal, and the faults."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sectigo_f5.simulator.faults import Faults
from sectigo_f5.simulator.refusals.refusal import Refusal, UnknownCallError
from sectigo_f5.simulator.rest import answers, audit, front
from sectigo_f5.simulator.rules.engine import Answer, Engine, Request

logger = logging.getLogger(__name__)

IDLE_TIMEOUT = 60.0  # seconds
_LINE = 65536  # longest line between chunks
_INSTEAD = ("status", "html", "error", "echo", "drop", "async-timeout")  # the faults of a call that is not executed
_SILENT = ("drop", "slow")


@dataclass(frozen=True)
class Exchange:
    """One call as the journal keeps it: without bodies, because they contain secrets."""

    number: int
    method: str
    path: str
    status: int  # 0 if the connection was dropped
    user: str
    coordination_id: str
    query: str = ""
    validates_only: bool = False  # a commit that was to change nothing
    agent: str = ""  # how the client called itself
    size: int = 0  # bytes of the answer's body


class Server(ThreadingHTTPServer):
    """The management port; one thread per connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, engine: Engine, faults: Faults) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.context, self.engine, self.faults = context, engine, faults
        self.journal: list[Exchange] = []
        self.audit: list[str] = []
        self.hook: Callable[[Exchange], None] | None = None
        self.connections: set[socket.socket] = set()
        super().__init__(address, Conversation)
        threading.Thread(target=self.serve_forever, args=(0.01,), name=f"management {address}", daemon=True).start()

    def end(self) -> None:
        """Accept no more connections and end the open ones."""
        self.shutdown()
        self.server_close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """End the open connections."""
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def note(self, request: Request, status: int, size: int = 0) -> None:
        """Write an exchange to the journal, and call the test's hook."""
        with self.engine.lock:
            coordination = request.headers.get("x-f5-rest-coordination-id", "")
            number, query, agent = len(self.journal) + 1, request.raw_query, request.headers.get("user-agent", "")
            only = isinstance(request.body, dict) and bool(request.body.get("validateOnly"))
            call = request.method, request.path, status, request.user, coordination, query, only, agent, size
            self.journal.append(done := Exchange(number, *call))
            self.audit += audit.lines(request, status)
        if self.hook is not None:
            self.hook(done)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a client that went away; a failing hook of a test fails the test."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            logger.debug("%s ended: %s", client_address, error)
        else:
            logger.error("%s", client_address, exc_info=error)
            self.engine.unknown.append(f"the simulator or its hook failed: {error!r}")


class Conversation(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one write, not two
    server: Server

    def setup(self) -> None:
        """Set up TLS; the handshake happens in the connection's own thread."""
        self.request.settimeout(IDLE_TIMEOUT)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        self.server.connections.add(self.request)
        super().setup()

    def handle(self) -> None:
        """Answer requests until either side hangs up."""
        self.request.do_handshake()
        super().handle()

    def finish(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        self.server.connections.discard(self.request)
        self.request.close()

    def _handle(self) -> None:
        """Read one request, apply the faults, answer it."""
        request = self._read()
        if self.server.engine.world.switches.latency:  # even sleep(0) yields to other threads
            time.sleep(self.server.engine.world.switches.latency)
        name, _, words = self.server.faults.due(request.method, request.path).partition(":")
        action = name.removesuffix("-after")
        if action == "delay":
            time.sleep(float(words))
        if action == "token-ended":
            self.server.engine.world.accounts.forget(request.headers.get("x-f5-auth-token", ""))
        answer: Answer | None = None
        if action not in _INSTEAD or action != name:
            request, answer = self._answer(request)
        self._reply(request, answer, action, words)

    def _reply(self, request: Request, answer: Answer | None, action: str, words: str) -> None:
        """Answer a request that was executed, or was not, as its fault has it."""
        answer = answers.of_fault(action, words, request) or answer
        if answer is None or action in _SILENT:
            self.server.note(request, 0)
            self.close_connection = True
            if action == "slow":
                with contextlib.suppress(OSError):
                    self.request.recv(1)  # until the client has hung up
            return
        content = answers.content(answer)
        self.server.note(request, answer.status, len(content))
        self._send(answer, content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815  the base class's

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        content = self._body(headers)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        address = str(self.client_address[0])
        return Request(self.command, parts.path, query, parts.query, headers, None, content, "", address)

    def _body(self, headers: dict[str, str]) -> bytes:
        """Read the body, whole or in chunks."""
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return self.rfile.read(int(headers.get("content-length") or 0))
        content = b""
        while size := int(self.rfile.readline(_LINE).partition(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline(_LINE)
        while self.rfile.readline(_LINE).strip():
            pass
        return content

    def _answer(self, request: Request) -> tuple[Request, Answer]:
        """Answer a request; also returns the request with its user and body."""
        engine = self.server.engine
        try:
            user = front.user_of(engine, request.path, request.headers)
            request = replace(request, user=user)
            request = replace(request, body=front.body_of(request))
            return request, front.answer(engine, request)
        except Refusal as refusal:
            worded = refusal.worded(engine.world.switches.texts)
            return request, Answer(answers.error_body(worded, request.path), worded.status)
        except UnknownCallError as unknown:
            problem = f"the simulator does not know {unknown}"
        except Exception as bug:
            logger.exception("%s %s", request.method, request.path)
            problem = f"the simulator failed at {request.method} {request.path}: {bug!r}"
        engine.unknown.append(problem)
        return request, Answer({"code": 501, "message": problem}, 501)

    def _send(self, answer: Answer, content: bytes) -> None:
        date = formatdate(self.server.engine.world.time_told, usegmt=True)
        headers = {"Date": date, "Server": "Jetty(9.2.22.v20170606)", **answer.headers}
        if isinstance(answer.body, dict):
            headers["Content-Type"] = "application/json; charset=UTF-8"
        self.send_response_only(answer.status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Log the base class's messages."""
        logger.debug(format, *args)
