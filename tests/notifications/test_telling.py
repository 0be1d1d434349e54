"""Who is told of what, once; with the real Apprise, and servers that answer, refuse and hang."""

from __future__ import annotations

import fcntl
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from sectigo_f5.checkup import host
from sectigo_f5.configuration.environment.notify import heartbeat_fault, name_of, separated
from sectigo_f5.http.fetching import Limits
from sectigo_f5.model import Account, Outcome, Settings
from sectigo_f5.notifications import heartbeat, sending
from sectigo_f5.notifications.news import Ended, Told, message, news
from sectigo_f5.notifications.telling import FILE, tell
from sectigo_f5.notifications.urls import parts, with_code
from sectigo_f5.report.looks import well
from sectigo_f5.secret import Secret
from tests.report.test_results import DESPITE, FAILED, KEPT, PENDING, SKIPPED
from tests.support.builders import NOW
from tests.support.console import Console
from tests.support.dripping import dripping
from tests.support.serving import QuietHandler, serving
from tests.support.world import World, free_port

NOWHERE = {"common_name": "www.example.com", "virtual_servers": ["vs_nowhere"]}
TOKEN = "t0ken-4711-canary"
WELL = replace(FAILED, outcome=Outcome.KEPT, error=None, reason="all is well")
RENEWED = replace(KEPT, outcome=Outcome.RENEWED, reason="it was due")
SHORT = Limits(connect=2, read=0.3, whole=0.3, largest=1000)


class Web(ThreadingHTTPServer):
    daemon_threads = True
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Noting)
        self.asked: list[tuple[str, str, str]] = []
        self.look: Callable[[], None] = lambda: None


class Noting(QuietHandler):
    server: Web

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, body.decode()))
        self.server.look()
        self.respond(b"OK", self.server.status)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(Web()) as server:
        yield server


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("sectigo_f5"), "propagate", True)


def ended(*results: object, **changes: object) -> Ended:
    return replace(Ended(1, NOW, results), **changes)  # type: ignore[arg-type]


def kinds(told: Told, end: Ended) -> tuple[list[str], Told]:
    events, after = news(told, end)
    return [event.kind for event in events], after


def test_a_failure_is_told_once_and_so_is_its_end() -> None:
    first, told = kinds(Told(), ended(FAILED, KEPT))
    again, told = kinds(told, ended(FAILED, KEPT))
    unknown, told = kinds(told, ended(replace(SKIPPED, common_name="shop.example.com"), PENDING))
    over, told = kinds(told, ended(WELL))
    after, _ = kinds(told, ended(WELL))
    assert (first, again, unknown, over, after) == (["failed"], [], [], ["recovered"], [])


def test_a_failure_is_told_again_when_little_time_is_left() -> None:
    told, days = Told(), []
    for left in range(20, -2, -1):
        found, told = kinds(told, ended(replace(FAILED, serial="0b", not_after=NOW + timedelta(days=left))))
        days += [left] if found else []
    assert days == [20, 13, 6, 2, 0, -1]


def test_a_change_is_told_of_every_command_and_a_failure_of_a_run_alone() -> None:
    assert kinds(Told(), ended(RENEWED))[0] == ["changed"]
    assert kinds(Told(), ended(replace(KEPT, outcome=Outcome.REVOKED), FAILED, of_run=False))[0] == ["changed"]
    found, told = kinds(Told(), ended(DESPITE))
    assert (found, kinds(told, ended(DESPITE))[0]) == (["failed"], ["changed"])
    assert kinds(told, ended(replace(DESPITE, error=None)))[0] == ["recovered"]


def test_a_problem_of_the_run_is_told_until_it_is_gone() -> None:
    broken = ended(code=2, problems=["shop.yaml:3: no"])
    first, told = kinds(Told(), broken)
    again, told = kinds(told, replace(broken, problems=["shop.yaml:4: no"]))
    other, told = kinds(told, replace(broken, problems=["the lock is gone"]))
    only, told = kinds(told, ended(complete=False))
    gone, told = kinds(told, ended(code=0))
    assert (first, again, other, only, gone, told) == (["run"], [], ["run"], [], ["recovered"], Told())


