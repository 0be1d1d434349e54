"""Revocation by a real OCSP responder (openssl) and real CRLs over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import logging
import socket
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.x509 import fetching
from sectigo_f5.x509.revocation import RevocationChecker
from tests.support.hierarchy import Identity, new_authority
from tests.support.issuing import new_crl, new_key, new_leaf, pem, without_next_update
from tests.support.odd_certificates import version_8

CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
NOW = datetime.now(timezone.utc).replace(microsecond=0)
ROOT = new_authority("Root", NOW)
ISSUER = new_authority("Issuing CA", NOW, ROOT)
STRANGER = new_authority("Issuing CA", NOW)  # the same name, another key


class Web(http.server.ThreadingHTTPServer):
    """Serves ``content`` and counts the requests; ``drip`` sends it byte by byte, that many seconds apart.

    With ``validates`` it tells an ETag, a Last-Modified or both, and answers 304 to whoever has them.
    """

    content = b""
    asked = 0
    unchanged = 0  # how often it answered 304
    status = 200
    validates: tuple[str, ...] = ()
    slow_head = False
    promised = 0  # bytes announced in addition, and never sent
    drip = 0.0
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.stopped = threading.Event()

    def validators(self) -> dict[str, str]:
        every = {
            "ETag": f'"{hashlib.sha256(self.content).hexdigest()}"',
            "Last-Modified": f"{zlib.crc32(self.content)}",
        }
        return {name: every[name] for name in self.validates}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ca.crl"


@pytest.fixture
def web() -> Iterator[Web]:
    with other_web() as server:
        yield server


@contextlib.contextmanager
def other_web() -> Iterator[Web]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked += 1
            if server.slow_head:
                self.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)
                return
            known = server.validators()
            if known and all(self.headers[CONDITIONS[name]] == value for name, value in known.items()):
                server.unchanged += 1
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(server.status)
            for name, value in known.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(server.content) + server.promised))
            self.end_headers()
            self.drip(server.content)

        def drip(self, content: bytes) -> None:
            with contextlib.suppress(OSError):  # the client has hung up
                for piece in [content[i : i + 1] for i in range(len(content))] if server.drip else [content]:
                    self.wfile.write(piece)
                    server.stopped.wait(server.drip)
                    if server.stopped.is_set():
                        return

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    with Web(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.stopped.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def checker(tmp_path: Path) -> RevocationChecker:
    """Use the real clock, as ``openssl ocsp`` does, however long ago these tests were collected."""
    return RevocationChecker(tmp_path, clock=lambda: datetime.now(timezone.utc))


def leaf(**urls: str) -> x509.Certificate:
    return new_leaf(ISSUER, new_key(), "www.example.com", begins=NOW - timedelta(hours=1), **urls)  # type: ignore[arg-type]  # urls only


def status(checker: RevocationChecker, certificate: x509.Certificate) -> tuple[str, str | None, str]:
    found = checker.status(pem(certificate), ISSUER.certificate_pem)
    return found.status, found.reason, found.source


# -- CRL ---------------------------------------------------------------------------------------


def test_a_crl_says_good_or_revoked(checker: RevocationChecker, web: Web) -> None:
    good, bad = leaf(crl_url=web.url), leaf(crl_url=web.url)
    web.content = new_crl(ISSUER, bad, begins=NOW - timedelta(minutes=1))
    assert status(checker, good) == ("good", None, "crl")
    assert status(checker, bad) == ("revoked", "superseded", "crl")
    assert web.asked == 1


def run_at(folder: Path, hours: float, certificate: x509.Certificate) -> str:
    """Return the status that a run so many hours from now finds."""
    return status(RevocationChecker(folder, clock=lambda: NOW + timedelta(hours=hours)), certificate)[0]


def crl_at(hours: float, *revoked: x509.Certificate, days: float = 7) -> bytes:
    begins = NOW + timedelta(hours=hours) - timedelta(minutes=5)
    return new_crl(ISSUER, *revoked, begins=begins, lifetime=timedelta(days=days))


every_validator = pytest.mark.parametrize(
    "validates", [(), ("ETag",), ("Last-Modified",), ("ETag", "Last-Modified")], ids=["none", "etag", "date", "both"]
)


@every_validator
def test_a_revocation_is_noticed_at_the_next_run(tmp_path: Path, web: Web, validates: tuple[str, ...]) -> None:
    """CRLs of public CAs are good for a week and more, and a new one is there within the hour."""
    certificate, web.validates = leaf(crl_url=web.url), validates
    web.content = crl_at(0)
    assert [run_at(tmp_path, hours, certificate) for hours in (0, 6)] == ["good", "good"]
    assert (web.asked, web.unchanged) == (2, 1 if validates else 0)
    web.content = crl_at(12, certificate)
    assert [run_at(tmp_path, hours, certificate) for hours in (12, 18)] == ["revoked", "revoked"]
    assert (web.asked, web.unchanged) == (4, 2 if validates else 0)


@every_validator
def test_a_crl_that_was_kept_helps_until_its_next_update(tmp_path: Path, web: Web, validates: tuple[str, ...]) -> None:
    certificate, web.validates = leaf(crl_url=web.url), validates
    web.content = crl_at(0, certificate)
    assert run_at(tmp_path, 0, certificate) == "revoked"
    web.status, web.content = 503, b"maintenance"
    assert [run_at(tmp_path, hours, certificate) for hours in (12, 160, 169)] == ["revoked", "revoked", "unknown"]
    web.status, web.content = 200, b"<html>Please log in</html>"
    assert [run_at(tmp_path, hours, certificate) for hours in (12, 160, 169)] == ["revoked", "revoked", "unknown"]
    web.content = crl_at(170)
    assert run_at(tmp_path, 170, certificate) == "good"


def test_an_older_crl_does_not_take_the_place_of_a_newer_one(tmp_path: Path, web: Web) -> None:
    """As a cache on the way may send it."""
    certificate, older = leaf(crl_url=web.url), crl_at(0)
    web.content = crl_at(12, certificate)
    assert run_at(tmp_path, 12, certificate) == "revoked"
    web.content = older
    assert [run_at(tmp_path, hours, certificate) for hours in (13, 14)] == ["revoked", "revoked"]


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"of": "another", "validators": {"If-None-Match": "x"}}', "\xff"])
def test_a_damaged_note_is_as_good_as_none(tmp_path: Path, web: Web, damage: str) -> None:
    certificate, web.validates, web.content = leaf(crl_url=web.url), ("ETag",), crl_at(0)
    assert run_at(tmp_path, 0, certificate) == "good"
    (note,) = tmp_path.glob("crl/*.json")
    note.write_text(damage, encoding="latin-1")
    assert (run_at(tmp_path, 1, certificate), web.unchanged) == ("good", 0)
    assert (run_at(tmp_path, 2, certificate), web.unchanged) == ("good", 1)


def test_a_crl_that_is_damaged_where_it_is_kept_is_fetched_again(tmp_path: Path, web: Web) -> None:
    certificate, web.validates, web.content = leaf(crl_url=web.url), ("ETag",), crl_at(0, leaf(crl_url=web.url))
    assert run_at(tmp_path, 0, certificate) == "good"
    (kept,) = tmp_path.glob("crl/*.crl")
    kept.write_bytes(kept.read_bytes()[:-9])
    assert (run_at(tmp_path, 1, certificate), web.unchanged) == ("good", 0)
    assert (run_at(tmp_path, 2, certificate), web.unchanged) == ("good", 1)


def test_a_crl_of_another_issuer_at_the_same_place_is_not_mistaken(checker: RevocationChecker, web: Web) -> None:
    certificate, web.content = leaf(crl_url=web.url), crl_at(0)
    other = new_leaf(STRANGER, new_key(), "www.example.com", begins=NOW, crl_url=web.url)
    assert status(checker, certificate)[0] == "good"
    assert checker.status(pem(other), STRANGER.certificate_pem).status == "unknown"
    assert (status(checker, certificate)[0], web.asked) == ("good", 1)


@pytest.mark.parametrize(
    "content",
    [
        new_crl(ISSUER, begins=NOW - timedelta(days=3)),
        new_crl(ISSUER, begins=NOW + timedelta(days=3)),
        new_crl(STRANGER, begins=NOW - timedelta(minutes=1)),
        b"<html>Not Found</html>",
        b"",
    ],
    ids=["stale", "from the future", "another signer", "not a CRL", "empty"],
)
def test_an_untrusted_crl_gives_no_answer(checker: RevocationChecker, web: Web, content: bytes) -> None:
    web.content = content
    assert status(checker, leaf(crl_url=web.url)) == ("unknown", None, "none")


def test_a_crl_without_next_update_is_trusted_for_a_day(tmp_path: Path, web: Web) -> None:
    """RFC 5280 forbids it; kept forever it would hide every later revocation."""
    certificate = leaf(crl_url=web.url)
    web.content = without_next_update(ISSUER, new_crl(ISSUER, begins=NOW - timedelta(minutes=1)))
    assert run_at(tmp_path, 0, certificate) == "good"
    web.status = 503
    assert [run_at(tmp_path, hours, certificate) for hours in (23, 25)] == ["good", "unknown"]


def part(url: str | None = None, **limits: bool) -> x509.IssuingDistributionPoint:
    names = [x509.UniformResourceIdentifier(url)] if url else None
    reasons = frozenset([x509.ReasonFlags.key_compromise]) if limits.pop("only_some_reasons", False) else None
    flags = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    return x509.IssuingDistributionPoint(
        names, None, only_some_reasons=reasons, **{flag: limits.get(flag, False) for flag in flags}
    )


def test_a_partial_crl_is_trusted_for_certificates_that_name_it(checker: RevocationChecker, web: Web) -> None:
    certificate = leaf(crl_url=web.url)
    ours = part(web.url, only_contains_user_certs=True)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1), extra=ours)
    assert status(checker, certificate) == ("revoked", "superseded", "crl")


@pytest.mark.parametrize(
    "extra",
    [
        part("http://127.0.0.1/another-part.crl"),
        part(only_contains_ca_certs=True),
        part(only_contains_attribute_certs=True),
        part(indirect_crl=True),
        part(only_some_reasons=True),
        x509.DeltaCRLIndicator(1),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
    ids=["another part", "CAs", "attributes", "others'", "some reasons", "a delta", "an unknown extension"],
)
def test_a_crl_of_other_scope_gives_no_answer(checker: RevocationChecker, web: Web, extra: x509.ExtensionType) -> None:
    web.content = new_crl(ISSUER, begins=NOW - timedelta(minutes=1), extra=extra)
    assert status(checker, leaf(crl_url=web.url)) == ("unknown", None, "none")


def test_a_crl_that_cannot_be_kept_is_still_used(checker: RevocationChecker, tmp_path: Path, web: Web) -> None:
    (tmp_path / "crl").write_text("a file in the way: root is not stopped by permissions")
    certificate = leaf(crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    assert [status(checker, certificate)[0] for _ in range(2)] == ["revoked", "revoked"]
    assert web.asked == 1


def test_parallel_downloads_leave_one_complete_crl(checker: RevocationChecker, tmp_path: Path, web: Web) -> None:
    certificate = leaf(crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: status(checker, certificate)[0], range(16)))
    assert (found, len(list((tmp_path / "crl").glob("*.crl"))), web.asked) == ({"revoked"}, 1, 1)


# -- silent and broken sources - -----------------------------------------------------------------


def test_unreachable_sources_give_unknown(checker: RevocationChecker) -> None:
    nowhere = "http://127.0.0.1:1/"
    assert status(checker, leaf(ocsp_url=nowhere, crl_url=nowhere)) == ("unknown", None, "none")


def test_a_silent_source_is_one_warning_and_is_not_asked_again(
    checker: RevocationChecker, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """A fleet of certificates with a responder that is down must not take hours."""
    logging.getLogger("sectigo_f5").propagate = True
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = threading.Thread(target=_hang_up, args=(listening,))
        asked.start()
        silent = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        web.content = new_crl(ISSUER, begins=NOW - timedelta(minutes=1))
        assert status(checker, leaf(ocsp_url=silent))[0] == "unknown"
        asked.join()  # nobody accepts a second connection: it would hang
        assert status(checker, leaf(ocsp_url=silent))[0] == "unknown"
        assert status(checker, leaf(ocsp_url=silent, crl_url=web.url))[0] == "good"
    assert [record.levelname for record in caplog.records if "sectigo_f5" in record.name] == ["WARNING"]


def _hang_up(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.close()


@pytest.mark.parametrize("kind", ["ocsp_url", "crl_url"])
def test_a_truncated_answer_gives_unknown(checker: RevocationChecker, web: Web, kind: str) -> None:
    web.content, web.promised = b"\x30\x82", 1000
    assert status(checker, leaf(**{kind: web.url})) == ("unknown", None, "none")


@pytest.mark.parametrize("slow_head", [True, False], ids=["headers", "body"])
@pytest.mark.parametrize("kind", ["ocsp_url", "crl_url"])
def test_a_dripping_answer_does_not_hold_up_the_run(
    checker: RevocationChecker, web: Web, kind: str, slow_head: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes within the time-out of ``requests``, and the last one would come next year."""
    monkeypatch.setattr(fetching, "LONGEST", 0.2)
    web.slow_head = slow_head
    web.content, web.drip = b"x" * 1000, 0.05
    began = time.monotonic()
    assert status(checker, leaf(**{kind: web.url})) == ("unknown", None, "none")
    assert time.monotonic() - began < 5


