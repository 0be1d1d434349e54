"""The page of the first ten minutes, typed as it stands: from nothing to a renewed certificate.

What differs from the page: addresses, secrets and directories are this test's, the packages are installed already,
and what ``systemctl start`` would start is started from the unit's own command line.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier, free_port
from tests.support.hierarchy import new_authority, new_server
from tests.support.installation import ROOT

PAGE = (ROOT / "docs" / "ten-minutes.md").read_text(encoding="utf-8")
UNIT = (ROOT / "config" / "systemd" / "sectigo-f5.service").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|ini|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES = {"ini": "env", "yaml": "credentials/bigip.yaml"}
PROMISED = 600  # seconds: the page's own statement, for a person who types


@dataclass(frozen=True)
class Reader:
    """Somebody who follows the page, on a host where everything is below one directory."""

    folder: Path
    words: Mapping[str, str]  # what stands on the page, to what is typed

    @property
    def etc(self) -> Path:
        """Return ``/etc/sectigo``."""
        return self.folder / "etc" / "sectigo"

    def typed(self, text: str) -> str:
        """Return what is typed for a text of the page."""
        for shown, meant in self.words.items():
            text = text.replace(shown, meant)
        return text

    def types(self, command: str) -> str:
        """Run one line of a shell; it must succeed."""
        environment = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        ran = subprocess.run(
            ["/bin/bash", "-c", self.typed(command)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout


def hand_made(device: SimulatedBigIP) -> str:
    """Give a BIG-IP what it mostly has: a profile made by hand, with a certificate that ends soon."""
    now = datetime.now(tz=timezone.utc)
    identity = new_server(["www.example.com"], now, new_authority("Hand CA", now), days=20)
    device.add_certificate("/Common/www.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": "/Common/www.crt", "key": "/Common/www.key"}
    device.add_profile("client-ssl", "/Common/www_2019", certKeyChain=[entry])
    return "/Common/www_2019"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with (
        Acme2Certifier(tmp_path / "ca", ["example.com", "*.example.com"]) as authority,
        SimulatedBigIP(Switches(tmos="17.1.2", password="long enough"), "127.0.0.1") as device,
    ):
        profiles = ("/Common/tcp", "/Common/http", hand_made(device))
        device.add_virtual_server("/Common/vs_www_https", f"127.0.0.1:{free_port()}", profiles)
        words = {
            "systemctl start sectigo-f5": shlex.join(re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)),
            "/opt/sectigo-f5/start_acme.py": "sectigo-f5",
            "cd /opt/sectigo-f5": "true",
            "./install.sh": f"./install.sh --root {tmp_path}",
            "chgrp sectigo": "test -f",
            "/etc/sectigo": str(tmp_path / "etc" / "sectigo"),
            "/root/shop.yaml": str(tmp_path / "shop.yaml"),
            "192.0.2.10:443": f"127.0.0.1:{device.port}",
            "--host 192.0.2.10": f"--host 127.0.0.1 --port {device.port}",
            "username: sectigo": f"username: {device.username}",
            "your password": device.password,
            "https://acme.sectigo.com/v2/OV": authority.directory_url,
            "your-key-id": authority.eab_kid,
            "your-hmac-key": authority.eab_hmac_key
            + f"\nACME_CA_BUNDLE={authority.ca_bundle}\nSTATE_DIR={tmp_path}/state\nLOG_FILE={tmp_path}/log",
        }
        reader = Reader(tmp_path, words)
        program = tmp_path / "bin" / "sectigo-f5"
        program.parent.mkdir()
        line = [sys.executable, str(ROOT / "start_acme.py"), "--config-dir", str(reader.etc)]
        program.write_text(f'#!/bin/sh\nexec {shlex.join([*line, "--env-file", str(reader.etc / "env")])} "$@"\n')
        program.chmod(0o755)
        yield reader


def test_the_page_leads_to_a_renewed_certificate(reader: Reader) -> None:
    began = time.monotonic()
    said: dict[str, str] = {}
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            said |= {line: reader.types(line) for line in text.splitlines()}
        else:
            file = reader.etc / FILES[kind]
            file.write_text(reader.typed(text))
            file.chmod(0o600)
    took = time.monotonic() - began
    print(f"{len(said)} commands took {took:.1f} s")  # noqa: T201  # beside the page's title
    assert took < PROMISED
    assert re.search(r"^enrolled +www\.example\.com@", said["sectigo-f5 run --only www.example.com"], re.MULTILINE)
    forced = said["sectigo-f5 run --force --only www.example.com"]
    assert re.search(r"^renewed +www\.example\.com@", forced, re.MULTILINE)
    assert re.search(r"^kept +www\.example\.com@", said["systemctl start sectigo-f5"], re.MULTILINE)
