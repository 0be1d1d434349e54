"""Where an answer may send us: to few places, and never to what only we can reach."""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Limits, Question, fetch
from sectigo_f5.http.redirects import Rules
from tests.support.serving import QuietHandler, serving

LIMITS = Limits(2, 2, 5, 1000)


class Web(ThreadingHTTPServer):
    """Sends every path on to ``location``, but ``/here``, and notes what it is asked."""

    daemon_threads = True
    location = "/here"
    status = 307

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), Redirecting)
        self.asked: list[tuple[str, str, bytes, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"


class Redirecting(QuietHandler):
    server: Web

    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, body, self.headers.get("Authorization")))
        if self.path == "/here":
            self.respond(b"found")
            return
        self.send_response(self.server.status)
        self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # the name is http.server's


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(Web("127.0.0.2")) as server:
        yield server


@contextlib.contextmanager
def named(monkeypatch: pytest.MonkeyPatch, **hosts: list[str]) -> Iterator[None]:
    """Resolve ``name.example`` to one address after the other, then to the last one; others as ever."""
    resolve, left = socket.getaddrinfo, {f"{name}.example": iter(each) for name, each in hosts.items()}
    last = {f"{name}.example": each[-1] for name, each in hosts.items()}

    def found(host: str, *more: Any, **options: Any) -> Any:
        return resolve(next(left[host], last[host]) if host in left else host, *more, **options)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found)
        yield


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_question_stays_one_wherever_it_is_sent_on(web: Web, status: int) -> None:
    web.status = status
    assert fetch(Question(f"{web.url}/ocsp", "POST", body=b"question"), LIMITS).body == b"found"
    assert web.asked == [("POST", "/ocsp", b"question", None), ("POST", "/here", b"question", None)]


def test_another_place_to_see_is_read(web: Web) -> None:
    web.status = 303
    fetch(Question(f"{web.url}/ocsp", "POST", body=b"question"), LIMITS)
    assert web.asked[1] == ("GET", "/here", b"", None)


def test_three_redirects_are_followed_and_not_four(web: Web) -> None:
    count = itertools.count()
    web.location = "/again"
    with pytest.raises(ConnectorError, match="redirects more than 3 times"):
        fetch(Question(f"{web.url}/{next(count)}"), LIMITS)
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/here",
        "http://localhost:{port}/here",
        "//127.0.0.1:{port}/here",
        "http://[::1]:{port}/here",
        "http://[::ffff:127.0.0.1]:{port}/here",
        "http://[64:ff9b::7f00:1]:{port}/here",
        "http://2130706433:{port}/here",
        "http://0.0.0.0:{port}/here",
        "http://[::]:{port}/here",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "https://192.0.2.10/mgmt/tm/sys",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_only_we_can_reach_is_never_asked(web: Web, method: str, location: str) -> None:
    with serving(Web("127.0.0.1")) as inner:
        web.location = location.format(port=inner.server_port)
        with pytest.raises(ConnectorError, match="an address of (this host or its link|a BIG-IP): not followed"):
            fetch(Question(f"{web.url}/ocsp", method, body=b"question"), LIMITS, Rules(devices=["192.0.2.10"]))
        assert inner.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://[fe80::1]/ocsp", "http://0.0.0.0/", "https://192.0.2.10/mgmt/tm/sys"],
)
def test_a_certificate_cannot_send_us_to_a_bigip_or_to_the_metadata_of_a_cloud(url: str) -> None:
    rules = Rules(devices=["192.0.2.10"], of_certificate=True)
    with pytest.raises(ConnectorError, match="an address of (this host's link|a BIG-IP): not asked"):
        fetch(Question(url, "POST", body=b"question"), LIMITS, rules)


def test_a_ca_on_this_host_may_be_named_by_its_certificates_and_redirect_to_itself(web: Web) -> None:
    web.location = f"{web.url}/here"
    assert (
        fetch(Question(f"{web.url}/ca.crl"), LIMITS, Rules(devices=["127.0.0.2"], of_certificate=True)).body == b"found"
    )


def test_an_address_that_was_named_may_be_named_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of a CA of one's own on this host is."""
    with named(monkeypatch, ca=["127.0.0.2"]):
        web.location = f"{web.url}/here"
        url = f"http://ca.example:{web.server_port}/ca.crl"
        assert fetch(Question(url), LIMITS, Rules(devices=["127.0.0.2"])).body == b"found"


def test_a_name_that_changes_its_address_meanwhile_is_not_connected_to(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Web("127.0.0.1")) as inner, named(monkeypatch, twisted=["192.0.2.7", "127.0.0.1"]):
        web.location = f"http://twisted.example:{inner.server_port}/here"
        with pytest.raises(ConnectorError, match="redirects to 127.0.0.1, an address of this host"):
            fetch(Question(f"{web.url}/ca.crl"), LIMITS)
        assert inner.asked == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ldap://dc/x", "ftp://x/y", "http://[/"])
def test_a_redirect_to_anything_but_http_is_an_error(web: Web, location: str) -> None:
    web.location = location
    with pytest.raises((ConnectorError, OSError)):
        fetch(Question(f"{web.url}/ca.crl"), LIMITS)
    assert len(web.asked) == 1


def test_https_never_leads_to_http(web: Web) -> None:
    """As for an ACME server (RFC 8555 section 6.1)."""
    with pytest.raises(ConnectorError, match="it redirects to http: only https is followed"):
        fetch(Question(f"{web.url}/directory"), LIMITS, Rules(only_https=True))


def test_a_redirect_gets_no_password(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``requests`` would look for one in ``.netrc``, and take one from the URL."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.2 login admin password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    web.location = f"http://user:other@127.0.0.2:{web.server_port}/here"
    fetch(Question(f"{web.url}/ca.crl"), LIMITS)
    assert web.asked[1] == ("GET", "/here", b"", None)
