"""A web server with a certificate of one's choice, on loopback."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.support.hierarchy import Identity
from tests.support.serving import QuietHandler, serving


class _Greeting(QuietHandler):
    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        self.respond(b"{}", media_type="application/json")

    do_POST = do_GET  # noqa: N815


@contextlib.contextmanager
def tls_server(
    folder: Path, identity: Identity, adjust: Callable[[ssl.SSLContext], None] = lambda context: None
) -> Iterator[str]:
    """Serve TLS for the length of the block, by a context that ``adjust`` may change; yields the URL."""
    certificate, key = folder / "server.pem", folder / "server.key"
    identity.write(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    adjust(context)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Greeting)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that turns away is what we test
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server):
        yield f"https://127.0.0.1:{server.server_port}/"
