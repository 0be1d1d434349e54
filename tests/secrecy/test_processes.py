"""The same with processes of their own, the real Certbot and the real Apprise, while another user watches all of them.

The log level is DEBUG.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.canaries import Canaries, unique
from tests.support.installation import Installation
from tests.support.serving import QuietHandler, serving
from tests.support.watch import Watch, collect_secrets, must_not_be_kept
from tests.support.world import free_port

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_0"], "validation": "prevalidated"}
WWW["key_type"] = "ecdsa"
HMAC, PROXY, VAULT = "HMAC key", "password of the proxy", "token of a vault"
OURS = "start_acme.py"  # whose environment an operator fills


class Told(QuietHandler):
    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.respond(b"OK")


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2Certifier]:
    """A CA with an HMAC key that no other test uses."""
    eab = {"kid-1": secrets.token_urlsafe(32)}
    with Acme2Certifier(tmp_path_factory.mktemp("ca"), ["example.com", "*.example.com"], eab=eab) as server:
        yield server


@pytest.fixture
def canaries(ca: Acme2Certifier) -> Canaries:
    canaries = Canaries()
    canaries.add(HMAC, ca.eab_hmac_key, of_bytes=True)
    canaries.add("password", f"{unique()} $ecret #that 'no \"log holds {unique()}")
    for name in (PROXY, VAULT, "NOTIFY_URLS", "HEARTBEAT_URL"):
        canaries.add(name, unique())
    return canaries


@pytest.fixture
def here(tmp_path: Path, ca: Acme2Certifier, canaries: Canaries) -> Iterator[Installation]:
    (password,) = canaries.of("password")
    with (
        SimulatedBigIP(Switches(tmos="17.1.2", password=password)) as device,
        serving(ThreadingHTTPServer(("127.0.0.1", 0), Told)) as told,
    ):
        installation = Installation(tmp_path / "connector", device, ca)
        (installation.folder / "tmp").mkdir()
        installation.environment["TMPDIR"] = str(installation.folder / "tmp")
        installation.environment["VAULT_TOKEN"] = canaries.of(VAULT)[0]
        installation.write_config(WWW)
        where = f"127.0.0.1:{told.server_port}"
        notify, heartbeat, proxy = (canaries.of(name)[0] for name in ("NOTIFY_URLS", "HEARTBEAT_URL", PROXY))
        usual = installation.write_env

        def write_env(**changes: str) -> None:
            telling = {"NOTIFY_URLS": f"json://{where}/{notify}", "HEARTBEAT_URL": f"http://{where}/{heartbeat}"}
            proxies = {"HTTPS_PROXY": f"http://me:{proxy}@127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
            usual(**telling, **proxies, **changes)

        installation.write_env = write_env  # type: ignore[method-assign]  # with more of it that is secret
        installation.write_env()
        for number in range(3):
            profiles = ("/Common/tcp", "/Common/http")
            device.add_virtual_server(f"/Common/vs_{number}", f"127.0.0.1:{free_port()}", profiles=profiles)
        yield installation


def private(here: Installation) -> Path:
    return here.state / "certbot" / "private"


def watched(here: Installation) -> tuple[Path, ...]:
    """Return the places that are watched: STATE_DIR, and where temporary files go."""
    return here.state, here.folder / "tmp"


def must_be_put_away(here: Installation, canaries: Canaries, *texts: str) -> None:
    """Search everything that is left, except the files in which an operator wrote the secrets."""
    here.env_file.unlink()
    for file in here.config.iterdir():
        file.unlink()
    assert list(private(here).iterdir()) == []
    must_not_be_kept(canaries, here.folder, *texts)
    lines = [line for line in here.device.audit_log if '"method": "DELETE"' not in line]  # a token ends by its URL
    assert [line for line in lines if canaries.found_in(line)] == []
    assert len(canaries.of("passphrase")) > 0
    assert len(canaries.of("token")) > 0


def test_secrets_stay_hidden_on_both_routes(here: Installation, canaries: Canaries, ca: Acme2Certifier) -> None:
    """An enrolment with everything in files; then a renewal with the HMAC key in the environment of the connector.

    And with a password that a program prints.
    """
    here.write_config({**WWW, "key_route": "native"})
    collect_secrets(here.device, canaries)
    with Watch(*watched(here)) as watch:
        first = here.run("run")
    assert first.returncode == 0, first.stderr
    watch.must_not_have_seen(canaries, OURS, frozenset({VAULT}), its=PROXY)
    watch.must_not_have_seen_core_files()
    assert any(b"apprise_child" in command for command in watch.commands)
    assert watch.modes == {("certbot.ini", 0o600), ("private", 0o700)}
    login = here.config / "login"
    login.write_text(json.dumps({"username": here.device.username, "password": here.device.password}))
    printing: dict[str, Any] = {"username": None, "password": None, "credentials_command": ["/bin/cat", str(login)]}
    here.write_config({**WWW, "key_route": "openssl"}, **printing)
    here.write_env(ACME_EAB_HMAC_KEY="")
    here.environment["ACME_EAB_HMAC_KEY"] = ca.eab_hmac_key
    with Watch(*watched(here)) as watch:
        second = here.run("run", "--force")
    assert second.returncode == 0, second.stderr
    watch.must_not_have_seen(canaries, OURS, frozenset({VAULT, HMAC}), its=PROXY)
    assert len(canaries.of("passphrase")) == 2
    must_be_put_away(here, canaries, first.stdout, first.stderr, second.stdout, second.stderr)


def test_secrets_stay_hidden_if_certbot_and_the_device_fail(here: Installation, canaries: Canaries) -> None:
    def certificate(number: int, **changes: Any) -> dict[str, Any]:
        name = f"fails-{number}.example.com"
        return {**WWW, "common_name": name, "virtual_servers": [f"vs_{number}"], "key_route": "native", **changes}

    here.write_config(certificate(0, common_name="fails.example.org"), *map(certificate, (1, 2)))
    for fault in (  # the CA refuses the first in step 9
        Fault("POST", "/~Common~vs_1/profiles$", 2, "echo:400", times=9),  # the second: step 12, after its rehearsal
        Fault("POST", "/~Common~vs_2/profiles$", 2, "drop-after"),  # the third: step 12 is tried once more
        Fault("POST", "/sys/config$", 1, "html:502"),
        Fault("DELETE", "/authz/tokens/", 1, "status:500", times=9),
    ):
        here.device.fault(fault)
    collect_secrets(here.device, canaries)
    with Watch(*watched(here)) as watch:
        done = here.run("run", "--jobs", "1", timeout=300)
    assert done.returncode == 1
    words = [line.split()[0] for line in done.stdout.splitlines()[1:-1] if not line.startswith(" ")]
    assert words[:2] == ["failed", "failed"], done.stdout
    assert len(canaries.of("passphrase")) == 3
    watch.must_not_have_seen(canaries, OURS, frozenset({VAULT}), its=PROXY)
    must_be_put_away(here, canaries, done.stdout, done.stderr)


def test_secrets_of_a_killed_run_are_deleted_by_the_next(here: Installation, canaries: Canaries) -> None:
    collect_secrets(here.device, canaries)
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
    must_be_put_away(here, canaries, done.stdout, done.stderr)


def end_processes_of(folder: Path) -> None:
    """End the Certbot that the killed run left running: only processes with ``folder`` in their command line."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in command.read_bytes():
                os.kill(int(command.parent.name), signal.SIGKILL)
        except (OSError, ProcessLookupError):
            continue
