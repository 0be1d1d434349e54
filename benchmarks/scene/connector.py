"""The connector as an operator runs it: a configuration directory, an ``env`` file, and ``start_acme.py``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from benchmarks.measuring import ROOT, BenchmarkError, Cost, run
from benchmarks.scene import contents
from benchmarks.scene.devices import PASSWORD, USERNAME, Device

START = ROOT / "start_acme.py"
EMAIL = "pki@example.com"
Certificate = Mapping[str, Any]  # its keys are those of the YAML


class Authority(Protocol):
    """What an ACME client has to know of a CA."""

    directory_url: str
    ca_bundle: Path
    eab_kid: str
    eab_hmac_key: str


@dataclass(frozen=True)
class Connector:
    """One installation, all of whose files are under ``folder``."""

    folder: Path

    @property
    def state(self) -> Path:
        """Its ``STATE_DIR``."""
        return self.folder / "state"

    @classmethod
    def install(cls, folder: Path, authority: Authority | None, directory_url: str = "") -> Connector:
        """Write the ``env`` file; ``authority`` is None if nothing will be ordered."""
        (folder / "config").mkdir(parents=True)
        variables = {"LOG_FILE": folder / "log", "STATE_DIR": folder / "state", "ACME_EMAIL": EMAIL}
        variables |= {"ACME_SERVER": directory_url, "ACME_EAB_KID": "kid", "ACME_EAB_HMAC_KEY": "a2V5"}
        if authority:
            variables |= {"ACME_SERVER": authority.directory_url, "ACME_CA_BUNDLE": authority.ca_bundle}
            variables |= {"ACME_EAB_KID": authority.eab_kid, "ACME_EAB_HMAC_KEY": authority.eab_hmac_key}
        env = folder / "env"
        env.touch(mode=0o600)
        env.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        return cls(folder)

    def manage(self, device: Device, certificates: Sequence[Certificate]) -> None:
        """Write the YAML file of one device."""
        settings: dict[str, Any] = {"name": device.label, "host": device.address, "port": device.port}
        settings |= {"verify_tls": str(device.ca_file), "username": USERNAME, "password": PASSWORD}
        settings["certificates"] = [dict(one) for one in certificates]
        self.write(device.label, {"name": device.label, "version": "v1", "devices": [settings]})

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Write one YAML file."""
        file = self.folder / "config" / f"{name}.yaml"
        file.touch(mode=0o600)
        file.write_text(yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))

    def run(self, expected: Mapping[str, int], *arguments: str) -> Cost:
        """Run it once; raises :class:`BenchmarkError` unless the results are ``expected``: how many of each word."""
        cost = self.call("run", "--json", *arguments)
        summary = json.loads(cost.out)["summary"]
        if summary != dict(expected):
            raise BenchmarkError(f"the connector's results are {summary}, not {dict(expected)}:\n{cost.errors[-3000:]}")
        return cost

    def call(self, *arguments: str, code: int = 0) -> Cost:
        """Run any command; raises :class:`BenchmarkError` if it does not end with this exit code."""
        places = ["--config-dir", str(self.folder / "config"), "--env-file", str(self.folder / "env")]
        return run([sys.executable, str(START), *arguments, *places], code=code)


def in_service(count: int, label: str) -> list[Certificate]:
    """Return the YAML of the certificates that are in service on a device."""
    names = contents.names(count, label)
    return [certificate(name, contents.server_of(name), validation="prevalidated") for name in names]


def certificate(name: str, server: str, **changes: Any) -> Certificate:
    """Return the YAML of one certificate, with an ECDSA key as Certbot makes it by itself."""
    return {"common_name": name, "virtual_servers": [server], "key_type": "ecdsa", **changes}
