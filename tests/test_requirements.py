"""The lock files agree with pyproject.toml and with each other; every locked package has its licence in the docs."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomli.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {  # and the groups and extras that each holds beside the connector's dependencies
    "requirements.txt": (),
    "requirements-demo.txt": ("demo",),
    "requirements-notify.txt": ("notify",),
    "requirements-dev.txt": ("dev", "notify"),
}
UV_LOCK = "requirements-uv.txt"  # of the program that writes the others: an environment of its own
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(file: str) -> list[tuple[Requirement, list[str]]]:
    """Return what a lock file pins, each with the words that follow it."""
    lines = [line for line in (ROOT / file).read_text().splitlines() if not line.lstrip().startswith("#")]
    logical = "\n".join(lines).replace("\\\n", " ").splitlines()
    found = [re.match(r"(.*?)((?:\s+--\S+)*)\s*$", line) for line in logical if line.strip()]
    return [(Requirement(match[1]), match[2].split()) for match in found if match]


def pins(file: str, python: str) -> dict[str, Version]:
    """Return the version of each package that a Linux host with this Python gets."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found: dict[str, Version] = {}
    for requirement, _ in locked(file):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{file} pins {name} twice for {python}"
            (specifier,) = requirement.specifier
            found[name] = Version(specifier.version)
    return found


def declared(groups: tuple[str, ...]) -> Iterator[Requirement]:
    """Yield what pyproject.toml declares: the dependencies of the connector, and those of groups and extras."""
    yield from map(Requirement, PROJECT["project"]["dependencies"])
    extras = PROJECT["project"]["optional-dependencies"]
    for group in groups:
        yield from map(Requirement, extras[group]) if group in extras else _members(group)


def _members(group: str) -> Iterator[Requirement]:
    for member in PROJECT["dependency-groups"][group]:
        if isinstance(member, str):
            yield Requirement(member)
        else:
            yield from _members(member["include-group"])


@pytest.mark.parametrize("file", [*LOCKS, UV_LOCK])
def test_every_package_is_pinned_with_hashes(file: str) -> None:
    assert len(locked(file)) == 1 if file == UV_LOCK else len(locked(file)) > 20
    for requirement, words in locked(file):
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), f"{file}: {requirement} is not one version"
        assert requirement.url is None, f"{file}: {requirement}"
        assert words, f"{file}: {requirement} has no hash"
        assert [word for word in words if not HASH.fullmatch(word)] == [], f"{file}: {requirement}"


@pytest.mark.parametrize("file", [*LOCKS, UV_LOCK])
def test_locks_name_no_package_index(file: str) -> None:
    assert re.findall(r"https?:|^\s*-(?!-hash)", (ROOT / file).read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("file", "groups"), LOCKS.items())
def test_locks_satisfy_what_pyproject_declares(file: str, groups: tuple[str, ...], python: str) -> None:
    found = pins(file, python)
    for requirement in declared(groups):
        if requirement.marker is not None and not requirement.marker.evaluate({"python_version": python}):
            continue
        version = found.get(canonicalize_name(requirement.name))
        assert version is not None, f"{file} lacks {requirement}: script/lock --none"
        assert version in requirement.specifier, f"{file} has {version}, not {requirement}: script/lock --none"


@pytest.mark.parametrize(("file", "groups"), LOCKS.items())
def test_locks_hold_nothing_that_is_no_longer_declared(file: str, groups: tuple[str, ...]) -> None:
    """A package says `via pyproject.toml` exactly if it is declared there."""
    direct = set()
    for name, text in re.findall(r"^([\w.-]+)==[^\n]*\n((?: +[^\n]*\n)+)", (ROOT / file).read_text(), re.MULTILINE):
        assert "# via" in text, f"{file}: nothing says why {name} is there"
        if "pyproject.toml" in text:
            direct.add(canonicalize_name(name))
    assert direct == {canonicalize_name(requirement.name) for requirement in declared(groups)}, "script/lock --none"


@pytest.mark.parametrize("python", PYTHONS)
def test_larger_locks_hold_the_smaller_ones_whole(python: str) -> None:
    runtime, demo, notify, development = (pins(file, python) for file in LOCKS)
    assert runtime.items() <= demo.items() <= development.items()
    assert runtime.items() <= notify.items() <= development.items()


def test_the_installed_packages_are_the_locked_ones() -> None:
    """Run in an environment of script/test: whoever raises a pin tests what is pinned."""
    found = pins("requirements-dev.txt", f"{sys.version_info[0]}.{sys.version_info[1]}")
    installed = {name: importlib.metadata.version(name) for name in found}
    assert {name: version for name, version in installed.items() if Version(version) != found[name]} == {}


def test_supported_versions_of_python_agree() -> None:
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [python for python in ("3.9", *PYTHONS) if python in supported] == list(PYTHONS)
    classifiers = PROJECT["project"]["classifiers"]
    assert tuple(re.findall(r"Python :: (3\.\d+)", "\n".join(classifiers))) == PYTHONS
    assert f'python_version = "{PYTHONS[0]}"' in (ROOT / "pyproject.toml").read_text()
    searched = re.findall(r"^SUPPORTED=\((.*)\)", (ROOT / "script" / "environment.sh").read_text(), re.MULTILINE)
    assert [line.split() for line in searched] == [list(reversed(PYTHONS))]


# -- licences ----------------------------------------------------------------------------------


def test_every_pinned_package_has_its_licence_in_the_docs() -> None:
    table = dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE))
    del table["package"]
    files = ("requirements-demo.txt", "requirements-notify.txt")
    assert set(table) == {canonicalize_name(requirement.name) for file in files for requirement, _ in locked(file)}
    for name, licence in table.items():
        if any(name in pins(file, PYTHONS[0]) for file in files):
            stated = importlib.metadata.metadata(name).json.get("license_expression")
            assert stated in (None, licence), f"{name}: docs/licences.md says {licence}, the package {stated}"


def test_the_gpl_package_is_not_a_dependency_of_the_connector() -> None:
    assert "acme2certifier" not in pins("requirements.txt", PYTHONS[0])
    importing = re.compile(r"^\s*(?:import|from) acme2certifier", re.MULTILINE)
    files = [*(ROOT / "sectigo_f5").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "script").rglob("*.py")]
    named = [file.relative_to(ROOT).as_posix() for file in files if importing.search(file.read_text())]
    assert named == ["tests/support/acme2certifier_server.py"]  # a program of its own
