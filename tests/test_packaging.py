"""The sdist and the wheel hold what is needed to run, and what they install works without the clone."""

from __future__ import annotations

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from script.wheel import build
from sectigo_f5 import __version__

ROOT = Path(__file__).resolve().parent.parent
# A few tests are laid beside the rest to see that they stay out.
SOURCES = [
    "pyproject.toml",
    "MANIFEST.in",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "Containerfile",
    ".dockerignore",
    "env.example",
    "install.sh",
    "requirements.txt",
    "script/environment.sh",
    "script/placing.sh",
    "start_acme.py",
    "config",
    "docs",
    "sectigo_f5",
    "tests/__init__.py",
    "tests/test_layers.py",
    "script/demo.py",
]
EPOCH = 1_764_000_000  # seconds since 1970: the time of the release
TEMPLATES = ("inventory.css", "inventory.html", "page.html", "parts.html", "script.js", "style.css")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")


def run(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


def succeed(command: Sequence[str | Path], folder: Path) -> str:
    done = run(command, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Packages:
    """What has been built, and an environment in which the wheel is installed."""

    source: Path  # the sdist, unpacked
    wheel: Path
    environment: Path

    def program(self, name: str) -> Path:
        return self.environment / "bin" / name


def clone_into(clone: Path) -> Path:
    """Lay what a clone holds into this folder."""
    for name in SOURCES:
        target = clone / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    return clone


def clone_of_somebody_else(clone: Path) -> Path:
    """Lay another one, at another time and under a stricter umask."""
    for file in clone_into(clone).rglob("*"):
        file.chmod(file.stat().st_mode & 0o700)
        os.utime(file, (1_500_000_000, 1_500_000_000))
    return clone


def sums(files: Sequence[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def build_and_install(folder: Path) -> Packages:
    """Build as a release is, from two clones, with the locked build tool; nothing is downloaded."""
    sdist, wheel = build(clone_into(folder / "clone"), folder, EPOCH)
    others = build(clone_of_somebody_else(folder / "elsewhere" / "clone"), folder / "elsewhere" / "dist", EPOCH)
    assert sums(others) == sums((sdist, wheel))
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # type: ignore[arg-type]  # noqa: S202
    source = folder / sdist.name.removesuffix(".tar.gz")
    environment = folder / "environment"
    succeed([sys.executable, "-m", "venv", "--without-pip", environment], folder)
    # The dependencies are those that the tests run with.
    site = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = environment / "bin" / "python"
    succeed([*PIP, "--python", python, "install", "--no-index", "--no-deps", wheel], folder)
    return Packages(source, wheel, environment)


def modules(names: Sequence[str]) -> set[str]:
    return {name for name in names if name.endswith(".py")}


def wheel_holds_the_package_and_nothing_else(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as archive:
        names = archive.namelist()
    package = [name for name in names if not name.startswith(f"sectigo_f5-{__version__}.dist-info/")]
    ours = [file.relative_to(ROOT).as_posix() for file in (ROOT / "sectigo_f5").rglob("*.py")]
    assert modules(package) == set(ours)
    templates = {f"sectigo_f5/report/page/templates/{name}" for name in TEMPLATES}
    beside = {"sectigo_f5/py.typed", "sectigo_f5/simulator/README.md", *templates}
    assert set(package) - modules(package) == beside
    assert f"sectigo_f5-{__version__}.dist-info/licenses/LICENSE" in names


def wheel_states_version_licence_and_dependencies(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"sectigo_f5-{__version__}.dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("sectigo-f5", __version__)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.10")
    needed = metadata.get_all("Requires-Dist") or []
    assert {"acme==5.8.0", "certbot==5.8.0"} <= set(needed)
    assert not [name for name in needed if re.match("acme2certifier|pytest", name)]


def packages_have_the_time_of_the_release_and_modes_for_all(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as archive:
        assert {(one.date_time[:3], one.external_attr >> 16 & 0o644) for one in archive.infolist()} == {
            ((2025, 11, 24), 0o644)
        }
    with tarfile.open(f"{packages.source}.tar.gz") as archive:
        assert {(one.mtime, one.uid, one.uname) for one in archive} == {(EPOCH, 0, "")}
        assert {one.mode for one in archive} == {0o644, 0o755}


def sdist_holds_both_ways_to_run_but_no_tests(packages: Packages, folder: Path) -> None:
    assert not (packages.source / "tests").exists()
    assert not list((packages.source / "script").glob("*.py"))
    kept = [name for name in SOURCES if not name.startswith("tests") and name != "script/demo.py"]
    assert [name for name in kept if not (packages.source / name).exists()] == []
    done = run([sys.executable, packages.source / "start_acme.py", "--version"], packages.source)
    assert done.stdout == f"start_acme.py {__version__}\n"
    done = run([packages.source / "install.sh", "--dry-run", "--root", folder / "root"], packages.source)
    assert "would create /etc/sectigo " in done.stderr


def installed_command_runs_without_the_clone(packages: Packages, folder: Path) -> None:
    assert succeed([packages.program("sectigo-f5"), "--version"], folder) == f"sectigo-f5 {__version__}\n"
    python = packages.program("python")
    assert succeed([python, "-m", "sectigo_f5", "--version"], folder) == f"sectigo-f5 {__version__}\n"
    assert "usage: " in succeed([python, "-m", "sectigo_f5.simulator", "--help"], folder)
    where = succeed([python, "-c", "import sectigo_f5; print(sectigo_f5.__file__)"], folder)
    assert Path(where.strip()).is_relative_to(packages.environment)


def installed_command_ignores_an_env_beside_it(packages: Packages, folder: Path) -> None:
    beside = packages.program("env")  # in /usr/bin there is a program of this name
    beside.write_text("ACME_SERVER=not a URL\n")
    try:
        done = run([packages.program("sectigo-f5"), "check", "--config-dir", str(folder / "none")], folder)
    finally:
        beside.unlink()
    assert done.returncode == 2
    assert "not a URL" not in done.stderr
    assert "ACME_SERVER" in done.stderr


def test_packages_hold_what_runs_and_run_without_the_clone(tmp_path: Path) -> None:
    """One test, since building takes longer than looking, and each worker would build for itself."""
    packages = build_and_install(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    wheel_holds_the_package_and_nothing_else(packages)
    wheel_states_version_licence_and_dependencies(packages)
    packages_have_the_time_of_the_release_and_modes_for_all(packages)
    sdist_holds_both_ways_to_run_but_no_tests(packages, elsewhere)
    installed_command_runs_without_the_clone(packages, elsewhere)
    installed_command_ignores_an_env_beside_it(packages, elsewhere)
