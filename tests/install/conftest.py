"""One installation, to be looked at, and copies of it to be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.install.placing import install


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install for systemd, below a directory with a space in its name; for looking only."""
    root = tmp_path_factory.mktemp("a root")
    install(root, "--systemd")
    return root


@pytest.fixture
def root(installed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(installed, tmp_path / "root"))
