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
from sectigo_f5.configuration.device_readers import CREDENTIALS
from sectigo_f5.configuration.environment import find_env_file, read_settings
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, shown
from sectigo_f5.configuration.resolution import device_of, job_of
from sectigo_f5.configuration.selection import select
from sectigo_f5.configuration.setting_readers import Written, text_of
from sectigo_f5.configuration.settings import Level, Scope, Settings, Table, read_settings_of
from sectigo_f5.configuration.yaml_lines import UnreadableFileError, Value, parse, read_content
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Configuration, Job, Place

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
    try:
        content = read_content(path)
    except UnreadableFileError as error:
        findings.mistake(None, None, str(error))
        return _File(findings, ())
    return _File(findings, findings.attempt(_jobs_of_file, content, findings) or ())


def _jobs_of_file(content: bytes, findings: Findings) -> tuple[Job, ...]:
    document = parse(content, findings)
    _check_kind(document)
    top = read_settings_of(document, ("name", "version", "devices"), None, findings)
    findings.attempt(_text, document, "name", "shop", findings)
    findings.attempt(_check_version, document, findings)
    jobs = tuple(_jobs_of_devices(document, top, findings))
    for found in conflicts(jobs):
        findings.mistake(found.later.line, found.key, f"{found.what} line {found.earlier.line}; {found.remedy}")
    return jobs


def _check_kind(document: Value) -> None:
    if document.entries is None:
        text = f"is {document.kind}; a file begins with name:, version: and devices:"
        raise InvalidValueError(Mistake(document.line, None, text))
    if document.entries and set(document.entries) <= set(CREDENTIALS):
        text = "is a credentials file; move it to a directory of its own, e.g. credentials/, and name it there"
        raise InvalidValueError(Mistake(document.line, None, text))


def _check_version(document: Value, findings: Findings) -> None:
    version = _text(document, "version", VERSION, findings)
    if version != VERSION:
        raise _wrong(document, "version", f"{shown(version)} is not supported; write {VERSION}")


def _text(mapping: Value, key: str, example: str, findings: Findings) -> str:
    entry = (mapping.entries or {}).get(key)
    if entry is None:
        raise _wrong(mapping, key, f"missing; write {key}: {example}")
    return text_of(Written(key, entry.value, entry.line, findings))


def _wrong(mapping: Value, key: str, text: str) -> InvalidValueError:
    """Return the error about a key of a mapping, at its line, or at the line of the mapping if it is missing."""
    entry = (mapping.entries or {}).get(key)
    return InvalidValueError(Mistake(entry.line if entry else mapping.line, key, text))


def _mappings(parent: Value, key: str, findings: Findings) -> list[Value]:
    """Return the items of the list of mappings under ``key``; anything else is a mistake."""
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


def _jobs_of_devices(document: Value, top: Settings, findings: Findings) -> Iterator[Job]:
    lines: dict[str, int] = {}
    for value in _mappings(document, "devices", findings):
        name = findings.attempt(_device_name, value, lines, findings)
        yield from _jobs_of_device(value, name, top, findings)


def _device_name(value: Value, lines: dict[str, int], findings: Findings) -> str:
    """Read the name of a device; ``lines`` are those of the devices before it."""
    name = _text(value, "name", "bigip-fra", findings)
    if checks.segment_fault(name) or not name[0].isalnum():
        raise _wrong(value, "name", f"{shown(name)} is not possible; use {DEVICE_NAME}")
    if name in lines:
        text = f"{shown(name)} stands twice, first in line {lines[name]}; give each device a name of its own, and "
        text += "several certificates of one device go under certificates:"
        raise InvalidValueError(Mistake(value.line, "name", text))
    lines[name] = value.line
    return name


def _jobs_of_device(value: Value, name: str | None, top: Settings, findings: Findings) -> Iterator[Job]:
    """Yield a device's certificates; those of a device that is wrong are checked all the same."""
    own = read_settings_of(value, ("name", "certificates"), Level.DEVICE, findings)
    scope = Scope(Place(findings.file, value.line), (own, top))
    device = device_of(name, scope, findings)
    for each in _certificates(value, scope, findings):
        if job := job_of(device, each, findings):
            yield job


def _certificates(value: Value, device: Scope, findings: Findings) -> Iterator[Scope]:
    """Yield the settings of each certificate of a device: the items of its list, or the device itself."""
    if "certificates" not in (value.entries or {}):
        yield device
        return
    if common_name := device.levels[0].get(Table.common_name):
        text = "stands beside certificates; move this certificate into the list as an item of its own"
        findings.mistake(common_name.line, "common_name", text)
    above = tuple(level.without(Table.common_name) for level in device.levels)
    for item in _mappings(value, "certificates", findings):
        own = read_settings_of(item, (), Level.CERTIFICATE, findings)
        yield Scope(Place(findings.file, item.line), (own, *above))


def _note_conflicts_between(files: Sequence[_File]) -> None:
    """Note each conflict in both files: which of them is meant cannot be known, so neither is done."""
    findings = {file.findings.file: file.findings for file in files}
    for found in conflicts([job for file in files for job in file.jobs]):
        for here, there in ((found.later, found.earlier), (found.earlier, found.later)):
            findings[here.file].mistake(here.line, found.key, f"{found.what} {there}; {found.remedy}")
