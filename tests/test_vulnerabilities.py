"""script/vulnerabilities: what is known, what is not, and never a success without an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from script import vulnerabilities
from script.vulnerabilities import CONTROL, FOUND, LOCKS, NONE_KNOWN, ROOT, UNKNOWN

ADVISORY = {  # what OSV answers, as far as it matters: https://ossf.github.io/osv-schema/
    "schema_version": "1.7.0",
    "aliases": ["CVE-2026-1234"],
    "summary": "one\nmakes  two",
    "published": "2026-10-01T00:00:00Z",
}


class Osv(ThreadingHTTPServer):
    """Stands in for the service; knows what is put into ``vulnerable``: name to the release that mends it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.vulnerable: dict[str, str] = {CONTROL[0]: "9.0.1"}
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/query"


class Answer(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:  # noqa: N802  # the name that http.server calls
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        package = asked["package"]
        self.server.asked.append((package["name"], asked["version"]))
        body = json.dumps(self._advisories(package)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _advisories(self, package: dict[str, str]) -> dict[str, Any]:
        fixed = self.server.vulnerable.get(package["name"])
        if fixed is None:
            return {}
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
        affected = [{"package": package, "ranges": ranges}]
        return {"vulns": [{**ADVISORY, "id": f"PYSEC-2026-{package['name']}", "affected": affected}]}

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def osv() -> Iterator[Osv]:
    server = Osv()
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Return a lock of two packages."""
    file = tmp_path / "requirements.txt"
    text = "".join(f"{pin} \\\n    --hash=sha256:{'0' * 64}\n    # via x\n" for pin in ("one==1.0", "two==2.5"))
    file.write_text(text)
    return str(file)


def test_a_known_vulnerability_is_named_with_its_remedy(
    osv: Osv, lock: str, capsys: pytest.CaptureFixture[str]
) -> None:
    osv.vulnerable["two"] = "2.6"
    assert vulnerabilities.main([lock, "--osv-url", osv.url]) == FOUND
    assert capsys.readouterr().out.splitlines() == [
        "two 2.5: PYSEC-2026-two, CVE-2026-1234, fixed in 2.6: one makes two",
        f"2 releases, 1 with known vulnerabilities, by {osv.url}",
        "To raise them: script/lock two",
    ]


def test_success_is_said_only_after_every_release_was_asked_for(
    osv: Osv, lock: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vulnerabilities.main([lock, "--osv-url", osv.url]) == NONE_KNOWN
    assert capsys.readouterr().out == f"2 releases, 0 with known vulnerabilities, by {osv.url}\n"
    assert sorted(osv.asked) == [("one", "1.0"), CONTROL, ("two", "2.5")]


def test_a_service_that_is_not_reached_is_no_success(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert vulnerabilities.main([lock, "--osv-url", "http://127.0.0.1:9/v1/query"]) == UNKNOWN
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "it is not known whether there are any: http://127.0.0.1:9/v1/query gave no answer: " in printed.err
    assert "Connection refused" in printed.err
    assert UNKNOWN not in (FOUND, NONE_KNOWN, 2)


def test_a_service_that_knows_nothing_is_no_success(
    lock: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vulnerabilities, "ask", nothing_known)
    assert vulnerabilities.main([lock]) == UNKNOWN
    assert f"knows no vulnerability of {' '.join(CONTROL)}" in capsys.readouterr().err


def nothing_known(question: dict[str, str], _url: str) -> dict[str, Any]:
    return {"dependencies": [{"name": name, "version": version, "vulns": []} for name, version in question.items()]}


def test_a_release_that_is_left_out_is_no_success() -> None:
    skipped = {"dependencies": [{"name": "one", "skip_reason": "not found"}], "fixes": []}
    with pytest.raises(vulnerabilities.UnknownError, match=r"not answered: one 1\.0"):
        vulnerabilities.told({"one": "1.0"}, skipped)


def test_a_lock_that_cannot_be_read_is_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert vulnerabilities.main(["/nonexistent.txt"]) == UNKNOWN
    assert "/nonexistent.txt" in capsys.readouterr().err


def test_every_release_of_the_connector_is_asked_for_once() -> None:
    releases = vulnerabilities.releases_of(ROOT / name for name in LOCKS)
    asked = [release for question in vulnerabilities.rounds(releases) for release in question.items()]
    assert sorted(asked) == list(releases)
    lines = "".join((ROOT / name).read_text() for name in LOCKS)
    assert set(releases) == set(re.findall(r"^([\w.-]+)==(\S+)", lines, re.MULTILINE))
    assert {"pycparser", "certbot", "apprise", "pywin32"} <= {name for name, _ in releases}
