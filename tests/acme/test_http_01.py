"""An order that is interrupted while the real certbot-bigip waits for its challenge on a (simulated) BIG-IP.

The plugin knows only port 443 of a BIG-IP: bound on a loopback address of our own, as root or if
``net.ipv4.ip_unprivileged_port_start`` allows it. Orders that succeed are in ``tests/end_to_end``.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.acme.authority import Authority
from sectigo_f5.errors import ConnectorError
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.validation import Http01
from tests.acme.conftest import account, now, request
from tests.support.authorities import Acme2Certifier
from tests.support.loopback import own_address

VIRTUAL_SERVER = "/Common/vs_http"
ADDRESS = own_address(1)


@pytest.fixture
def device() -> Iterator[SimulatedBigIP]:
    with SimulatedBigIP(Switches(password="pa ss", rule_delay=60), address=ADDRESS, port=443) as simulated:
        simulated.add_virtual_server(
            VIRTUAL_SERVER, f"{ADDRESS}:8080", profiles=("/Common/tcp", "/Common/http"), rules=()
        )
        yield simulated


def http01(device: SimulatedBigIP) -> Http01:
    return Http01((ADDRESS,), "admin", Secret("pa ss"), (VIRTUAL_SERVER,), "Common", device.ca_file, apm=False)


def challenges(device: SimulatedBigIP) -> list[str]:
    return [name for name in device.rules if "Certbot" in name]


class Watch(threading.Thread):
    """Waits until the challenge is attached to the virtual server, then calls ``then``."""

    def __init__(self, device: SimulatedBigIP) -> None:
        super().__init__()
        self.device, self.attached, self.main = device, False, threading.main_thread().ident

    def run(self) -> None:
        deadline = time.monotonic() + 30
        while not self.attached and time.monotonic() < deadline:
            self.attached = bool(challenges(self.device))
            time.sleep(0.02)
        time.sleep(1)
        self.then()

    def then(self) -> None:
        """Do nothing by default."""


class Interrupt(Watch):
    def then(self) -> None:
        signal.pthread_kill(self.main or 0, signal.SIGINT)


def must_be_as_before(device: SimulatedBigIP) -> None:
    assert challenges(device) == []
    assert list(device.tokens) == []
    assert device.get(f"/mgmt/tm/ltm/virtual/{VIRTUAL_SERVER.replace('/', '~')}").get("rules", []) == []


def test_a_time_out_removes_the_challenge(ca: Acme2Certifier, device: SimulatedBigIP, tmp_path: Path) -> None:
    opened = Authority(account(ca), tmp_path, clock=now, order_timeout=6)
    opened.register()
    watch = Watch(device)
    watch.start()
    with pytest.raises(ConnectorError, match="did not finish within [678] s and was stopped"):
        opened.issue(request("www.example.org"), http01(device))
    watch.join()
    assert watch.attached
    must_be_as_before(device)


def test_an_interruption_removes_the_challenge(ca: Acme2Certifier, device: SimulatedBigIP, tmp_path: Path) -> None:
    opened = Authority(account(ca), tmp_path, clock=now)
    opened.register()
    watch = Interrupt(device)
    watch.start()
    with pytest.raises(KeyboardInterrupt):
        opened.issue(request("www.example.org"), http01(device))
    watch.join()
    assert watch.attached
    must_be_as_before(device)
    assert list((tmp_path / "certbot" / "private").iterdir()) == []
