"""``check`` fails where the next run would fail, and names the same cause."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sectigo_f5.files import REMEDY
from sectigo_f5.simulator import Fault
from tests.support.acme_directory import acme_directory
from tests.support.console import Console
from tests.support.installation import ROOT
from tests.support.names import ONLY_EC
from tests.support.world import World

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
BINDING = {"ACME_EAB_KID": "kid-1", "ACME_EAB_HMAC_KEY": "bm9ib2R5"}


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """A certificate that is in service, and a CA of which only the directory is asked."""
    world.one(world.job(keys=ONLY_EC))
    console = Console(world)
    with acme_directory() as url:
        console.write_env(ACME_SERVER=url, **BINDING)
        yield console


def test_check_and_run_succeed_if_nothing_is_wrong(console: Console) -> None:
    check, run = console.say("check"), console.say("run")
    assert (check.code, run.code) == (0, 0), check.out + run.log
    assert [line.split(":")[0] for line in check.out.splitlines()] == [
        "✓ this host",
        "✓ ACME server",
        "✓ bigip-sim",
        "✓ www.example.com@bigip-sim",
    ]


# -- each arranges what makes the next run fail, and returns the cause in the words of the run ------------


def in_the_way(console: Console) -> str:
    (console.world.state.path / "certbot").write_text("")
    return str(console.world.state.path / "certbot")


def no_room_for_the_state(console: Console) -> str:
    console.write_env(STATE_DIR=str(console.env_file))
    return "cannot be written (File exists); run as root or set STATE_DIR"


def a_broken_file(console: Console) -> str:
    (console.config / "broken.yaml").write_text("name: broken\nversion: v9\n")
    return "broken.yaml:2: version"


def no_env_file(console: Console) -> str:
    console.env_file.unlink()
    return "--env-file: there is no such file"


def a_wrong_password(console: Console) -> str:
    console.configure(password="wrong")
    return "the BIG-IP refused the login of"


def a_device_that_is_down(console: Console) -> str:
    console.world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    return "no answer"


def a_missing_virtual_server(console: Console) -> str:
    console.configure({**WWW, "virtual_servers": ["vs_www", "vs_nowhere"]})
    return "the virtual server /Common/vs_nowhere does not exist"


def a_save_that_is_refused(console: Console) -> str:
    console.world.state.unsaved.mark("bigip-sim")
    console.world.device.fault(Fault(method="POST", path="sys/config", times=99, action="error:500:disk full"))
    return "not saved"


def no_ca(console: Console) -> str:
    console.write_env()
    return "ACME_SERVER https://127.0.0.1:1/directory cannot be reached"


def no_binding(console: Console) -> str:
    console.write_env(ACME_SERVER=console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0])
    return "the CA requires external account binding"


def no_answer_for_http_01(console: Console) -> str:
    console.configure({**WWW, "validation": "http-01"})
    return "validation http-01"


SITUATIONS = [
    in_the_way,
    no_room_for_the_state,
    a_broken_file,
    no_env_file,
    a_wrong_password,
    a_device_that_is_down,
    a_missing_virtual_server,
    a_save_that_is_refused,
]
ORDERING = [no_ca, no_binding, no_answer_for_http_01]  # what keeps certificates from being ordered


@pytest.mark.parametrize("arrange", [*SITUATIONS, *ORDERING], ids=lambda arrange: arrange.__name__)
def test_check_fails_where_the_next_run_fails(console: Console, arrange: Callable[[Console], str]) -> None:
    cause = arrange(console)
    check, run = console.say("check"), console.say("run", *(["--force"] if arrange in ORDERING else []))
    assert 0 not in (check.code, run.code)
    assert cause in check.out + check.log
    assert cause in run.out + run.log


def test_check_finds_that_certbot_is_missing(console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in (["check"], ["run", "--force"]):
        done = console.say(*command)
        assert done.code == 1
        assert "Certbot is not installed: install the connector again" in done.out


def test_check_does_not_disturb_a_run_that_is_at_work(console: Console) -> None:
    with (console.world.state.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert console.say("check").code == 0


def test_check_changes_nothing(console: Console) -> None:
    def found() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in console.world.state.path.rglob("*") if path.is_file()}

    console.say("check")
    before, writes = found(), len(console.world.device.writes())
    console.say("check")
    assert found() == before
    assert console.world.device.writes()[writes:] == []


def test_check_names_files_that_a_run_only_warns_of(console: Console) -> None:
    server = console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0]
    gone = "/proc/nowhere/file"
    console.write_env(ACME_SERVER=server, **BINDING, METRICS_FILE=gone, LOG_FILE=gone)
    check = console.say("check")
    assert (check.code, console.say("run").code) == (1, 0)
    problems = [line for line in check.out.splitlines() if line.startswith("  ✗")]
    assert problems == [
        f"  ✗ {name}: {gone} cannot be written (No such file or directory); {REMEDY}"
        for name in ("LOG_FILE", "METRICS_FILE")
    ]


def test_a_damaged_account_is_named_by_check_and_status(console: Console) -> None:
    url = urlsplit(console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0])
    folder = hashlib.sha256(BINDING["ACME_EAB_KID"].encode()).hexdigest()[:16]
    account = console.world.state.path / "certbot" / "accounts" / folder / f"{url.netloc}{url.path}" / "1"
    account.mkdir(parents=True)
    (account / "regr.json").write_text("{")
    check, status = console.say("check"), console.say("status")
    assert (check.code, status.code) == (1, 0)
    named = f"{account / 'private_key.json'} is missing: the next run moves the account aside and registers another one"
    named += ", for which the CA has to take ACME_EAB_KID once more: else set new ones of SCM"
    assert f"  ✗ account: the account's file {named}" in check.out
    assert status.out.splitlines()[-1] == f"ACME account: the account's file {named}"
    (found,) = console.say("status", "--json").json["checks"]
    assert (found["what"], found["result"]) == ("ACME account", "failed")


def test_the_end_of_the_management_certificate_is_told_in_time(world: World) -> None:
    console = Console(world)
    assert "management certificate" not in console.say("check").out
    world.wait(days=3650 - 29)
    said = f"the management certificate of {world.device.address} ends on "
    checked, status = console.say("check"), console.say("status", "--json")
    assert said in checked.out
    (remark,) = status.json["checks"]
    assert (remark["what"], remark["result"], said in remark["text"]) == ("bigip-sim", "ok", True)
    assert f"bigip-sim: {said}" in console.say("status").out


def test_the_report_shown_in_the_docs_is_what_check_prints(console: Console) -> None:
    console.configure({**WWW, "virtual_servers": ["vs_ww"]})
    device = console.world.device
    url = console.env_file.read_text().split("ACME_SERVER=")[1].split("\n")[0]
    said = console.say("check").out
    for ours, shown in (
        (url, "https://acme.sectigo.com/v2/OV"),
        ("bigip-sim", "bigip-fra"),
        (device.address, "192.0.2.10"),
        ("TMOS 16.1.4", "TMOS 17.1.2"),
    ):
        said = said.replace(ours, shown)
    page = (ROOT / "docs" / "commands.md").read_text()
    assert f"```\n{said}```\n" in page
