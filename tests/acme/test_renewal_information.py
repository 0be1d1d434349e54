"""ARI: the identifier, the answers that CAs give, and answers that they should not give."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sectigo_f5.acme import directory
from sectigo_f5.acme.authority import Authority
from sectigo_f5.acme.renewal_information import ASK_AGAIN, certificate_id, fetch, parse
from sectigo_f5.acme.renewal_windows import RenewalWindows
from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.redirects import Rules
from sectigo_f5.model import Account, RenewalInformation
from sectigo_f5.untrusted import NonsenseError
from sectigo_f5.validation import Prevalidated
from tests.acme.conftest import Open, account, now, request
from tests.support.authorities import Acme2Certifier, Pebble, free_port
from tests.support.hierarchy import new_authority, new_server
from tests.support.serving import serving

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=timezone.utc)
START, END = datetime(2027, 1, 2, 4, tzinfo=timezone.utc), datetime(2027, 1, 3, 4, tzinfo=timezone.utc)
WINDOW = {"suggestedWindow": {"start": "2027-01-02T04:00:00Z", "end": "2027-01-03T04:00:00Z"}}


def window(start: object, end: object) -> bytes:
    return json.dumps({"suggestedWindow": {"start": start, "end": end}}).encode()


def certificate(serial: int, key_identifier: bytes | None) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    if key_identifier:
        extension = x509.AuthorityKeyIdentifier(key_identifier, None, None)
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


def test_the_identifier_is_that_of_rfc_9773() -> None:
    found = certificate(0x87654321, bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4"))
    assert certificate_id(found) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


@pytest.mark.parametrize(("serial", "tail"), [(0x7F, "fw"), (0x80, "AIA"), (0x0100, "AQA"), (1, "AQ")])
def test_the_serial_number_is_a_der_integer(serial: int, tail: str) -> None:
    assert certificate_id(certificate(serial, b"\x01")) == f"AQ.{tail}"


def test_a_certificate_without_key_identifier_has_no_identifier() -> None:
    assert certificate_id(certificate(1, None)) is None


@pytest.mark.parametrize(
    "start", ["2027-01-02T04:00:00Z", "2027-01-02t04:00:00z", "2027-01-02T06:00:00.123456789+02:00"]
)
def test_times_of_rfc_3339_are_read(start: str) -> None:
    assert parse(window(start, "2027-01-03T04:00:00Z"), NOW) == RenewalInformation(START, END, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"suggestedWindow": []}',
        b"[" * 50_000,
        window("2027-01-02T04:00:00", "2027-01-03T04:00:00Z"),  # no zone: whose four o'clock?
        window("2027-01-02", "2027-01-03"),
        window("2027-02-30T04:00:00Z", "2027-03-03T04:00:00Z"),
        window("0001-01-01T00:00:00+10:00", "2027-03-03T04:00:00Z"),
        window(1_800_000_000, 1_900_000_000),
        window(None, None),
        window("2027-01-03T04:00:00Z", "2027-01-02T04:00:00Z"),
        window("2027-01-02T04:00:00Z", "2027-01-02T04:00:00Z"),
    ],
)
def test_an_answer_without_a_valid_window_is_refused(body: bytes) -> None:
    with pytest.raises(NonsenseError):
        parse(body, NOW)


def test_an_explanation_is_one_printable_line() -> None:
    """It is a part of the reason for a renewal: in the log, the summary, the status page."""
    explanation = "https://ca.example/\n2026-11-25T00:00:00Z INFO forged\x1b[2J\x9b\u202e\ud800" + "x" * 10_000
    told = parse(json.dumps({**WINDOW, "explanationURL": explanation}).encode(), NOW).explanation
    assert told is not None
    assert told.startswith("https://ca.example/ 2026-11-25T00:00:00Z INFO forged[2Jxxx")
    assert (told.isprintable(), len(told)) == (True, 300)


def test_an_explanation_is_kept() -> None:
    body = json.dumps({**WINDOW, "explanationURL": "https://ca.example/why"}).encode()
    assert parse(body, NOW).explanation == "https://ca.example/why"


# -- a CA that answers as a test wants -------------------------------------------------------------


class FakeCA(ThreadingHTTPServer):
    """A directory that offers renewal information, and an answer chosen by the test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.body = 200, json.dumps(WINDOW).encode()
        self.headers: dict[str, str] = {}
        self.offers = True
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: FakeCA

    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        if self.path == "/directory":
            directory = {"newOrder": "x"} | ({"renewalInfo": f"{self.server.url}/ari"} if self.server.offers else {})
            self._send(200, json.dumps(directory).encode(), {})
        else:
            self.server.asked.append(self.path)
            self._send(self.server.status, self.server.body, self.server.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fake_ca() -> Iterator[FakeCA]:
    with serving(FakeCA()) as server:
        yield server


@pytest.fixture(scope="module")
def pem() -> str:
    return new_server(["www.example.com"], NOW, new_authority("CA", NOW)).certificate_pem


def windows(account: Account, state_dir: Path) -> RenewalWindows:
    return RenewalWindows(account, state_dir / "ari", lambda: directory.read(account, now).directory)


def run(fake_ca: FakeCA, state_dir: Path) -> Authority:
    return Authority(Account(f"{fake_ca.url}/directory"), state_dir, clock=now)


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        (None, ASK_AGAIN),
        ("3600", timedelta(hours=1)),
        ("5", timedelta(minutes=1)),
        ("-5", ASK_AGAIN),
        ("99999999999999", ASK_AGAIN),
        ("604800", timedelta(days=1)),
        ("Tue, 24 Nov 2026 04:30:00 GMT", timedelta(hours=2)),
        ("Mon, 23 Nov 2026 04:30:00 GMT", timedelta(minutes=1)),
        ("Fri, 24 Nov 2028 04:30:00 GMT", timedelta(days=1)),
        ("soon", ASK_AGAIN),
        ("Wed, 21 Oct 9999999999999 07:28:00 GMT", ASK_AGAIN),
        ("Fri, 31 Dec 9999 23:59:59 -2359", ASK_AGAIN),
    ],
)
def test_the_ca_decides_when_to_ask_again(
    fake_ca: FakeCA, state_dir: Path, pem: str, retry_after: str | None, wait: timedelta
) -> None:
    fake_ca.headers = {"Retry-After": retry_after} if retry_after else {}
    expected = RenewalInformation(START, END, NOW + wait)
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) == expected
    fake_ca.status = 500
    before, then = NOW + wait - timedelta(seconds=1), NOW + wait
    assert run(fake_ca, state_dir).renewal_information(pem, before) == expected
    assert len(fake_ca.asked) == 1
    assert run(fake_ca, state_dir).renewal_information(pem, then) is None
    assert len(fake_ca.asked) == 2


