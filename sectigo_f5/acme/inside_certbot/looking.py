"""Ask a virtual server for a challenge, as the CA will, until the iRule that answers it has taken effect.

The address must be one that means the same from here: a host's, with a port, in no route domain. If it does not answer
(no route, a firewall) or somebody else does, the whole time is waited. Like the launcher, this imports nothing of ours.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable

INTERVAL = 0.2  # seconds between questions
TRY = 2.0  # seconds for a question, from the connection to the last byte
IN_A_ROW = 3  # right answers, on a connection each: a BIG-IP has several TMMs, and each gets the iRule by itself
LIMIT = 16384  # bytes of an answer; the right one has some three hundred

Address = tuple[str, int]


def address_of(destination: str) -> Address | None:
    """Return the address and port of ``/Common/192.0.2.1:80`` or ``/Common/2001:db8::1.80``; None if it is no host's.

    A route domain's (``%2``), any address or port, and a virtual address with a name of its own are not.
    """
    text = destination.rpartition("/")[2]
    host, _, port = text.rpartition("." if text.count(":") > 1 else ":")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    is_host = not (address.is_unspecified or address.is_multicast or "%" in host)
    return (host, int(port)) if is_host and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 1 << 16 else None


def ask(address: Address, name: str, path: str, text: str, seconds: float) -> str:
    """Ask once over HTTP; returns what is wrong with the answer, or nothing if it has the ``text``.

    A socket of our own: no proxy, no redirect, and never longer than ``seconds``, however slowly an answer drips.
    """
    end, answer, wanted = time.monotonic() + seconds, b"", text.encode()
    question = f"GET {path} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: sectigo-f5\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(address, timeout=seconds) as connection:
            connection.sendall(question.encode("ascii", "replace"))
            while wanted not in answer and len(answer) < LIMIT:
                connection.settimeout(max(end - time.monotonic(), 0.001))
                if not (received := connection.recv(4096)):
                    break
                answer += received
    except OSError as error:
        if not answer:
            return f"no answer, {error.strerror or 'timed out'}"
    head, _, body = answer.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3})\b", head)
    if status is None:
        return "an answer that is not HTTP" if answer else "no answer"
    return "" if status[1] == b"200" and wanted in body else f"another answer, HTTP {status[1].decode()}"


def wait(
    question: Callable[[float], str],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Wait until the answers to ``question`` are right; returns what was wrong with the last one after ``seconds``."""
    end, right, problem = clock() + seconds, 0, ""
    while right < IN_A_ROW and (left := end - clock()) > 0:
        problem = question(min(left, TRY))
        right = 0 if problem else right + 1
        if problem and (left := end - clock()) > 0:
            pause(min(left, INTERVAL))
    return problem
