"""Third-party clients, unchanged; each in its own process, because importing them causes warnings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import certificate_pem, key_pem, rsa_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("one", "two")):
        key = rsa_key(number)
        (tmp_path / f"{name}.key").write_text(key_pem(key))
        (tmp_path / f"{name}.crt").write_text(certificate_pem(key.public_key(), f"{name}.example.com"))
    return tmp_path


def run(program: str, device: SimulatedBigIP, folder: Path) -> None:
    # These clients set verification on their sessions, which variables of the environment would override.
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_CA_BUNDLE")}
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            f"tests.simulator.clients.{program}",
            device.address,
            str(device.port),
            str(device.ca_file),
            str(folder),
        ],
        input=f"{device.password}\n",
        env={**environment, "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert process.returncode == 0, process.stdout


def test_f5_sdk_works_unchanged(device: SimulatedBigIP, folder: Path) -> None:
    run("f5_sdk", device, folder)
    assert (device.saved, device.tokens) == (1, [])
    assert "one.key" not in device.uploads


def test_bigrest_works_unchanged(device: SimulatedBigIP, folder: Path) -> None:
    run("bigrest_client", device, folder)
    assert (device.saved, device.tokens) == (1, [])


@pytest.mark.parametrize("tmos", ["13.1.1", "14.1.2", "17.1.2"])
def test_certbot_bigip_works_unchanged(make: Make, folder: Path, tmos: str) -> None:
    device = make(tmos=tmos)
    device.add_rule("/Common/theirs", "when HTTP_REQUEST { HTTP::redirect https://[HTTP::host][HTTP::uri] }")
    device.add_virtual_server("/Common/vs", "192.0.2.1:80", rules=["/Common/theirs"], description="theirs")
    before = device.get("/mgmt/tm/ltm/virtual/~Common~vs")
    run("certbot_bigip_client", device, folder)
    after = device.get("/mgmt/tm/ltm/virtual/~Common~vs")
    for changing in ("generation", "lastModifiedTime"):
        before.pop(changing)
        after.pop(changing)
    assert after == before
    assert device.rules == ["/Common/theirs"]
    assert device.get("/mgmt/tm/sys/file/ssl-key/~Common~www_example_com_Letsencrypt")["revision"] == 2
    profile = device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~www_example_com_clientssl")
    assert profile["certKeyChain"][0]["chain"] == "/Common/chain_Letsencrypt"
    assert profile["sniDefault"] == "false"
    assert len(device.tokens) == 3  # n + 2 for n units, and never deleted
    assert device.saved == 1


def test_a_probe_leaves_what_another_client_has_made(device: SimulatedBigIP, folder: Path) -> None:
    """Whatever certbot-bigip leaves for the next time stays, to the number of its changes, and it works again."""
    device.add_rule("/Common/theirs", "when HTTP_REQUEST { HTTP::redirect https://[HTTP::host][HTTP::uri] }")
    device.add_virtual_server("/Common/vs", "192.0.2.1:80", rules=["/Common/theirs"], description="theirs")
    run("certbot_bigip_client", device, folder)
    theirs, saved = dict(device.engine.configuration.items), device.saved
    assert ("ltm/profile/client-ssl", "/Common/www_example_com_clientssl") in theirs
    run("probe_client", device, folder)
    assert device.engine.configuration.items == theirs
    assert (device.saved, [name for name in device.uploads if "probe" in name]) == (saved, [])
    run("certbot_bigip_client", device, folder)
