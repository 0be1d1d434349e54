"""The launcher run as a program: with the real Certbot, the real f5-icontrol-rest, and the login of a BIG-IP.

A small plugin obtains tokens as certbot-bigip does, and then succeeds, fails, hangs or exits.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sectigo_f5.acme.inside_certbot import launcher
from tests.support.hierarchy import new_authority, new_server
from tests.support.processes import is_gone
from tests.support.serving import serving

LAUNCHER = Path(launcher.__file__)

PLUGIN = """
import os, sys, time
from certbot import errors, interfaces
from certbot.plugins import common
from icontrol.authtoken import iControlRESTTokenAuth

class Authenticator(common.Plugin, interfaces.Authenticator):
    description = "obtains tokens"
    @classmethod
    def add_parser_arguments(cls, add):
        pass
    def prepare(self):
        for _ in range(int(os.environ["LOGINS"])):
            iControlRESTTokenAuth("admin", "p4ss", verify=os.environ["CA"]).get_new_token(os.environ["DEVICE"])
        print("logged in", flush=True)
        exec(os.environ["THEN"])
    def more_info(self):
        return ""
    def get_chall_pref(self, domain):
        return []
    def perform(self, achalls):
        return []
    def cleanup(self, achalls):
        pass
"""


class Device(ThreadingHTTPServer):
    """The login of a BIG-IP: a token is created by POST, and deleted only by a request that it authorizes itself."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        now = datetime.now(timezone.utc)
        authority = new_authority("Device CA", now)
        self.ca_file = folder / "device-ca.pem"
        self.ca_file.write_text(authority.certificate_pem)
        new_server(["127.0.0.1"], now, authority).write(folder / "device.pem", folder / "device.key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "device.pem", folder / "device.key")
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.obtained: list[str] = []
        self.tokens: set[str] = set()
        self.refuses_deletion = False

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Device

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self.rfile.read(int(self.headers["Content-Length"]))
        token = f"TOKEN{len(self.server.obtained):021d}"
        self.server.obtained.append(token)
        self.server.tokens.add(token)
        micros = int(time.time() * 1_000_000)
        self._send(200, {"token": {"token": token, "timeout": 1200, "lastUpdateMicros": micros,
                                   "expirationMicros": micros + 1_200_000_000}})  # fmt: skip

    def do_DELETE(self) -> None:  # noqa: N802
        token = self.path.removeprefix("/mgmt/shared/authz/tokens/")
        if self.server.refuses_deletion or self.headers["X-F5-Auth-Token"] != token:
            self._send(401, {"code": 401})
            return
        self.server.tokens.discard(token)
        self._send(200, {})

    def _send(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with serving(Device(tmp_path)) as server:
        yield server


class Certbot:
    """The launcher in an environment that has the plugin."""

    def __init__(self, folder: Path, device: Device) -> None:
        self.folder = folder
        information = folder / "tokens-1.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: tokens\nVersion: 1\n")
        (information / "entry_points.txt").write_text("[certbot.plugins]\ntokens = tokens:Authenticator\n")
        (folder / "tokens.py").write_text(PLUGIN)
        (folder / "home").mkdir()
        self.environment = {
            "PATH": os.defpath, "HOME": str(folder / "home"), "TMPDIR": str(folder), "PYTHONPATH": str(folder),
            "DEVICE": device.netloc, "CA": str(device.ca_file), "LOGINS": "3",
        }  # fmt: skip

    def start(self, then: str, *own: str) -> subprocess.Popen[str]:
        argv = [
            sys.executable,
            str(LAUNCHER),
            *own,
            "certonly",
            "--non-interactive",
            "--agree-tos",
            "-d",
            "a.example.com",
        ]
        argv += ["--register-unsafely-without-email", "--server", "https://127.0.0.1:1/directory", "-a", "tokens"]
        for name in ("config", "work", "logs"):
            argv += [f"--{name}-dir", str(self.folder / name)]
        return subprocess.Popen(
            argv,
            env={**self.environment, "THEN": then},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, then: str, *own: str) -> tuple[int, str]:
        with self.start(then, *own) as process:
            output = process.communicate(timeout=30)[0]
        return process.returncode, output


@pytest.fixture
def certbot(tmp_path: Path, device: Device) -> Certbot:
    return Certbot(tmp_path, device)


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("raise errors.PluginError('no such virtual server')", 1),
        ("raise ValueError('a bug of the plugin')", 1),
        ("sys.exit(5)", 5),
        ("pass", 1),  # then the CA cannot be reached
    ],
)
def test_tokens_are_handed_back_however_certbot_ends(certbot: Certbot, device: Device, then: str, status: int) -> None:
    found, output = certbot.run(then)
    assert found == status, output
    assert len(device.obtained) == 3
    assert device.tokens == set()
    assert launcher.WARNING not in output


