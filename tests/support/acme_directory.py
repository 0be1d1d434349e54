"""The part of a CA that is called if no certificate is due: its directory, over HTTP on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from tests.support.serving import QuietHandler, serving


class _Directory(QuietHandler):
    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        self.respond(json.dumps({"newOrder": "x", "meta": {"externalAccountRequired": True}}).encode())


@contextmanager
def acme_directory() -> Iterator[str]:
    """Serve the directory of a CA that requires external account binding; yields its URL."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Directory)) as server:
        yield f"http://127.0.0.1:{server.server_port}/directory"
