"""The demo: a simulated BIG-IP, a real ACME CA, the real connector, and what a TLS client sees.

Run it with ``script/demo``, which creates its environment. It ends with exit code 0 only when
everything happened as it says.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import secrets
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sectigo_f5.simulator import SimulatedBigIP, Switches  # noqa: E402  # the path comes first
from tests.support.authorities import Acme2Certifier, free_port  # noqa: E402

NAME = "www.example.com"
SECOND_NAME = "api.example.com"
LABEL = re.escape(f"{NAME}@bigip-demo")
ADDRESS = "127.0.0.1"
CALM = ("--log-level", "WARNING")
PATIENCE = 120.0  # seconds for one command


class DemoError(Exception):
    """Something is not as the demo says."""


@dataclass(frozen=True)
class Stage:
    """What is running, and where its configuration lies."""

    folder: Path
    authority: Acme2Certifier
    device: SimulatedBigIP
    service_port: int

    @property
    def connector(self) -> list[str]:
        """The command line of the connector, without its command and options."""
        configuration = ["--config-dir", str(self.folder / "sectigo"), "--env-file", str(self.folder / "env")]
        return [sys.executable, str(ROOT / "start_acme.py"), *configuration]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; returns its exit code."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C, for you to try")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the `with` blocks end what they started
    try:
        with tempfile.TemporaryDirectory(prefix="sectigo-demo-") as folder, _stage(Path(folder)) as stage:
            _play(stage)
            if arguments.keep:
                _wait(stage)
    except (DemoError, AssertionError, OSError, subprocess.SubprocessError) as error:
        _say(f"\nThe demo failed: {error}")
        return 1
    except KeyboardInterrupt:
        _say("\nInterrupted; everything that was started has ended.")
        return 130
    _say("\nEverything that was started has ended.")
    return 0


@contextlib.contextmanager
def _stage(folder: Path) -> Iterator[Stage]:
    """Start the BIG-IP and the CA, and write the connector's configuration."""
    _title("A BIG-IP and a CA of our own, on loopback only")
    switches = Switches(tmos="17.1.2", password=secrets.token_urlsafe())
    domains = ["example.com", "*.example.com"]
    with (
        Acme2Certifier(folder / "ca", domains) as authority,
        SimulatedBigIP(switches, ADDRESS) as device,  # on exit fails if there was a call that it does not know
    ):
        stage = Stage(folder, authority, device, free_port())
        profiles = ("/Common/tcp", "/Common/http", "/Common/clientssl")
        device.add_virtual_server("/Common/vs_www_https", f"{ADDRESS}:{stage.service_port}", profiles)
        if device.data_plane.problems:
            raise DemoError("; ".join(device.data_plane.problems))
        _say(f"simulated BIG-IP    https://{ADDRESS}:{device.port}, TMOS {switches.tmos}")
        _say(f"its virtual server  /Common/vs_www_https, {ADDRESS} port {stage.service_port}")
        _say(f"ACME CA             {authority.directory_url}")
        _configure(stage)
        yield stage


def _configure(stage: Stage) -> None:
    """Write the YAML file, the credentials and the env file, as an operator would."""
    sectigo = stage.folder / "sectigo"
    sectigo.mkdir(mode=0o700)
    (sectigo / "demo.yaml").write_text(
        f"""name: demo
version: v1
devices:
- name: bigip-demo
  host: {ADDRESS}
  port: {stage.device.port}
  credentials_file: credentials/bigip-demo.yaml
  verify_tls: {stage.device.ca_file}
  common_name: {NAME}
  sans: [{SECOND_NAME}]
  virtual_servers: [vs_www_https]
  validation: prevalidated
  owner: Web team
  purpose: Customer portal
"""
    )
    _write_private(sectigo / "credentials" / "bigip-demo.yaml", _credentials(stage.device))
    _write_private(
        stage.folder / "env",
        f"""ACME_SERVER={stage.authority.directory_url}
ACME_EAB_KID={stage.authority.eab_kid}
ACME_EAB_HMAC_KEY={stage.authority.eab_hmac_key}
ACME_EMAIL=pki@example.com
ACME_CA_BUNDLE={stage.authority.ca_bundle}
LOG_FILE={stage.folder}/start_acme.log
STATE_DIR={stage.folder}/state
""",
    )
    _title("The configuration: sectigo/demo.yaml")
    _say((sectigo / "demo.yaml").read_text().rstrip())
    _say(
        "\n`prevalidated`: the CA has already validated the domain, as a CA does after validation in SCM."
        "\nhttp-01 needs the BIG-IP's ports 443 and 80, which an ordinary user may not open; the tests show that."
    )


def _credentials(device: SimulatedBigIP) -> str:
    return f"username: {device.username}\npassword: {device.password}\n"


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text)


