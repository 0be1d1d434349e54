"""A server that answers whatever it is asked with the same bytes, and hangs up."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator


class Answering:
    """Change ``content`` between requests."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.content = b""
        self.asked = 0


@contextlib.contextmanager
def answering(content: bytes = b"", context: ssl.SSLContext | None = None) -> Iterator[Answering]:
    """Answer for the length of the block, under TLS if there is a context."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Answering(listening.getsockname()[1])
        server.content = content

        def serve() -> None:
            while not stopped.is_set():
                with contextlib.suppress(OSError):
                    plain, _ = listening.accept()
                    plain.settimeout(5)
                    with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                        if connection.recv(65536):
                            server.asked += 1
                            connection.sendall(server.content)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            stopped.set()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
                pass  # it waits for a connection
            thread.join()
