"""A foreign server at the address of a virtual server: with a certificate of its own, or without TLS."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from tests.support.hierarchy import new_authority, new_server
from tests.support.serving import serving


class Impostor(socketserver.ThreadingTCPServer):
    """Counts its connections; without ``context`` it closes them, as a server without TLS does on a ClientHello."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext | None) -> None:
        self.context = context
        self.connections = 0
        super().__init__(address, _Greeting)


class _Greeting(socketserver.BaseRequestHandler):
    server: Impostor

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(OSError):
            if self.server.context is None:
                self.request.recv(1024)
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            else:
                with self.server.context.wrap_socket(self.request, server_side=True) as tls:
                    tls.recv(1)


@contextlib.contextmanager
def impostor(
    address: str, port: int, folder: Path, *, tls: bool = True, only_tls_1_3: bool = False
) -> Iterator[Impostor]:
    """Listen for the length of the block; the certificate, ECDSA, is ``impostor.pem`` in ``folder``."""
    context = None
    if tls:
        now = datetime.now(timezone.utc)
        certificate, key = folder / "impostor.pem", folder / "impostor.key"
        new_server(["www.example.com"], now, new_authority("Somebody Else", now)).write(certificate, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if only_tls_1_3:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(Impostor((address, port), context)) as server:
        yield server


@contextlib.contextmanager
def silence(address: str = "127.0.0.1") -> Iterator[int]:
    """Reserve a port on which nobody listens; yields it."""
    with socket.socket() as reserved:
        reserved.bind((address, 0))
        port: int = reserved.getsockname()[1]
        yield port


@contextlib.contextmanager
def black_hole(address: str = "127.0.0.1") -> Iterator[int]:
    """Listen for the length of the block with a full queue; yields the port.

    A connection gets no answer at all, as behind a firewall that drops it: Linux leaves SYNs unanswered then
    (tcp(7), tcp_abort_on_overflow).
    """
    with contextlib.ExitStack() as opened:
        listening = opened.enter_context(socket.socket())
        listening.bind((address, 0))
        listening.listen(0)
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        port: int = listening.getsockname()[1]
        yield port
