"""Whole runs with real Certbot against acme2certifier: external account binding, prevalidated names."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.installation import Installation, verified_names
from tests.support.world import free_port

NAMES = ["example.com", "*.example.com", "www.example.com", "api.example.com", "shop.example.com"]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2Certifier]:
    with Acme2Certifier(tmp_path_factory.mktemp("ca"), NAMES) as server:
        yield server


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def here(tmp_path: Path, ca: Acme2Certifier, port: int) -> Iterator[Installation]:
    with SimulatedBigIP(Switches(tmos="17.1.2", password="A-$ecret that no log holds")) as device:
        device.add_virtual_server("/Common/vs_www", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        yield Installation(tmp_path / "connector", device, ca)


WWW = {"common_name": "www.example.com", "sans": ["api.example.com"], "virtual_servers": ["vs_www"]}
VALIDATED = {"validation": "prevalidated"}
GONE = "there is no generation of www.example.com older than"  # what was revoked is deleted


def test_a_certificate_is_enrolled_and_then_kept(here: Installation, ca: Acme2Certifier, port: int) -> None:
    here.write_config({**WWW, **VALIDATED})
    first = here.run_json()
    assert (first["exit_code"], first["summary"]) == (0, {"enrolled": 1}), first["log"]
    assert verified_names("127.0.0.1", port, "api.example.com", ca.root) == {"www.example.com", "api.example.com"}
    before = len(here.device.writes())
    second = here.run_json()
    assert (second["exit_code"], second["summary"]) == (0, {"kept": 1}), second["log"]
    # The window of this CA's renewal information opens after 85 % of the lifetime, our own rule renews at 67 %.
    planned = datetime.strptime(second["results"][0]["reason"].rpartition(" ")[2], "%Y-%m-%d")
    assert planned > datetime.now() + timedelta(days=75)
    assert here.run_json("plan")["results"][0]["reason"] == second["results"][0]["reason"]
    assert here.device.writes()[before:] == []
    assert list(here.device.tokens) == list(here.device.uploads) == list(here.device.csrs) == []


def test_a_prevalidated_wildcard_needs_no_certbot_plugin(here: Installation, ca: Acme2Certifier, port: int) -> None:
    """Certbot has no plugin to run: the one login on the BIG-IP is the connector's own."""
    here.write_config(
        {"common_name": "*.example.com", "sans": ["example.com"], "virtual_servers": ["vs_www"], "key_type": "ecdsa"},
        **VALIDATED,
    )
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (0, {"enrolled": 1}), found["log"]
    assert verified_names("127.0.0.1", port, "shop.example.com", ca.root) == {"*.example.com", "example.com"}
    assert len([call for call in here.device.journal if "authn/login" in call.path]) == 1
    assert here.device.exists("/mgmt/tm/ltm/profile/client-ssl/~Common~wildcard.example.com_clientssl")
    keys = here.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    assert [item["name"] for item in keys if "*" in item["name"]] == []


def test_a_device_that_is_down_does_not_stop_the_other(here: Installation, port: int) -> None:
    here.write_config({**WWW, **VALIDATED})
    other = here.config / "down.yaml"
    other.write_text((here.config / "shop.yaml").read_text().replace("bigip-sim", "bigip-down"))
    other.write_text(
        other.read_text().replace(f"port: {here.device.port}", "port: 1").replace("name: shop", "name: down")
    )
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1, "enrolled": 1}), found["log"]
    failed = next(result for result in found["results"] if result["result"] == "failed")
    assert failed["device"] == "bigip-down"
    assert "cannot connect" in failed["error"]


def test_a_refused_order_fails_with_the_remedy(here: Installation) -> None:
    here.write_config({"common_name": "www.example.org", "virtual_servers": ["vs_www"], **VALIDATED})
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1})
    assert "SCM" in found["results"][0]["error"]
    assert list(here.device.tokens) == list(here.device.uploads) == list(here.device.csrs) == []


def test_a_refused_account_binding_fails_with_the_remedy(here: Installation) -> None:
    here.write_config({**WWW, **VALIDATED})
    here.write_env(ACME_EAB_KID="kid-unknown")
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1})
    assert "ACME_EAB" in found["results"][0]["error"]


def test_a_second_run_ends_at_once_and_names_the_lock_holder(here: Installation) -> None:
    here.write_config({**WWW, **VALIDATED})
    first = subprocess.Popen(
        here.command("run"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    try:
        lock = here.state / "lock"
        deadline = time.monotonic() + 20
        while not (lock.exists() and lock.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)
        second = here.run("run")
        assert second.returncode == 75
        assert f"another run holds {lock}: process {first.pid}, started" in second.stderr
    finally:
        first.communicate(timeout=120)
    assert first.returncode == 0


def test_a_revoked_certificate_is_replaced_and_never_rolled_back_to(here: Installation) -> None:
    here.write_config({**WWW, **VALIDATED})
    first = here.run_json()
    assert first["summary"] == {"enrolled": 1}, first["log"]
    refused = here.run("revoke", "--only", "www.example.com")
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True)
    assert "nothing was revoked" in revoke_on_a_terminal(here, "n")
    assert "is revoked (unspecified)" in revoke_on_a_terminal(here, "y")
    again = here.run("revoke", "--only", "www.example.com", "--reason", "superseded", "--yes")
    assert (again.returncode, "revoked     www.example.com@bigip-sim" in again.stdout) == (0, True), again.stderr
    assert here.run_json("plan")["summary"] == {"replaced": 1}
    replaced = here.run_json()
    assert replaced["summary"] == {"replaced": 1}, replaced["log"]
    assert replaced["results"][0]["serial"] != first["results"][0]["serial"]
    refused = here.run("rollback", "--only", "www.example.com")
    assert (refused.returncode, GONE in refused.stdout) == (1, True), refused.stderr
    assert here.run("run", "--force").returncode == 0
    back = here.run("rollback", "--only", "www.example.com")
    assert back.returncode == 0, back.stderr
    kept = here.run_json()
    assert (kept["summary"], kept["results"][0]["serial"]) == ({"kept": 1}, replaced["results"][0]["serial"])


def revoke_on_a_terminal(here: Installation, answer: str) -> str:
    """Run ``revoke`` on a terminal, wait for its question, and answer; returns its output."""
    master, slave = pty.openpty()
    with os.fdopen(master, "wb", buffering=0) as keyboard:
        process = subprocess.Popen(
            here.command("revoke", "--only", "www.example.com"),
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.close(slave)
        assert process.stdout is not None
        output = b""
        while not output.endswith(b"[y/N] "):
            piece = process.stdout.read(1)
            assert piece, output
            output += piece
        assert (
            b"Really revoke the certificate in service of www.example.com@bigip-sim? This cannot be undone." in output
        )
        keyboard.write(f"{answer}\n".encode())
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == (0 if answer == "y" else 2), rest
    return rest.decode()


def test_check_plan_and_status_write_nothing(here: Installation) -> None:
    here.write_config({**WWW, **VALIDATED})
    check = here.run("check")
    assert check.returncode == 0, check.stdout + check.stderr
    plan = here.run_json("plan")
    assert (plan["exit_code"], plan["summary"]) == (0, {"enrolled": 1})
    assert here.run("status").returncode == 0
    assert here.device.writes() == []
    assert list(here.device.tokens) == []