def test_a_certificate_that_is_not_configured_any_more_is_forgotten() -> None:
    _, told = kinds(Told(), ended(FAILED))
    assert kinds(told, ended(configured=frozenset()))[1] == Told()
    assert kinds(told, ended(configured=None))[1] == told


def test_a_message_counts_and_begins_with_what_failed() -> None:
    events, _ = news(Told({"shop.example.com@bigip-fra": 99}), ended(RENEWED, WELL, replace(FAILED, device="x")))
    title, body = message(events, "host", 3)
    assert title == "sectigo-f5 on host: 1 of 3 failed, 1 recovered, 1 changed"
    assert [text.split()[0] for text in body.split("\n\n")] == ["failed", "kept", "renewed"]
    assert message(events * 20, "host", 3)[1].endswith("... and 30 more: see the log")


# -- URLs ------------------------------------------------------------------------------------------


def test_urls_are_separated_as_apprise_does_and_named_without_secrets() -> None:
    urls = separated(" mailto://u:p@example.com?to=a@x.org,b@x.org,  ntfy://host/topic nonsense json://h/x,")
    assert [name_of(number, url) for number, url in enumerate(urls, 1)] == ["1 (mailto)", "2 (ntfy)", "3 (json)"]
    assert name_of(1, Secret("secret words")) == "1 (not a URL)"
    hidden = {part.reveal() for part in parts(Secret(f"slack://u:pass@services/{TOKEN}/general?k={TOKEN}x"))}
    assert {"pass", TOKEN, f"{TOKEN}x"} <= hidden
    assert not {"services", "general"} & hidden


def test_the_exit_code_is_the_last_part_of_the_path() -> None:
    assert with_code("https://hc/ping/uuid", 0) == "https://hc/ping/uuid/0"
    assert with_code("https://hc/ping/uuid/?a=b#c", 75) == "https://hc/ping/uuid/75?a=b"
    assert heartbeat_fault("https://hc/ping") is None
    assert all(heartbeat_fault(text) for text in ("ftp://hc/x", "hc/x", "https://", "https://[", "https://a b/"))


# -- the heartbeat ---------------------------------------------------------------------------------


def test_the_heartbeat_brings_exit_code_and_summary(web: Web) -> None:
    heartbeat.beat(Secret(f"http://127.0.0.1:{web.server_port}/ping/{TOKEN}?x=1"), 1, "1 of 2 failed")
    assert web.asked == [("POST", f"/ping/{TOKEN}/1?x=1", "1 of 2 failed")]


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (404, 1)])
def test_a_heartbeat_that_is_refused_is_one_warning(
    web: Web, caplog: pytest.LogCaptureFixture, status: int, tries: int
) -> None:
    web.status, pauses = status, list[float]()
    heartbeat.beat(Secret(f"http://127.0.0.1:{web.server_port}/{TOKEN}"), 0, "", pauses.append)
    assert (len(web.asked), len(pauses)) == (tries, tries - 1)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"HEARTBEAT_URL: it cannot be told that the run has ended (HTTP {status})"
    ]


def test_a_heartbeat_that_hangs_or_reaches_nobody_ends_without_its_url(caplog: pytest.LogCaptureFixture) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n") as port:
        heartbeat.beat(Secret(f"http://127.0.0.1:{port}/{TOKEN}"), 0, "", lambda _: None, SHORT)
    heartbeat.beat(Secret(f"http://127.0.0.1:{free_port()}/{TOKEN}"), 0, "", lambda _: None, SHORT)
    assert caplog.text.count("it cannot be told that the run has ended") == 2
    assert TOKEN not in caplog.text


# -- Apprise ---------------------------------------------------------------------------------------


def settings(folder: Path, *urls: str) -> Settings:
    return Settings(Account("x"), "INFO", folder / "log", folder, notify_urls=tuple(map(Secret, urls)))


