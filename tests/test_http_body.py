"""HTTP answers that never end: neither the headers nor the body may hold up a run."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import datetime, timezone
from http.server import ThreadingHTTPServer

import pytest

from sectigo_f5.acme import directory, renewal_information
from sectigo_f5.errors import ConnectorError
from sectigo_f5.http_body import within
from sectigo_f5.model import Account
from tests.support.serving import QuietHandler, serving

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
WHERE = ContextVar("WHERE", default="nowhere")
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(params=[OK + b"X-Slow: ", OK + b"Content-Type: application/json\r\n\r\n{"], ids=["headers", "body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """Send this and then a space now and then; yields the URL."""
    stopped = threading.Event()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
            with contextlib.suppress(OSError):
                self.wfile.write(request.param)
                while not stopped.wait(0.02):
                    self.wfile.write(b" ")

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}/"
        stopped.set()


@pytest.mark.parametrize(
    ("module", "ask"),
    [
        (directory, lambda url: directory.read(Account(url), lambda: NOW)),
        (renewal_information, lambda url: renewal_information.fetch(url, True, "test", NOW)),
    ],
    ids=["directory", "renewal information"],
)
def test_an_answer_that_drips_is_not_waited_for(
    dripping: str, module: object, ask: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.2)
    began = time.monotonic()
    with pytest.raises(ConnectorError, match="the answer takes longer than 0 s"):
        ask(dripping)
    assert time.monotonic() - began < 5


def test_what_is_asked_in_time_is_returned_or_raised() -> None:
    WHERE.set("here")
    assert within(5, WHERE.get) == "here"  # the log names the certificate by it
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
