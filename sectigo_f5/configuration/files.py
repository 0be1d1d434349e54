"""The configuration: every YAML file of the directory, with every mistake of all of them.

What the command line needs of it is here; ``settings.py`` is the table of YAML keys,
``environment.py`` the ``env`` file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.configuration import checks
from sectigo_f5.configuration.conflicts import conflicts
from sectigo_f5.configuration.environment import find_env_file, read_settings
from sectigo_f5.configuration.findings import Findings, shown
from sectigo_f5.configuration.resolution import Scope, device_of, job_of, read_settings_of
from sectigo_f5.configuration.selection import select
from sectigo_f5.configuration.setting_readers import INVALID, Written, text_of
from sectigo_f5.configuration.settings import Level
from sectigo_f5.configuration.yaml_lines import Value, read_yaml
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Configuration, Device, Job, Place

__all__ = ["find_env_file", "read_configuration", "read_settings", "select"]

VERSION = "v1"
SUFFIXES = (".yaml", ".yml")
DEVICE_NAME = r"letters, digits, _ . and -, and begin with a letter or digit"


@dataclass(frozen=True)
class _File:
    """One YAML file as read: its jobs count only when it has no mistakes."""

    findings: Findings
    jobs: tuple[Job, ...]


def read_configuration(directory: Path) -> Configuration:
    """Read every ``*.yaml`` and ``*.yml`` file directly in ``directory``, in sorted order.

    A file with a mistake is left out whole, and so are both files of a conflict; the others stand.
    Raises :class:`ConfigurationError` when there is nothing to read.
    """
    files = [_read_file(path) for path in _yaml_files(directory)]
    _note_conflicts_between([file for file in files if not file.findings.mistakes])
    for file in files:
        if file.findings.mistakes:
            file.findings.warning("none of its certificates is looked after until its mistakes are put right")
    return Configuration(
        jobs=tuple(job for file in files if not file.findings.mistakes for job in file.jobs),
        mistakes=tuple(dict.fromkeys(mistake for file in files for mistake in file.findings.mistakes)),
        warnings=tuple(dict.fromkeys(warning for file in files for warning in file.findings.warnings)),
    )


def _yaml_files(directory: Path) -> list[Path]:
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        text = f"{directory}: cannot be read ({error.strerror}); create it, run as root, or name another: --config-dir"
        raise ConfigurationError(text) from error
    found = [path for path in paths if path.suffix in SUFFIXES and not path.name.startswith(".")]
    if not found:
        raise ConfigurationError(
            f"{directory}: holds no *.yaml or *.yml file; write one, or name another: --config-dir"
        )
    return found


def _read_file(path: Path) -> _File:
    findings = Findings(path)
    document = read_yaml(findings)
    if document is None:
        return _File(findings, ())
    if document.entries is None:
        findings.mistake(document.line, None, f"is {document.kind}; a file begins with name:, version: and devices:")
        return _File(findings, ())
    if document.entries and set(document.entries) <= {"username", "password"}:
        text = "is a credentials file; move it to a directory of its own, e.g. credentials/, and name it there"
        findings.mistake(document.line, None, text)
        return _File(findings, ())
    top = read_settings_of(document, ("name", "version", "devices"), None, findings)
    _text(document, "name", "shop", findings)
    _check_version(document, findings)
    jobs = tuple(_jobs_of_devices(document, (top,), findings))
    for found in conflicts(jobs):
        findings.mistake(found.later.line, found.key, f"{found.what} line {found.earlier.line}; {found.remedy}")
    return _File(findings, jobs)


def _text(mapping: Value, key: str, example: str, findings: Findings) -> str | None:
    entry = (mapping.entries or {}).get(key)
    if entry is None:
        findings.mistake(mapping.line, key, f"missing; write {key}: {example}")
        return None
    text = text_of(Written(key, entry.value, entry.line, findings))
    return None if text is INVALID else str(text)


def _check_version(document: Value, findings: Findings) -> None:
    version = _text(document, "version", VERSION, findings)
    if version is not None and version != VERSION:
        line = (document.entries or {})["version"].line
        findings.mistake(line, "version", f"{shown(version)} is not supported; write {VERSION}")


def _mappings(parent: Value, key: str, findings: Findings) -> list[Value]:
    """Return the items of the list of mappings under ``key``; what is none of them is a mistake."""
    entry = (parent.entries or {}).get(key)
    example = "- name: bigip-fra" if key == "devices" else "- common_name: www.example.com"
    if entry is None:
        findings.mistake(parent.line, key, f"missing; write {key}: and below it a list: {example}")
        return []
    if not entry.value.items:
        findings.mistake(entry.line, key, f"is no list or an empty one; write one item for each of them: {example}")
        return []
    for item in entry.value.items:
        if item.entries is None:
            findings.mistake(item.line, key, f"holds {item.kind} where settings are expected; write {example}")
    return [item for item in entry.value.items if item.entries is not None]


def _jobs_of_devices(document: Value, scope: Scope, findings: Findings) -> Iterator[Job]:
    lines: dict[str, int] = {}
    for value in _mappings(document, "devices", findings):
        name = _device_name(value, findings)
        if name in lines:
            text = f"{shown(name)} stands twice, first in line {lines[name]}; give each device a name of its own, and "
            findings.mistake(value.line, "name", f"{text}several certificates of one device go under certificates:")
            name = None
        elif name is not None:
            lines[name] = value.line
        yield from _jobs_of_device(value, name, scope, findings)


def _device_name(value: Value, findings: Findings) -> str | None:
    name = _text(value, "name", "bigip-fra", findings)
    if name is not None and (checks.segment_fault(name) or not name[0].isalnum()):
        line = (value.entries or {})["name"].line
        findings.mistake(line, "name", f"{shown(name)} is not possible; use {DEVICE_NAME}")
        return None
    return name


def _jobs_of_device(value: Value, name: str | None, above: Scope, findings: Findings) -> Iterator[Job]:
    """Yield a device's certificates; those of a device that is wrong are checked all the same."""
    own = read_settings_of(value, ("name", "certificates"), Level.DEVICE, findings)
    scope = (own, *above)
    place = Place(findings.file, value.line)
    device = device_of(name or "", scope, place, findings)
    device = device if name else None
    for job in _jobs_on(value, device, scope, findings):
        if job:
            yield job


def _jobs_on(value: Value, device: Device | None, scope: Scope, findings: Findings) -> Iterator[Job | None]:
    if "certificates" not in (value.entries or {}):
        yield job_of(device, scope, Place(findings.file, value.line), findings)
        return
    if "common_name" in scope[0]:
        text = "stands beside certificates; move this certificate into the list as an item of its own"
        findings.mistake(scope[0]["common_name"].line, "common_name", text)
    above = tuple({key: given for key, given in level.items() if key != "common_name"} for level in scope)
    for item in _mappings(value, "certificates", findings):
        settings = read_settings_of(item, (), Level.CERTIFICATE, findings)
        yield job_of(device, (settings, *above), Place(findings.file, item.line), findings)


def _note_conflicts_between(files: Sequence[_File]) -> None:
    """Note each conflict in both files: which of them is meant cannot be known, so neither is done."""
    findings = {file.findings.file: file.findings for file in files}
    for found in conflicts([job for file in files for job in file.jobs]):
        for here, there in ((found.later, found.earlier), (found.earlier, found.later)):
            findings[here.file].mistake(here.line, found.key, f"{found.what} {there}; {found.remedy}")
