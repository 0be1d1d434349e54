"""Revocation by a real OCSP responder (openssl) and real CRLs over HTTP."""

from __future__ import annotations

import contextlib
import http.server
import logging
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from sectigo_f5.x509 import revocation
from sectigo_f5.x509.revocation import RevocationChecker
from tests.support.hierarchy import Identity, new_authority
from tests.support.issuing import new_crl, new_key, new_leaf, pem, without_next_update
from tests.support.odd_certificates import version_8

NOW = datetime.now(timezone.utc).replace(microsecond=0)
ROOT = new_authority("Root", NOW)
ISSUER = new_authority("Issuing CA", NOW, ROOT)
STRANGER = new_authority("Issuing CA", NOW)  # the same name, another key


class Web(http.server.ThreadingHTTPServer):
    """Serves ``content`` and counts the requests; ``drip`` sends it byte by byte, that many seconds apart."""

    content = b""
    asked = 0
    promised = 0  # bytes announced in addition, and never sent
    drip = 0.0
    daemon_threads = True

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
            self.send_response(200)
            self.send_header("Content-Length", str(len(server.content) + server.promised))
            self.end_headers()
            with contextlib.suppress(OSError):  # the client has hung up
                for piece in [server.content[i : i + 1] for i in range(len(server.content))] if server.drip else ():
                    self.wfile.write(piece)
                    time.sleep(server.drip)
                if not server.drip:
                    self.wfile.write(server.content)

        def do_POST(self) -> None:
            self.do_GET()

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
    """Use the real clock, as ``openssl ocsp`` does, however long ago these tests were collected."""
    return RevocationChecker(tmp_path, clock=lambda: datetime.now(timezone.utc))


def leaf(**urls: str) -> x509.Certificate:
    return new_leaf(ISSUER, new_key(), "www.example.com", begins=NOW - timedelta(hours=1), **urls)  # type: ignore[arg-type]  # urls only


def status(checker: RevocationChecker, certificate: x509.Certificate) -> tuple[str, str | None, str]:
    found = checker.status(pem(certificate), ISSUER.certificate_pem)
    return found.status, found.reason, found.source


# -- CRL ---------------------------------------------------------------------------------------


def test_a_crl_says_good_or_revoked_and_is_kept(checker: RevocationChecker, web: Web) -> None:
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
    ids=["stale", "from the future", "another signer", "not a CRL", "empty"],
)
def test_an_untrusted_crl_gives_no_answer(checker: RevocationChecker, web: Web, content: bytes) -> None:
    web.content = content
    assert status(checker, leaf(crl_url=web.url)) == ("unknown", None, "none")


def test_a_crl_without_next_update_is_trusted_for_a_day(tmp_path: Path, web: Web) -> None:
    """RFC 5280 forbids it; kept forever it would hide every later revocation."""
    certificate, moment = leaf(crl_url=web.url), NOW
    checker = RevocationChecker(tmp_path, clock=lambda: moment)
    web.content = without_next_update(ISSUER, new_crl(ISSUER, begins=NOW - timedelta(minutes=1)))
    assert [status(checker, certificate)[0] for _ in range(2)] == ["good", "good"]
    moment = NOW + timedelta(hours=25)
    web.content = new_crl(ISSUER, certificate, begins=moment - timedelta(minutes=1))
    assert (status(checker, certificate)[0], web.asked) == ("revoked", 2)


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
    assert web.asked == 2


def test_parallel_downloads_leave_one_complete_crl(checker: RevocationChecker, tmp_path: Path, web: Web) -> None:
    certificate = leaf(crl_url=web.url)
    web.content = new_crl(ISSUER, certificate, begins=NOW - timedelta(minutes=1))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: status(checker, certificate)[0], range(16)))
    assert (found, len(list((tmp_path / "crl").iterdir()))) == ({"revoked"}, 1)


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


@pytest.mark.parametrize("kind", ["ocsp_url", "crl_url"])
def test_a_dripping_answer_does_not_hold_up_the_run(
    checker: RevocationChecker, web: Web, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes within the time-out of ``requests``, and the last one would come next year."""
    monkeypatch.setattr(revocation, "LONGEST", 0.2)
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