def test_apprise_tells_once_and_again_whom_it_could_not(
    web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One URL is refused by its server, one is unknown; the first is told, and no URL is printed."""
    good = f"json://127.0.0.1:{web.server_port}/{TOKEN}"
    who = settings(tmp_path, good, f"json://127.0.0.1:{free_port()}/{TOKEN}", f"unknown://{TOKEN}")
    tell(who, ended(FAILED, KEPT))
    ((method, path, body),) = web.asked
    sent = json.loads(body)
    assert (method, path) == ("POST", f"/{TOKEN}")
    assert sent["title"].endswith(": 1 of 2 failed")
    assert "served meanwhile: no certificate that a run has seen" in sent["message"]
    assert caplog.text.count("was not told") == 2
    assert "NOTIFY_URLS: 3 (unknown) was not told (Apprise knows no such URL" in caplog.text
    assert TOKEN not in caplog.text + (tmp_path / FILE).read_text()
    tell(replace(who, notify_urls=who.notify_urls[:1]), ended(FAILED, KEPT))
    assert len(web.asked) == 1, "it was told already"
    assert not json.loads((tmp_path / FILE).read_text())["unsent"].get("1 (json)")


def test_apprise_gets_nothing_of_the_environment_that_it_does_not_need() -> None:
    needed = {"PATH": "/bin", "https_proxy": "http://proxy:3128", "LC_ALL": "C.UTF-8", "SSL_CERT_FILE": "/ca.pem"}
    secret = {"VAULT_TOKEN": "x", "AWS_SECRET_ACCESS_KEY": "x", "ACME_EAB_HMAC_KEY": "x", "NOTIFY_URLS": "x"}
    assert sending.environment({**needed, **secret, "PYTHONPATH": "/x"}) == needed


def test_a_server_that_hangs_is_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n") as port:
        tell(settings(tmp_path, f"json://127.0.0.1:{port}/{TOKEN}"), ended(FAILED), patience=2)
    assert "1 (json) was not told (no answer within 2 s)" in caplog.text
    assert json.loads((tmp_path / FILE).read_text())["unsent"]["1 (json)"], "the next run tries again"


def test_check_says_which_urls_apprise_can_use_and_tells_nobody(web: Web) -> None:
    known, unknown = host.notified([Secret(f"json://127.0.0.1:{web.server_port}/{TOKEN}"), Secret(f"x://{TOKEN}")])
    assert known == well("NOTIFY_URLS", "1 (json): Apprise can use it")
    assert unknown.text.startswith("2 (x): Apprise knows no such URL")
    assert (web.asked, list(host.notified([]))) == ([], [])


# -- a command -------------------------------------------------------------------------------------


def test_a_run_tells_when_its_lock_is_free_and_never_prints_a_token(world: World, web: Web) -> None:
    """A virtual server that there is not, then a run that cannot begin, then one that finds another at work."""
    console, free = Console(world, NOWHERE), list[bool]()

    def look() -> None:
        with (world.state.path / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(True)

    web.look = look
    url = f"127.0.0.1:{web.server_port}/{TOKEN}"
    console.write_env(NOTIFY_URLS=f"json://{url}", HEARTBEAT_URL=f"http://{url}", LOG_LEVEL="DEBUG")
    done = [console.say("run"), console.say("run", "--only", "*")]
    assert [path for _, path, _ in web.asked] == [f"/{TOKEN}", f"/{TOKEN}/1"]
    assert json.loads(web.asked[0][2])["title"].endswith(": 1 of 1 failed")
    assert web.asked[1][2].startswith("1 of 1 failed\nfailed      www.example.com@bigip-sim: ")
    assert free == [True, True]
    next(console.config.iterdir()).unlink()
    done.append(console.say("run"))
    assert [path for _, path, _ in web.asked[2:]] == [f"/{TOKEN}", f"/{TOKEN}/2"]
    web.look = lambda: None
    with (world.state.path / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        console.configure()
        done.append(console.say("run"))
    assert ([output.code for output in done], len(web.asked)) == ([1, 1, 2, 75], 4)
    printed = "".join(output.out + output.log for output in done) + (world.folder / "start_acme.log").read_text()
    assert TOKEN not in printed


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"failing": 1, "problems": [], "unsent": {}}', "\udcff"])
def test_nothing_that_goes_wrong_fails_a_run(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str) -> None:
    (tmp_path / FILE).write_bytes(content.encode(errors="surrogateescape"))
    tell(settings(tmp_path, "json://h"), ended(KEPT))
    assert "cannot be read" in caplog.text
    tell(settings(tmp_path / FILE, "json://h"), ended(KEPT))
    tell(settings(tmp_path, "json://h"), ended(FAILED, code=75))
