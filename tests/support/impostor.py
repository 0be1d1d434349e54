"""Somebody else at the address of a virtual server: a TLS server with a certificate of its own, or one without TLS."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from tests.support.hierarchy import new_authority, new_server


class Impostor(socketserver.ThreadingTCPServer):
    """Counts who comes; closes at once without ``context``, as a server without TLS does on a client's hello."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext | None) -> None:
        self.context = context
        self.asked = 0
        super().__init__(address, _Greeting)


class _Greeting(socketserver.BaseRequestHandler):
    server: Impostor

    def handle(self) -> None:
        self.server.asked += 1
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
    with Impostor((address, port), context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def silence(address: str = "127.0.0.1") -> Iterator[int]:
    """Hold a port on which nobody listens; yields it."""
    with socket.socket() as held:
        held.bind((address, 0))
        port: int = held.getsockname()[1]
        yield port
