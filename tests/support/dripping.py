"""Servers that send a little and then a byte now and then: none of them is silent, and none of them ends."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

OK = b"HTTP/1.1 200 OK\r\n"
# What is sent before the bytes that never end.
HTTP = {
    "status line": b"",
    "headers": OK + b"X-Slow: ",
    "interim answers": b"HTTP/1.1 100 Continue\r\nX-Slow: ",
    "body": OK + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
    "chunked body": OK + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
}
TLS = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"  # the beginning of a ServerHello of 16 KiB
PAUSE = 0.02  # seconds


@contextlib.contextmanager
def dripping(beginning: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer whoever connects with ``beginning`` and then spaces, under TLS if there is a context; yields the port."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        answering = threading.Thread(target=_drip, args=(listening, beginning, context, stopped))
        answering.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stopped.set()
            with contextlib.suppress(OSError), socket.create_connection(listening.getsockname(), timeout=1):
                pass  # it waits for a connection
            answering.join()


def _drip(listening: socket.socket, beginning: bytes, context: ssl.SSLContext | None, stopped: threading.Event) -> None:
    while not stopped.is_set():
        with contextlib.suppress(OSError):
            plain, _ = listening.accept()
            plain.settimeout(10)
            with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                connection.recv(65536)
                connection.sendall(beginning)
                while not stopped.wait(PAUSE):
                    connection.sendall(b" ")
