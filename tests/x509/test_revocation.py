"""Revocation by a real OCSP responder (openssl) and real CRLs over HTTP."""

from __future__ import annotations

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.revocation import RevocationChecker
from tests.support.hierarchy import Identity, new_authority
from tests.support.issuing import new_crl, new_key, new_leaf, pem

NOW = datetime.now(timezone.utc).replace(microsecond=0)
ROOT = new_authority("Root", NOW)
ISSUER = new_authority("Issuing CA", NOW, ROOT)
STRANGER = new_authority("Issuing CA", NOW)  # the same name, another key


class Web(http.server.ThreadingHTTPServer):
    """Serves ``content`` and counts the requests."""

    content = b""
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ca.crl"


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(server.content)))
            self.end_headers()
            self.wfile.write(server.content)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    with Web(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def checker(tmp_path: Path) -> RevocationChecker:
    return RevocationChecker(tmp_path, clock=lambda: NOW)


def leaf(**urls: str) -> x509.Certificate:
    return new_leaf(ISSUER, new_key(), "www.example.com", begins=NOW - timedelta(hours=1), **urls)  # type: ignore[arg-type]  # urls only


def status(checker: RevocationChecker, certificate: x509.Certificate) -> tuple[str, str | None, str]:
    found = checker.status(pem(certificate), ISSUER.certificate_pem)
    return found.status, found.reason, found.source


# -- CRL ---------------------------------------------------------------------------------------


def test_crl_good_revoked_and_cached(checker: RevocationChecker, web: Web) -> None:
    good, bad = leaf(crl_url=web.url), leaf(crl_url=web.url)
    web.content = new_crl(ISSUER, bad, begins=NOW - timedelta(minutes=1))
    assert status(checker, good) == ("good", None, "crl")
    assert status(checker, bad) == ("revoked", "superseded", "crl")
    assert web.asked == 1


def test_a_crl_is_fetched_again_after_its_next_update(tmp_path: Path, web: Web) -> None:
    certificate = leaf(crl_url=web.url)
    moment = NOW
    checker = RevocationChecker(tmp_path, clock=lambda: moment)
    web.content = new_crl(ISSUER, begins=NOW - timedelta(minutes=1))
    assert status(checker, certificate)[0] == "good"
    moment = NOW + timedelta(days=2)
    web.content = new_crl(ISSUER, certificate, begins=moment - timedelta(minutes=1))
    assert status(checker, certificate)[0] == "revoked"
    assert web.asked == 2


@pytest.mark.parametrize(
    "content",
    [
        new_crl(ISSUER, begins=NOW - timedelta(days=3)),
        new_crl(ISSUER, begins=NOW + timedelta(days=3)),
        new_crl(STRANGER, begins=NOW - timedelta(minutes=1)),
        b"<html>Not Found</html>",
        b"",
    ],
    ids=["stale", "of the future", "another signer", "no CRL", "empty"],
)
def test_a_crl_that_cannot_be_believed_says_nothing(checker: RevocationChecker, web: Web, content: bytes) -> None:
    web.content = content
    assert status(checker, leaf(crl_url=web.url)) == ("unknown", None, "none")


def test_nobody_answers(checker: RevocationChecker) -> None:
    nowhere = "http://127.0.0.1:1/"
    assert status(checker, leaf(ocsp_url=nowhere, crl_url=nowhere)) == ("unknown", None, "none")


def test_a_certificate_without_addresses(checker: RevocationChecker) -> None:
    assert status(checker, leaf()) == ("unknown", None, "none")


# -- OCSP --------------------------------------------------------------------------------------


class Responder:
    """``openssl ocsp`` on a free port, answering from an index of the CA's certificates."""

    def __init__(self, folder: Path, signer: Identity) -> None:
        self.folder, self.signer = folder, signer
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, good: list[x509.Certificate], revoked: list[x509.Certificate]) -> None:
        lines = [_index_line("V", found) for found in good] + [_index_line("R", found) for found in revoked]
        (self.folder / "index.txt").write_text("".join(lines))
        (self.folder / "index.txt.attr").write_text("unique_subject = no\n")
        (self.folder / "ca.pem").write_text(ISSUER.certificate_pem)
        self.signer.write(self.folder / "signer.pem", self.folder / "signer.key")
        argv = ["openssl", "ocsp", "-port", str(self.port), "-index", "index.txt", "-CA", "ca.pem"]
        argv += ["-rsigner", "signer.pem", "-rkey", "signer.key", "-nmin", "60"]
        self._process = subprocess.Popen(
            argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        assert b"ACCEPT" in self._process.stdout.readline()  # a connection that says nothing would block it

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=10)


def _index_line(state: str, found: x509.Certificate) -> str:
    ends = f"{found.not_valid_after_utc:%y%m%d%H%M%SZ}"
    revoked = f"{NOW:%y%m%d%H%M%SZ},keyCompromise" if state == "R" else ""
    return f"{state}\t{ends}\t{revoked}\t{found.serial_number:040X}\tunknown\t/CN=www.example.com\n"


def delegate(issuer: Identity) -> Identity:
    key = new_key("rsa")
    made = new_leaf(
        issuer, key, "ocsp.example.com", begins=NOW - timedelta(hours=1), usage=ExtendedKeyUsageOID.OCSP_SIGNING
    )
    return Identity(made, key)


@pytest.mark.parametrize("signer", ["the issuer", "a delegate"])
def test_ocsp_good_and_revoked(checker: RevocationChecker, tmp_path: Path, signer: str) -> None:
    responder = Responder(tmp_path, ISSUER if signer == "the issuer" else delegate(ISSUER))
    good, bad = leaf(ocsp_url=responder.url), leaf(ocsp_url=responder.url)
    responder.start([good], [bad])
    try:
        assert status(checker, good) == ("good", None, "ocsp")
        assert status(checker, bad) == ("revoked", "keyCompromise", "ocsp")
    finally:
        responder.stop()


def test_an_answer_by_a_stranger_counts_for_nothing_and_the_crl_is_asked(
    checker: RevocationChecker, tmp_path: Path, web: Web
) -> None:
    responder = Responder(tmp_path, delegate(STRANGER))
    certificate = leaf(ocsp_url=responder.url, crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    responder.start([certificate], [])
    try:
        assert status(checker, certificate) == ("revoked", "superseded", "crl")
    finally:
        responder.stop()