def test_a_certificate_without_sources_gives_unknown(checker: RevocationChecker) -> None:
    assert status(checker, leaf()) == ("unknown", None, "none")


# -- OCSP --------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"<html>Moved</html>", b"\x30\x03\x0a\x01\x06", b"\x00" * 50])
def test_a_malformed_ocsp_answer_leads_to_the_crl(checker: RevocationChecker, web: Web, content: bytes) -> None:
    web.content = content
    with other_web() as crl:
        certificate = leaf(ocsp_url=web.url, crl_url=crl.url)
        crl.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
        assert status(checker, certificate) == ("revoked", "superseded", "crl")


def test_an_ocsp_answer_with_an_odd_certificate_leads_to_the_crl(checker: RevocationChecker, web: Web) -> None:
    """The certificate of the responder that it appointed has a version that nobody knows."""
    with other_web() as crl:
        certificate, appointed = leaf(ocsp_url=web.url, crl_url=crl.url), delegate(ISSUER)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=ISSUER.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303  # what RFC 5019 has in a CertID
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=NOW,
            next_update=NOW + timedelta(hours=1),
            revocation_time=None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, appointed.certificate)
        answer = builder.certificates([appointed.certificate]).sign(appointed.key, hashes.SHA256())
        web.content = version_8(answer.public_bytes(Encoding.DER))
        crl.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
        assert status(checker, certificate) == ("revoked", "superseded", "crl")


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
        assert b"ACCEPT" in self._process.stdout.readline()  # a silent connection would block it

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
    certificate = new_leaf(
        issuer, key, "ocsp.example.com", begins=NOW - timedelta(hours=1), usage=ExtendedKeyUsageOID.OCSP_SIGNING
    )
    return Identity(certificate, key)


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
    assert status(checker, good) == ("good", None, "ocsp")  # it was asked once for the whole run


