"""A configuration directory, an ``env`` file, and ``start_acme.py`` as a user runs it."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from sectigo_f5.simulator import SimulatedBigIP

ROOT = Path(__file__).parent.parent.parent


class Ca(Protocol):
    """The attributes that both test CAs share."""

    directory_url: str
    ca_bundle: Path
    root: Path
    eab_kid: str
    eab_hmac_key: str


@dataclass
class Installation:
    """One installed connector under one folder; ``run`` starts a process of its own."""

    folder: Path
    device: SimulatedBigIP
    ca: Ca
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0  # of the virtual server, if a test has one

    def __post_init__(self) -> None:
        self.config = self.folder / "config"
        self.state = self.folder / "state"
        self.log = self.folder / "start_acme.log"
        self.env_file = self.folder / "env"
        self.config.mkdir(parents=True)
        self.write_env()

    def write_env(self, **changes: str) -> None:
        values = {
            "ACME_SERVER": self.ca.directory_url,
            "ACME_EAB_KID": self.ca.eab_kid,
            "ACME_EAB_HMAC_KEY": self.ca.eab_hmac_key,
            "ACME_EMAIL": "pki@example.com",
            "ACME_CA_BUNDLE": str(self.ca.ca_bundle),
            "LOG_LEVEL": "DEBUG",
            "LOG_FILE": str(self.log),
            "STATE_DIR": str(self.state),
            **changes,
        }
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        self.env_file.chmod(0o600)

    def write_config(self, *certificates: dict[str, Any], name: str = "shop", **device: Any) -> Path:
        """Write one YAML file with one device; ``certificates`` are its list."""
        settings = {
            "name": "bigip-sim",
            "host": self.device.address,
            "port": self.device.port,
            "username": self.device.username,
            "password": self.device.password,
            "verify_tls": str(self.device.ca_file),
            "certificates": list(certificates),
            **device,
        }
        settings = {key: value for key, value in settings.items() if value is not None}
        file = self.config / f"{name}.yaml"
        file.write_text(yaml.safe_dump({"name": name, "version": "v1", "devices": [settings]}, sort_keys=False))
        file.chmod(0o600)
        return file

    def command(self, *arguments: str) -> list[str]:
        options = ["--config-dir", str(self.config), "--env-file", str(self.env_file)]
        return [sys.executable, str(ROOT / "start_acme.py"), *arguments, *options]

    def run(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env={**os.environ, **self.environment},
        )

    def run_json(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        output: dict[str, Any] = json.loads(done.stdout)
        output["exit_code"], output["log"] = done.returncode, done.stderr
        return output


def verified_names(address: str, port: int, name: str, root: Path) -> set[str]:
    """Connect as a browser does, verify the chain to ``root`` and the name; return the names of the certificate."""
    context = ssl.create_default_context(cafile=str(root))
    with (
        socket.create_connection((address, port), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname=name) as tls,
    ):
        certificate: Any = tls.getpeercert()
    return {value for kind, value in certificate["subjectAltName"] if kind == "DNS"}