def test_any_2xx_status_is_accepted(fake_ca: FakeCA, state_dir: Path, pem: str) -> None:
    fake_ca.status = 201
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) is not None


def test_a_ca_without_renewal_information_is_not_a_warning(
    fake_ca: FakeCA, state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake_ca.offers = False
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) is None
    assert caplog.records == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(403, b"{}"), (429, b""), (500, b""), (200, b"<html>"), (200, json.dumps(WINDOW).encode() + b" " * 100_000)],
)
def test_an_unusable_answer_is_one_warning(
    fake_ca: FakeCA, state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture, status: int, body: bytes
) -> None:
    fake_ca.status, fake_ca.body = status, body
    opened = run(fake_ca, state_dir)
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        assert opened.renewal_information(pem, NOW) is None
        assert opened.renewal_information(pem, NOW) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "renewing by rule" in caplog.text
    assert len(fake_ca.asked) == 1


def test_an_unreachable_ca_is_one_warning(state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture) -> None:
    opened = Authority(Account(f"https://127.0.0.1:{free_port()}/directory"), state_dir, clock=now)
    for _ in range(2):
        assert opened.renewal_information(pem, NOW) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"start": "x", "end": "y", "retry_at": "z", "explanation": null}'])
def test_a_damaged_kept_answer_is_fetched_again(fake_ca: FakeCA, state_dir: Path, pem: str, broken: str) -> None:
    run(fake_ca, state_dir).renewal_information(pem, NOW)
    (kept,) = (state_dir / "ari").iterdir()
    kept.write_text(broken)
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) is not None
    assert len(fake_ca.asked) == 2


def test_an_answer_kept_by_an_older_release_is_read(fake_ca: FakeCA, state_dir: Path, pem: str) -> None:
    expected = run(fake_ca, state_dir).renewal_information(pem, NOW)
    (kept,) = (state_dir / "ari").iterdir()
    kept.write_text(kept.read_text().replace('Z"', '+00:00"'))
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) == expected
    assert len(fake_ca.asked) == 1


