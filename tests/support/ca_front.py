"""A TLS proxy before Pebble that holds, loses, replaces or rewrites its answers, and counts the requests."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.authorities import Pebble
from tests.support.hierarchy import new_authority, new_server
from tests.support.serving import QuietHandler, serving

# Pebble's paths, by what RFC 8555 calls the resource.
KINDS = {
    "/dir": "directory",
    "/nonce-plz": "newNonce",
    "/sign-me-up": "newAccount",
    "/order-plz": "newOrder",
    "/my-order/": "order",
    "/finalize-order/": "finalize",
    "/authZ/": "authorization",
    "/chalZ/": "challenge",
    "/certZ/": "certificate",
}
NOT_COPIED = {"connection", "content-length", "date", "transfer-encoding"}
HTML = "text/html"
PROBLEM = "application/problem+json"

Order = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What is answered instead: nothing at all if there is no status; ``reached``: has Pebble got the request?"""

    status: int = 0
    body: str = ""
    media_type: str = HTML
    reached: bool = True


def problem(code: str, status: int, *, reached: bool = False) -> Reply:
    """Return a problem document of the CA (RFC 8555 section 6.7)."""
    body = {"type": f"urn:ietf:params:acme:error:{code}", "detail": f"the CA says {code}", "status": status}
    return Reply(status, json.dumps(body), PROBLEM, reached)


class CaFront(ThreadingHTTPServer):
    """Stands before ``pebble`` and has its attributes, so that it can be used instead.

    All of these may be changed at any time, by kind of request (:data:`KINDS`): ``hold`` has seconds for which an
    answer is held after Pebble has given it, ``replies`` what the next requests get instead of one. ``order`` changes
    each order that is shown, ``chain`` the PEM of each certificate. ``counts`` has the requests by kind, and
    ``issued`` those for finalize that Pebble granted.
    """

    daemon_threads = True

    def __init__(self, pebble: Pebble, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(timezone.utc)
        authority = new_authority("Front TLS CA", now)
        self.ca_bundle = folder / "front-ca.pem"
        self.ca_bundle.write_text(authority.certificate_pem)
        new_server(["127.0.0.1"], now, authority).write(folder / "front.pem", folder / "front.key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "front.pem", folder / "front.key")
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.directory_url = f"https://127.0.0.1:{self.server_port}/dir"
        self.root, self.eab_kid, self.eab_hmac_key = pebble.root, pebble.eab_kid, pebble.eab_hmac_key
        self.behind = urlsplit(pebble.directory_url).netloc
        self.trust = ssl.create_default_context(cafile=str(pebble.ca_bundle))
        self.hold: dict[str, float] = {}
        self.replies: dict[str, list[Reply]] = {}
        self.order: Callable[[Order], Order] | None = None
        self.chain: Callable[[str], str] | None = None
        self.counts: Counter[str] = Counter()
        self.issued = 0
        self.closing = threading.Event()

    def server_close(self) -> None:
        self.closing.set()
        super().server_close()


class _Forward(QuietHandler):
    server: CaFront
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802  # the names are http.server's
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = next((kind for path, kind in KINDS.items() if self.path.startswith(path)), self.path)
        self.server.counts[kind] += 1
        waiting = self.server.replies.get(kind)
        reply = waiting.pop(0) if waiting else None
        status, headers, answer = 0, dict[str, str](), b""
        if reply is None or reply.reached:
            status, headers, answer = self._ask(content)
            self.server.issued += kind == "finalize" and status == http.client.OK
        self.server.closing.wait(self.server.hold.get(kind, 0))
        if reply is None:
            self._answer(status, headers, self._changed(kind, status, answer))
        elif reply.status:
            self._answer(reply.status, {"Content-Type": reply.media_type}, reply.body.encode())
        else:
            self.close_connection = True

    do_GET = do_HEAD = do_POST  # noqa: N815

    def _ask(self, content: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPSConnection(self.server.behind, context=self.server.trust)
        with contextlib.closing(connection):
            wanted = {name: value for name, value in self.headers.items() if name.lower() not in NOT_COPIED}
            connection.request(self.command, self.path, content or None, {**wanted, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in NOT_COPIED}
            return answer.status, kept, answer.read()

    def _changed(self, kind: str, status: int, answer: bytes) -> bytes:
        granted = status in {http.client.OK, http.client.CREATED}
        if granted and self.server.order and kind in {"newOrder", "order", "finalize"}:
            return json.dumps(self.server.order(json.loads(answer))).encode()
        if granted and self.server.chain and kind == "certificate":
            return self.server.chain(answer.decode()).encode()
        return answer

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        with contextlib.suppress(OSError):  # a client that has given up
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)


def processing(order: Order) -> Order:
    """Show an order that was finalized as one that waits for an approval (RFC 8555 section 7.1.6)."""
    if order["status"] not in {"processing", "valid"}:
        return order
    return {**{name: value for name, value in order.items() if name != "certificate"}, "status": "processing"}


@contextlib.contextmanager
def ca_front(pebble: Pebble, folder: Path) -> Iterator[CaFront]:
    """Stand before Pebble for the length of the block."""
    with serving(CaFront(pebble, folder)) as front:
        yield front