def test_an_ocsp_answer_by_a_stranger_leads_to_the_crl(checker: RevocationChecker, tmp_path: Path, web: Web) -> None:
    responder = Responder(tmp_path, delegate(STRANGER))
    certificate = leaf(ocsp_url=responder.url, crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    responder.start([certificate], [])
    try:
        assert status(checker, certificate) == ("revoked", "superseded", "crl")
    finally:
        responder.stop()


def test_an_ocsp_answer_of_unknown_leads_to_the_crl(checker: RevocationChecker, tmp_path: Path, web: Web) -> None:
    responder = Responder(tmp_path, ISSUER)
    certificate = leaf(ocsp_url=responder.url, crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    responder.start([], [])
    try:
        assert status(checker, certificate) == ("revoked", "superseded", "crl")
    finally:
        responder.stop()


def test_a_stale_or_future_ocsp_answer_gives_unknown(tmp_path: Path) -> None:
    responder = Responder(tmp_path, ISSUER)
    certificate = leaf(ocsp_url=responder.url)
    responder.start([], [certificate])
    try:
        for away in (timedelta(hours=2), -timedelta(hours=2)):  # it answers for one hour
            checker = RevocationChecker(tmp_path, clock=lambda away=away: datetime.now(timezone.utc) + away)  # type: ignore[misc]
            assert status(checker, certificate) == ("unknown", None, "none")
    finally:
        responder.stop()
