"""A run that is stopped or killed at every step: no partial change is visible, and the next run completes it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.installation import Installation, verified_names
from tests.support.world import free_port

STEPS = [": 4 ", ": 6 ", ": 8 ", ": 9 certificate", ": 10 ", "serves the certificate"]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2Certifier]:
    with Acme2Certifier(tmp_path_factory.mktemp("ca"), ["www.example.com"]) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, ca: Acme2Certifier) -> Iterator[Installation]:
    with SimulatedBigIP(Switches()) as device:
        installation = Installation(tmp_path / "connector", device, ca)
        installation.port = free_port()
        device.add_virtual_server(
            "/Common/vs", f"127.0.0.1:{installation.port}", profiles=("/Common/tcp", "/Common/http")
        )
        installation.write_config(
            {"common_name": "www.example.com", "virtual_servers": ["vs"], "validation": "prevalidated"}
        )
        yield installation


def stopped(here: Installation, step: str, number: signal.Signals) -> tuple[int, str]:
    """Start a run, send it a signal when its log reaches ``step``; return its exit code and log.

    From that line on, the device does not answer until the signal is sent, however busy this machine is.
    """
    sent = threading.Event()

    def hold(_: object) -> None:
        if here.log.exists() and step in here.log.read_text():
            sent.wait(60)

    here.device.hook = hold
    process = subprocess.Popen(
        here.command("run"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    assert process.stderr is not None
    lines = []
    with process.stderr:
        for line in process.stderr:
            lines.append(line)
            if step in line and not sent.is_set():
                process.send_signal(number)
                sent.set()
    code = process.wait()
    here.device.hook = None
    watchdog.cancel()
    return code, "".join(lines)


def ours(here: Installation) -> list[str]:
    found = [*here.device.uploads, *here.device.csrs]
    for kind in ("ssl-key", "ssl-cert"):
        items = here.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]
        found += [item["name"] for item in items if "example.com" in item["name"]]
    return found


@pytest.mark.parametrize("step", STEPS[:3:2])
def test_a_stopped_run_undoes_what_it_began(here: Installation, step: str) -> None:
    code, log = stopped(here, step, signal.SIGTERM)
    assert code == 1, log
    assert "stopped by SIGTERM" in log
    assert ours(here) == []
    assert list(here.device.tokens) == []
    found = here.run_json()
    assert found["summary"] == {"enrolled": 1}, found["log"]


@pytest.mark.parametrize("step", STEPS[3:5])
def test_a_stopped_run_keeps_the_key_of_what_was_issued(here: Installation, step: str) -> None:
    code, log = stopped(here, step, signal.SIGTERM)
    assert code == 1, log
    (key,) = ours(here)
    assert list(here.device.tokens) == []
    found = here.run_json()
    assert found["summary"] == {"enrolled": 1}, found["log"]
    assert key in ours(here)
    assert len(list(here.state.glob("certbot/logs/*-certonly-*"))) == 1  # nothing was ordered again


@pytest.mark.parametrize("step", [STEPS[0], STEPS[3], STEPS[5]])
def test_a_killed_run_is_completed_by_the_next(here: Installation, ca: Acme2Certifier, step: str) -> None:
    code, log = stopped(here, step, signal.SIGKILL)
    assert code == -signal.SIGKILL, log
    found = here.run_json()
    assert found["exit_code"] == 0, found["log"]
    assert verified_names("127.0.0.1", here.port, "www.example.com", ca.root) == {"www.example.com"}
    assert here.device.saved_is_current
    assert len([name for name in ours(here) if name.endswith(".key")]) == 1
