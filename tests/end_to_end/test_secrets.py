"""The BIG-IP's password, the HMAC key and the keys' passphrases are visible nowhere.

The log level is DEBUG, and another user of the machine watches all processes all the time.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.installation import Installation
from tests.support.watch import Watch, collect_passphrases, must_not_be_kept
from tests.support.world import free_port

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_0"], "validation": "prevalidated"}
WWW["key_type"] = "ecdsa"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2Certifier]:
    """A CA with an HMAC key that no other test uses."""
    eab = {"kid-1": secrets.token_urlsafe(32)}
    with Acme2Certifier(tmp_path_factory.mktemp("ca"), ["example.com", "*.example.com"], eab=eab) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, ca: Acme2Certifier) -> Iterator[Installation]:
    password = f"A-$ecret #that 'no \"log holds {secrets.token_urlsafe()}"
    with SimulatedBigIP(Switches(tmos="17.1.2", password=password)) as device:
        installation = Installation(tmp_path / "connector", device, ca)
        installation.environment["TMPDIR"] = str(installation.folder)
        installation.write_config(WWW)
        for number in range(7):
            profiles = ("/Common/tcp", "/Common/http")
            device.add_virtual_server(f"/Common/vs_{number}", f"127.0.0.1:{free_port()}", profiles=profiles)
        yield installation


def hidden_texts(here: Installation, passphrases: set[str]) -> list[str]:
    assert passphrases, "no passphrase was collected"
    return [here.device.password, here.device.password.split()[-1], here.ca.eab_hmac_key, *passphrases]


def private(here: Installation) -> Path:
    return here.state / "certbot" / "private"


def must_be_put_away(here: Installation, hidden: list[str], *texts: str) -> None:
    """Search everything that is left, except the files in which an operator wrote the secrets."""
    here.env_file.unlink()
    for file in here.config.iterdir():
        file.unlink()
    assert list(private(here).iterdir()) == []
    must_not_be_kept(hidden, here.folder, *texts)


def hand_over(here: Installation, *certificates: dict[str, Any]) -> None:
    """Let a program print the credentials, and the HMAC key be in a file of its own."""
    login, key = here.config / "login", here.config / "eab-hmac-key"
    login.write_text(json.dumps({"username": here.device.username, "password": here.device.password}))
    key.write_text(here.ca.eab_hmac_key)
    for file in (login, key):
        file.chmod(0o600)
    here.write_config(*certificates, username=None, password=None, credentials_command=["/bin/cat", str(login)])
    here.write_env(ACME_EAB_HMAC_KEY="", ACME_EAB_HMAC_KEY_FILE=str(key))


@pytest.mark.parametrize("route", ["native", "openssl"])
def test_secrets_stay_hidden_during_enrolment_and_renewal(here: Installation, route: str) -> None:
    if route == "native":
        here.write_config({**WWW, "key_route": route})
    else:
        hand_over(here, {**WWW, "key_route": route})
    passphrases = collect_passphrases(here.device)
    with Watch(private(here)) as watch:
        first, second = here.run("run"), here.run("run", "--force")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert len(passphrases) == 2
    hidden = hidden_texts(here, passphrases)
    watch.must_not_have_seen(hidden)
    assert watch.modes == {("certbot.ini", 0o600), ("private", 0o700)}
    assert not [command for command in here.device.audit if any(secret in command for secret in hidden)]
    must_be_put_away(here, hidden, first.stdout, first.stderr, second.stdout, second.stderr)


def test_an_hmac_key_in_the_environment_is_not_passed_on(here: Installation, ca: Acme2Certifier) -> None:
    here.write_env(ACME_EAB_HMAC_KEY="")
    here.environment["ACME_EAB_HMAC_KEY"] = ca.eab_hmac_key
    with Watch() as watch:
        done = here.run("run")
    assert done.returncode == 0, done.stderr
    watch.must_not_have_seen([ca.eab_hmac_key], but="start_acme.py")


def test_secrets_stay_hidden_whatever_fails(here: Installation) -> None:
    def certificate(number: int, **changes: Any) -> dict[str, Any]:
        name = f"fails-{number}.example.com"
        return {**WWW, "common_name": name, "virtual_servers": [f"vs_{number}"], "key_route": "native", **changes}

    here.write_config(
        *map(certificate, range(4)), certificate(4, common_name="fails.example.org"), *map(certificate, (5, 6))
    )
    for fault in (
        Fault("POST", "/sys/crypto/key$", 1, "error:400:01070734:3: not both at once"),  # 0, step 4 ...
        Fault("POST", "/sys/crypto/key$", 2, "error:400:01070734:3: no key"),
        Fault("POST", "/sys/crypto/csr$", 1, "error:400:01070734:3: no CSR"),  # 1, step 5
        Fault("POST", "/util/bash$", 1, "error:401:Authorization failed: user"),  # 2, step 6 ...
        Fault("POST", "/util/unix-mv$", 1, "error:401:Authorization failed: user"),
        Fault("POST", "/sys/file/ssl-cert$", 1, "error:500:no room"),  # 3, step 10; 4 is refused in step 9
        Fault("PATCH", "/transaction/", 5, "error:400:01070313:3: Error reading key PEM file"),  # 5, steps 11 and 12
        Fault("PATCH", "/transaction/", 7, "drop-after"),  # 6: done, as reading back shows
        Fault("POST", "/sys/config$", 1, "html:502"),
        Fault("DELETE", "/authz/tokens/", 1, "status:500", times=9),
    ):
        here.device.fault(fault)
    passphrases = collect_passphrases(here.device)
    with Watch(private(here)) as watch:
        done = here.run("run", "--jobs", "1", timeout=300)
    assert done.returncode == 1
    words = [line.split()[0] for line in done.stdout.splitlines()[1:-1] if not line.startswith(" ")]
    assert words == ["failed"] * 6 + ["enrolled"], done.stdout
    assert len(passphrases) == 6
    hidden = hidden_texts(here, passphrases)
    watch.must_not_have_seen(hidden)
    must_be_put_away(here, hidden, done.stdout, done.stderr)


def test_secrets_of_a_killed_run_are_deleted_by_the_next(here: Installation) -> None:
    passphrases = collect_passphrases(here.device)
    killed = subprocess.Popen(
        here.command("run"),
        env={**os.environ, **here.environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(private(here).glob("*/certbot.ini")):
        assert time.monotonic() < deadline
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    end_processes_of(private(here))
    assert list(private(here).glob("*/certbot.ini")), "no process was left to delete it"
    done = here.run("run")
    assert done.returncode == 0, done.stderr
    must_be_put_away(here, hidden_texts(here, passphrases), done.stdout, done.stderr)


def end_processes_of(folder: Path) -> None:
    """End the Certbot that the killed run left running: only processes with ``folder`` in their command line."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in command.read_bytes():
                os.kill(int(command.parent.name), signal.SIGKILL)
        except (OSError, ProcessLookupError):
            continue
