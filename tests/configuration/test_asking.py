"""Programs that print credentials: each is run once per device, and what it says is nowhere but in the answer."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5.configuration.credentials.asking import PATIENCE, Asking, environment
from sectigo_f5.model import Device, Job
from sectigo_f5.stopping import StopRequest
from tests.support import builders
from tests.support.processes import is_gone

PRINTS = "echo 'username: sectigo'; echo 'password: hunter2'"


def job(*command: str, name: str = "bigip-fra", **changes: object) -> Job:
    device = builders.device(name=name, credentials_command=command, username="", **changes)
    return replace(builders.job(), device=device)


def program(folder: Path, script: str, name: str = "credentials") -> str:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return str(file)


def asking(limit: float = 30, stop: StopRequest | None = None) -> Asking:
    return Asking(environment(os.environ), stop or StopRequest(), limit)


def asked(*jobs: Job, limit: float = 30, parallel: int = 4) -> list[Device]:
    return [each.device for each in asking(limit).ask(jobs, parallel).given_to(jobs)]


def why_not(command: str, limit: float = 30) -> str:
    (device,) = asked(job(command), limit=limit)
    assert device.no_login
    assert "hunter2" not in device.no_login
    return device.no_login.replace(f"shop.yaml:4: credentials_command: {command} ", "")


def test_a_program_is_run_once_for_all_certificates_of_a_device(tmp_path: Path) -> None:
    command = program(tmp_path, f'echo "$SECTIGO_DEVICE $SECTIGO_HOST $1" >>{tmp_path}/runs\n{PRINTS}')
    jobs = [job(command, "a"), job(command, "a"), job(command, "a", name="other", hosts=("192.0.2.11", "192.0.2.12"))]
    devices = asked(*jobs, replace(jobs[0], common_name="api.example.com"))
    assert {(device.username, device.password.reveal(), device.no_login) for device in devices} == {
        ("sectigo", "hunter2", None)
    }
    assert sorted((tmp_path / "runs").read_text().splitlines()) == ["bigip-fra 192.0.2.10 a", "other 192.0.2.11 a"]


def test_a_device_without_a_command_stays_as_it_is(tmp_path: Path) -> None:
    own = builders.job()
    assert asked(own, job(program(tmp_path, PRINTS)))[0] is own.device


def test_programs_of_several_devices_run_side_by_side(tmp_path: Path) -> None:
    """Each waits until the other has begun."""
    waits = f"touch {tmp_path}/$1; while [ ! -e {tmp_path}/$2 ]; do sleep 0.01; done; {PRINTS}"
    command = program(tmp_path, waits)
    devices = asked(job(command, "a", "b", name="a"), job(command, "b", "a", name="b"), limit=10, parallel=2)
    assert [device.username for device in devices] == ["sectigo", "sectigo"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (f"{PRINTS}; exit 2", "ended with the exit code 2; run it by hand, as the user of the connector, to see why"),
        (f"{PRINTS}; kill -9 $$", "was ended by SIGKILL; run it by hand"),
        (f"{PRINTS}; kill -37 $$", "was ended by the signal 37; run it by hand"),
        ("echo hunter2 >&2", "printed nothing; it must print username: and password:, or what vault kv get -format=js"),
        ("echo hunter2", "printed no mapping with username and password; it must print"),
        ("cat; echo 'username: hunter2'", "printed no password; it must print"),
        ("head -c 70000 /dev/zero", "printed more than 65536 bytes; it must print"),
        ("head -c 3000000 /dev/zero", "printed more than 65536 bytes; it must print"),
    ],
)
def test_a_program_that_fails_is_told_with_the_remedy(tmp_path: Path, script: str, expected: str) -> None:
    assert why_not(program(tmp_path, script)).startswith(expected)


@pytest.mark.parametrize(
    ("first_line", "reason"), [("#!/nowhere/sh\n", "No such file or directory"), ("\x7fELF", "Exec format error")]
)
def test_a_program_that_cannot_be_started_is_told(tmp_path: Path, first_line: str, reason: str) -> None:
    command = program(tmp_path, "")
    Path(command).write_text(first_line)
    remedy = "correct the program, or the interpreter that its first line names"
    assert why_not(command) == f"cannot be started ({reason}); {remedy}"


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    command = program(tmp_path, f"{PRINTS}; sleep 60 & echo $! >{tmp_path}/child; wait")
    text = why_not(command, limit=0.2)
    assert text == "did not end within 0.2 s, and was stopped; see whether the vault answers, and that it asks nothing"
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_program_that_never_ends_does_not_keep_every_bigip_waiting(tmp_path: Path) -> None:
    command = program(tmp_path, f"echo >>{tmp_path}/runs; exec sleep 60")
    devices = asked(*(job(command, name=f"bigip-{number}") for number in range(6)), limit=0.1, parallel=1)
    assert len((tmp_path / "runs").read_text().splitlines()) == PATIENCE
    assert "was not run, because it did not end within 0.1 s for 3 other BIG-IPs" in str(devices[-1].no_login)


def test_a_stopped_run_waits_for_no_program(tmp_path: Path) -> None:
    stop, begun = StopRequest(), tmp_path / "child"
    jobs = [job(program(tmp_path, f"echo $$ >{begun}; exec sleep 60"), name=name) for name in ("one", "two")]

    def request() -> None:
        while not (begun.exists() and begun.read_text()):
            time.sleep(0.01)
        stop.request("stopped by SIGTERM")

    requesting = threading.Thread(target=request)
    requesting.start()
    answers = asking(stop=stop).ask(jobs, 1)
    requesting.join()
    assert answers.given_to(jobs) == tuple(jobs)  # each says that the run was stopped
    assert is_gone(int(begun.read_text()))


def test_a_program_sees_what_a_vault_needs_and_nothing_of_ours() -> None:
    ours = {"ACME_EAB_HMAC_KEY": "x", "ACME_EAB_HMAC_KEY_FILE": "x", "SECTIGO_ENV_FILE": "x", "NOTIFY_URLS": "x"}
    others = {"PYTHONPATH": "x", "LD_PRELOAD": "x", "DATABASE_PASSWORD": "x", "OPTION": "x", "https_proxy": "to the CA"}
    wanted = {"PATH": "/bin", "HOME": "/root", "LANG": "C", "LC_ALL": "C", "VAULT_ADDR": "x", "BAO_TOKEN": "x"}
    wanted |= {"AWS_PROFILE": "x", "CREDENTIALS_DIRECTORY": "x", "SSL_CERT_FILE": "x", "NO_PROXY": "x"}
    assert environment({**ours, **others, **wanted}, ours=["HTTPS_PROXY"]) == wanted
    assert environment({"HTTPS_PROXY": "x"}) == {"PATH": os.defpath, "HTTPS_PROXY": "x"}


def test_nothing_that_a_program_prints_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for script in (PRINTS, f"{PRINTS}; echo hunter2 >&2; exit 3", "echo 'hunter2: [' | tee /dev/stderr"):
        asked(job(program(tmp_path, script)))
    assert "asking" in caplog.text
    assert "hunter2" not in caplog.text