def _play(stage: Stage) -> None:
    """Enrol, look, run again; raises :class:`DemoError` at the first deviation."""
    _title("Before: the virtual server as a TLS client sees it")
    before = _show_handshake(stage, verified=False)
    _title("The first run: enrol")
    _run_connector(stage, rf"^enrolled\s+{LABEL}")
    _title("After: the same client, now trusting nothing but the CA's root")
    enrolled = _show_handshake(stage, verified=True)
    if enrolled == before:
        raise DemoError("the virtual server still shows its previous certificate")
    _title("The second run, as cron would start it: nothing to do")
    written = len(stage.device.writes())
    _run_connector(stage, rf"^kept\s+{LABEL}")
    if len(stage.device.writes()) != written:
        raise DemoError("the second run wrote to the BIG-IP")
    if _serial(_handshake(stage, verified=True)) != enrolled:
        raise DemoError("the second run changed the certificate")
    if stage.device.tokens or stage.device.uploads or stage.device.csrs:
        raise DemoError(f"left on the BIG-IP: {stage.device.tokens} {stage.device.uploads} {stage.device.csrs}")
    _say("The second run wrote nothing to the BIG-IP; its clients see the same certificate; no login or file is left.")
    _title("The inventory: every certificate and key on the BIG-IP, what was found first")
    _run_connector(stage, rf"{re.escape(NAME)}\s.*\spassword, protected,", "inventory", *CALM)
    _title("The trail: who has changed what, each line chained to the one before it")
    _run_connector(stage, rf"  put-in-service +made +{LABEL}, ", "audit", *CALM)
    _run_connector(stage, r"^[0-9]+ lines in 1 file\(s\), unbroken$", "audit", "--verify", *CALM)


def _run_connector(stage: Stage, expected: str, *words: str) -> None:
    """Run ``start_acme.py``, show its output as it comes, and require a line that begins as ``expected`` says."""
    _say(f"$ {shlex.join([*stage.connector, *words])}\n")
    with subprocess.Popen(
        [*stage.connector, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        try:
            for line in process.stdout or ():
                lines.append(line)
                _say(line.rstrip())
        except BaseException:  # stop the connector as well: it then undoes what it began
            process.terminate()
            for line in process.stdout or ():  # until it ends: after Ctrl-C Popen would not wait for it
                _say(line.rstrip())
            raise
    if process.returncode != 0:
        raise DemoError(f"start_acme.py ended with exit code {process.returncode}")
    if not re.search(expected, "".join(lines), re.MULTILINE):
        raise DemoError(f"start_acme.py did not say `{expected}`")


def _show_handshake(stage: Stage, verified: bool) -> str:
    """Show the handshake as OpenSSL's client sees it; returns the certificate's serial number."""
    output = _handshake(stage, verified)
    for line in output.splitlines():
        if line.startswith(("subject=", "issuer=", "New, ", "Verification", "Verified peername", "    Verify return")):
            _say(line.strip())
    details = ["openssl", "x509", "-noout", "-serial", "-dates", "-ext", "subjectAltName"]
    if verified:
        _say(subprocess.run(details, input=output, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout)
    return _serial(output)


def _handshake(stage: Stage, verified: bool) -> str:
    """Return the output of ``openssl s_client``; with ``verified``, chain and name must be right, or it fails."""
    target = f"{ADDRESS}:{stage.service_port}"
    command = ["openssl", "s_client", "-connect", target, "-servername", NAME]
    if verified:
        root = str(stage.authority.root)
        command += ["-CAfile", root, "-verify_hostname", NAME, "-verify_return_error"]
    _say(f"$ {shlex.join(command)}")
    completed = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=PATIENCE)
    if completed.returncode != 0 or (verified and "Verify return code: 0 (ok)" not in completed.stdout):
        raise DemoError(f"openssl s_client failed: {completed.stderr.strip()[-500:]}")
    return completed.stdout


def _serial(output: str) -> str:
    command = ["openssl", "x509", "-noout", "-serial"]
    completed = subprocess.run(command, input=output, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return completed.stdout.strip().removeprefix("serial=").lower()


def _wait(stage: Stage) -> None:
    """Say what can be tried, and wait for Ctrl-C."""
    connector = shlex.join(stage.connector)
    curl = f"curl --cacert {stage.authority.root} --resolve {NAME}:{stage.service_port}:{ADDRESS}"
    _title("Everything is still running; Ctrl-C ends it")
    _say(
        f"""{connector} status
{connector} --force
{connector} rollback --only '{NAME}' --yes
{connector} revoke --only '{NAME}' --yes
{curl} https://{NAME}:{stage.service_port}/
curl --cacert {stage.device.ca_file} --user {stage.device.username}:{stage.device.password} \\
    https://{ADDRESS}:{stage.device.port}/mgmt/tm/ltm/profile/client-ssl

Configuration, log and state are in {stage.folder}; change sectigo/demo.yaml and run again."""
    )
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


def _title(text: str) -> None:
    _say(f"\n== {text}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