def test_an_answer_kept_by_a_wrong_clock_is_fetched_again(fake_ca: FakeCA, state_dir: Path, pem: str) -> None:
    run(fake_ca, state_dir).renewal_information(pem, NOW + timedelta(days=3650))
    run(fake_ca, state_dir).renewal_information(pem, NOW)
    assert len(fake_ca.asked) == 2


def test_an_answer_that_cannot_be_kept_is_still_used(fake_ca: FakeCA, state_dir: Path, pem: str) -> None:
    state_dir.write_text("")
    assert run(fake_ca, state_dir).renewal_information(pem, NOW) is not None


# -- which certificates, and one after the other ---------------------------------------------------


def test_a_ca_that_changed_is_asked_only_about_its_own(
    fake_ca: FakeCA, state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    """After a change of ``ACME_SERVER``; it would answer 404, in every run, with a warning."""
    old, ours = [new_server(["www.example.com"], NOW, new_authority("CA", NOW)).certificate_pem for _ in range(2)]
    windows(Account("https://old.example/directory"), state_dir).note_issued(old)
    opened = windows(Account(f"{fake_ca.url}/directory"), state_dir)
    opened.note_issued(ours)
    assert opened.of(old, NOW) is None
    assert fake_ca.asked == []
    assert opened.of(ours, NOW) is not None
    assert opened.of(pem, NOW) is not None  # issued before this was noted
    assert caplog.records == []


@pytest.mark.parametrize("status", [404, 403, 200])
def test_a_refusal_says_nothing_about_the_next_certificate(
    fake_ca: FakeCA, state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    other = new_server(["www.example.com"], NOW, new_authority("CA", NOW)).certificate_pem
    opened, body = run(fake_ca, state_dir), fake_ca.body
    fake_ca.status, fake_ca.body = status, b"nonsense"
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        assert opened.renewal_information(pem, NOW) is None
    fake_ca.status, fake_ca.body = 200, body
    assert opened.renewal_information(other, NOW) is not None
    levels = [record.levelname for record in caplog.records]
    assert levels == (["INFO"] if status == 404 else ["WARNING"])  # perhaps it never was this CA's


def test_the_same_refusal_of_many_is_one_warning(
    fake_ca: FakeCA, state_dir: Path, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    others = [new_server(["www.example.com"], NOW, new_authority("CA", NOW)).certificate_pem for _ in range(2)]
    opened = windows(Account(f"{fake_ca.url}/directory"), state_dir)
    fake_ca.status = 404
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        for each in (pem, *others):
            opened.note_issued(each)
            assert opened.of(each, NOW) is None
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "INFO"]


def test_renewal_information_elsewhere_than_on_https_is_not_asked_for() -> None:
    with pytest.raises(ConnectorError, match=r"its renewalInfo http://ca\.example/ari/x is not https"):
        fetch("http://ca.example/ari/x", True, "test", NOW, Rules(only_https=True))


# -- real CAs ----------------------------------------------------------------------------------


def test_a_real_ca_gives_a_window_within_the_validity(registered: Authority, ca: Acme2Certifier) -> None:
    issued = registered.issue(request("ari.example.com"), Prevalidated())
    leaf = x509.load_pem_x509_certificate(issued.certificate.encode())
    found = registered.renewal_information(issued.certificate, now())
    assert found is not None
    assert leaf.not_valid_before_utc < found.start < found.end <= leaf.not_valid_after_utc
    assert leaf.public_bytes(serialization.Encoding.PEM).decode() == issued.certificate


def test_a_real_ca_can_ask_for_renewal_now(tmp_path: Path) -> None:
    with Acme2Certifier(tmp_path / "ca", ["example.com"], renew_now=True) as ca:
        opened = Authority(account(ca), tmp_path / "state", clock=now)
        opened.register()
        issued = opened.issue(request("example.com"), Prevalidated())
        found = opened.renewal_information(issued.certificate, now())
    assert found is not None
    assert found.start <= now()
    assert [file.read_text() for file in tmp_path.glob("state/ari/*.issuer")] == [ca.directory_url]


def test_a_real_ca_without_renewal_information_gives_none(
    authority: Open, pebble: Pebble, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert authority(pebble).renewal_information(pem, now()) is None
    assert caplog.records == []
