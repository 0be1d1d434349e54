"""The first bytes of a connection, looked at before anything is read: plain text or TLS, and for which server name.

Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3.
"""

from __future__ import annotations

import socket
import time

_HANDSHAKE = 22  # the record's content type
_CLIENT_HELLO = 1
_SERVER_NAME, _HOST_NAME = 0, 0  # the extension, and the only kind of name
_HEADER = 5  # bytes of a record before its content
_LONGEST = _HEADER + (1 << 14)  # bytes; a ClientHello that needs a second record is not looked into
_WAIT = 0.005  # seconds between two looks


def peek(connection: socket.socket, timeout: float) -> bytes:
    """Return the first record of a connection, and leave it there; what has come if the rest does not come in time."""
    ends = time.monotonic() + timeout
    while True:
        seen = connection.recv(_LONGEST, socket.MSG_PEEK)
        whole = len(seen) >= _HEADER and len(seen) >= _HEADER + int.from_bytes(seen[3:5], "big")
        if not seen or not is_tls(seen) or whole or time.monotonic() > ends:
            return seen
        time.sleep(_WAIT)


def is_tls(seen: bytes) -> bool:
    """Tell whether the first byte begins a TLS handshake."""
    return seen[:1] == bytes([_HANDSHAKE])


def server_name(record: bytes) -> str | None:
    """Return the server name in a ClientHello; None if there is none, or if the record is something else."""
    hello = _Reader(record[_HEADER:])
    try:
        if hello.number(1) != _CLIENT_HELLO:
            return None
        hello = _Reader(hello.vector(3))
        hello.take(2 + 32)  # legacy_version and random
        for size in (1, 2, 1):  # legacy_session_id, cipher_suites, legacy_compression_methods
            hello.vector(size)
        extensions = _Reader(hello.vector(2))
        while extensions.rest:
            kind, content = extensions.number(2), extensions.vector(2)
            if kind == _SERVER_NAME:
                return _host_name(_Reader(_Reader(content).vector(2)))
    except EOFError:
        pass
    return None


def _host_name(names: _Reader) -> str | None:
    while names.rest:
        kind, name = names.number(1), names.vector(2)
        if kind == _HOST_NAME:
            return name.decode("ascii", "replace")
    return None


class _Reader:
    """Bytes that are taken from the front; raises :class:`EOFError` if there are too few."""

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def take(self, count: int) -> bytes:
        if count > len(self.rest):
            raise EOFError
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))