def test_tokens_are_handed_back_after_sigterm(certbot: Certbot, device: Device) -> None:
    # Not one long sleep: a signal just before the system call is only handled after it.
    with certbot.start("while True: time.sleep(0.05)") as process:
        assert process.stdout is not None
        while "logged in" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=30)[0]
    assert process.returncode == 128 + signal.SIGTERM, output
    assert len(device.obtained) == 3
    assert device.tokens == set()


def test_certbot_ends_when_nobody_can_read_its_output(certbot: Certbot, device: Device) -> None:
    """As after SIGKILL of the connector; what is written after that must not keep the plugin from cleaning up.

    What it had started, as a hook, ends with it.
    """
    then = "import subprocess; print('hook', subprocess.Popen(['sleep', '60']).pid, flush=True)"
    then += "\nwhile True: print('still here', flush=True); time.sleep(0.05)"
    with certbot.start(then) as process:
        assert process.stdout is not None
        while "hook" not in (line := process.stdout.readline()):
            assert process.poll() is None
        process.stdout.close()
        process.wait(timeout=30)
    assert is_gone(int(line.split()[1]))
    assert len(device.obtained) == 3
    assert device.tokens == set()


def test_a_token_that_cannot_be_deleted_is_only_a_warning(certbot: Certbot, device: Device) -> None:
    device.refuses_deletion = True
    found, output = certbot.run("sys.exit(0)")
    assert found == 0
    warnings = [line for line in output.splitlines() if line.startswith(launcher.WARNING)]
    assert len(warnings) == 3
    assert "could not be handed back (HTTP 401)" in warnings[0]


def test_an_unreachable_device_is_asked_only_once(certbot: Certbot, device: Device) -> None:
    found, output = certbot.run("os.environ.update(https_proxy='http://127.0.0.1:1'); sys.exit(0)")
    assert found == 0
    assert output.count("could not be handed back (ProxyError)") == 1


def test_tokens_appear_in_no_output_or_log(certbot: Certbot, device: Device) -> None:
    device.refuses_deletion = True
    output = certbot.run("raise errors.PluginError('x')")[1] + (certbot.folder / "logs/letsencrypt.log").read_text()
    assert "logged in" in output
    for token in device.obtained:
        assert token not in output


def test_the_configuration_of_another_certbot_is_not_read(certbot: Certbot, device: Device) -> None:
    other = certbot.folder / "home" / ".config" / "letsencrypt" / "cli.ini"
    other.parent.mkdir(parents=True)
    other.write_text("authenticator = standalone\npre-hook = touch hook-was-run\nnonsense = yes\n")
    assert certbot.run("sys.exit(5)")[0] == 5
    assert len(device.obtained) == 3


def test_a_silent_device_does_not_hold_up_certbot() -> None:
    script = """
import socket, requests
from sectigo_f5.acme.inside_certbot import launcher
launcher.READ_TIMEOUT = 0.2
launcher.give_requests_a_timeout()
with socket.create_server(("127.0.0.1", 0)) as silent:
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    session = requests.Session()
    prepared = session.prepare_request(requests.Request("GET", url))
    for call in (lambda: requests.get(url), lambda: session.send(prepared)):
        try:
            call()
        except requests.exceptions.ReadTimeout:
            print("in time")
"""
    root = LAUNCHER.parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "in time\nin time\n"


def test_plugins_are_listed_with_the_reason_if_they_do_not_load(certbot: Certbot) -> None:
    (certbot.folder / "tokens.py").write_text("import distutils_of_old\n")
    argv = [sys.executable, str(LAUNCHER), launcher.LIST_PLUGINS]
    done = subprocess.run(argv, env=certbot.environment, capture_output=True, text=True, timeout=30, check=True)
    lines = done.stdout.splitlines()
    assert {"bigip", "manual", "standalone"} <= set(lines)
    assert "tokens ModuleNotFoundError: No module named 'distutils_of_old'" in lines


def test_a_plugin_that_is_not_used_is_not_loaded(certbot: Certbot) -> None:
    """Certbot would fail, whichever plugin is used; and f5-sdk takes as long to load as Certbot itself."""
    information = certbot.folder / "broken-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[certbot.plugins]\nbroken = distutils_of_old:Authenticator\n")
    found, output = certbot.run("sys.exit(4 if 'f5' in sys.modules else 5)", launcher.PLUGIN, "tokens")
    assert found == 5, output


def test_certbot_cannot_import_our_modules(certbot: Certbot) -> None:
    found, output = certbot.run(
        "import importlib.util; sys.exit(4 if importlib.util.find_spec('certbot_options') else 6)"
    )
    assert found == 6, output


def test_warnings_of_a_first_import_are_not_taken_for_plugins(tmp_path: Path) -> None:
    """f5-sdk has invalid escapes, of which Python warns when it compiles a module: after an install without that."""
    argv = [sys.executable, str(LAUNCHER), launcher.LIST_PLUGINS]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONWARNINGS": "always"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "bigip" in done.stdout.splitlines()
