"""Which Certbot there is, with which plugins, and whether it is the release that the connector knows."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5 import process
from sectigo_f5.acme.inside_certbot import launcher
from sectigo_f5.errors import ConnectorError

INSTALL = "install the connector again as its README says"
TIMEOUT = 120.0  # seconds; usually one, but some DNS plugins bring a whole cloud SDK


@dataclass(frozen=True)
class Installed:
    """What the Python has that runs Certbot."""

    plugins: Mapping[str, str]  # each with the reason why it cannot be loaded; empty if it can
    releases: Mapping[str, str]  # of the packages that the launcher patches; empty if one is not installed


def ask(environment: Mapping[str, str]) -> Installed:
    """Ask the Python that has Certbot; raises :class:`ConnectorError` if there is none, or it cannot be run."""
    finished = process.run([*find_certbot(), launcher.LIST_PLUGINS], timeout=TIMEOUT, env=dict(environment))
    if finished.status:
        raise ConnectorError(f"Certbot cannot be run ({_last_line(finished.output)}): {INSTALL}")
    plugins, releases = dict[str, str](), dict[str, str]()
    for line in finished.output.splitlines():
        name, _, rest = line.removeprefix(launcher.RELEASE).partition(" ")
        (releases if line.startswith(launcher.RELEASE) else plugins)[name] = rest
    return Installed(plugins, releases)


def fault_of_release(package: str, release: str) -> str | None:
    """Return what is wrong with a release of what the launcher patches, with the remedy; None if it is known."""
    known = launcher.PATCHED[package]
    if not release:
        return f"{package} is not installed: {INSTALL}"
    if release == known or release.startswith(f"{known}."):
        return None
    return f"{package} {release} is installed, and the connector is made for {known}: {INSTALL}"


def find_certbot() -> list[str]:
    """Return how to start Certbot: the one next to our Python, else the one on PATH, through our launcher.

    Raises :class:`ConnectorError` if there is none, or only one that is not a Python program (a snap):
    the launcher could not run in it to hand the plugin's tokens back.
    """
    program = str(Path(launcher.__file__).absolute())
    if (Path(sys.executable).parent / "certbot").exists():
        return [sys.executable, program]
    found = shutil.which("certbot")
    if found is None:
        raise ConnectorError(f"Certbot is not installed: {INSTALL}")
    interpreter = re.match(rb"#!\s*(/\S*python\S*)", Path(found).read_bytes()[:256])
    if interpreter is None:
        raise ConnectorError(
            f"{found} is not a Certbot that the connector can use; it needs one next to {sys.executable}: {INSTALL}"
        )
    return [interpreter[1].decode(), program]


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")
