"""Whatever bytes come instead of HTTP, and whatever the URL is: a reply, or an error that everybody expects."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Limits, Question, fetch
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import management_tls
from sectigo_f5.tls.client import handshake
from tests.support.answering import Answering, answering
from tests.support.damage import damaged
from tests.support.properties import generated

LIMITS = Limits(2, 2, 5, 1000)
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nDate: today\r\n\r\nfound"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n5\r\nfound\r\n0\r\n\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://ca.example:80/x?y\r\nContent-Length: 0\r\n\r\n"
TWO_LENGTHS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"


@pytest.fixture(scope="module")
def server() -> Iterator[Answering]:
    with answering() as found:
        yield found


@pytest.fixture
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows any name, so that nothing outside is asked."""
    resolve = socket.getaddrinfo

    def unknown(host: str, *arguments: object, **options: object) -> object:
        if host == "127.0.0.1":
            return resolve(host, *arguments, **options)  # type: ignore[arg-type]
        host.encode("idna")
        raise socket.gaierror(f"{host} is not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.usefixtures("_no_names")
@generated(80)
@given(content=damaged(PLAIN) | damaged(CHUNKED) | damaged(REDIRECT) | st.binary(max_size=50))
def test_any_bytes_are_a_reply_or_an_error(server: Answering, content: bytes) -> None:
    server.content = content
    with contextlib.suppress(ConnectorError, OSError):
        assert len(fetch(Question(f"http://127.0.0.1:{server.port}/"), LIMITS).body) <= LIMITS.largest


@pytest.mark.usefixtures("_no_names")
@generated(80)
@given(url=damaged(b"http://ca.example:80/ca.crl").map(lambda text: text.decode("latin-1")) | st.text(max_size=9))
def test_any_url_is_asked_or_an_error(url: str) -> None:
    with pytest.raises((ConnectorError, OSError)):
        fetch(Question(f"http://{url}"), LIMITS)


@generated(60)
@given(content=damaged(ALERT) | damaged(PLAIN))
def test_any_peer_of_a_handshake_is_an_error(server: Answering, content: bytes) -> None:
    server.content = content
    with pytest.raises(ConnectorError):
        handshake("127.0.0.1", server.port, "www.example.com", timeout=5)


@pytest.mark.parametrize("content", [TWO_LENGTHS, PLAIN[:-3], CHUNKED, b"nonsense"])
def test_an_odd_answer_to_a_change_leaves_its_outcome_unknown(tmp_path: Path, content: bytes) -> None:
    """The BIG-IP may have made it: it is read back, and never sent again blindly."""
    ca_file, context = management_tls.prepare(tmp_path, ("127.0.0.1",))
    with answering(content, context) as server:
        client = IControl("127.0.0.1", server.port, "admin", Secret("admin"), ca_file, lambda _: None)
        with pytest.raises(OutcomeUnknownError, match="no answer"):
            client.patch("/mgmt/tm/ltm/virtual/x", {})
        assert server.asked == 1
