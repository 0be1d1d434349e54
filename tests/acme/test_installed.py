"""Which releases of Certbot the connector is made for."""

from __future__ import annotations

import importlib.metadata
import os

import pytest

from sectigo_f5.acme import installed
from sectigo_f5.acme.inside_certbot import launcher


def test_the_releases_that_are_patched_are_those_that_are_installed() -> None:
    found = installed.ask({"PATH": os.defpath})
    assert found.releases == {package: importlib.metadata.version(package) for package in launcher.PATCHED}
    faults = [installed.fault_of_release(package, release) for package, release in found.releases.items()]
    assert faults == [None] * len(launcher.PATCHED)
    assert {"bigip", "manual"} <= set(found.plugins)


@pytest.mark.parametrize(
    ("release", "fault"),
    [
        ("5.8", None),
        ("5.8.1", None),
        ("5.80.0", "certbot 5.80.0 is installed, and the connector is made for 5.8: "),
        ("4.9.0", "certbot 4.9.0 is installed, and the connector is made for 5.8: "),
        ("", "certbot is not installed: "),
    ],
)
def test_another_release_is_a_fault(release: str, fault: str | None) -> None:
    found = installed.fault_of_release("certbot", release)
    assert found == (f"{fault}{installed.INSTALL}" if fault else None)
