"""Every YAML file of the configuration directory, with every mistake of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.configuration import checks
from sectigo_f5.configuration.conflicts import conflicts
from sectigo_f5.configuration.credentials.inline import KEYS
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, quote
from sectigo_f5.configuration.resolution import device_of, job_of
from sectigo_f5.configuration.setting_readers import RawSetting, text_of
from sectigo_f5.configuration.settings import Level, Scope, Section, Table, read_section
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.configuration.sources.directory import is_of_kubernetes, nothing_to_read, yaml_files
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change
from sectigo_f5.configuration.sources.yaml_lines import Value, parse
from sectigo_f5.model import Configuration, Job, Place

VERSION = "v1"
LONGEST_DEVICE_NAME = 200  # characters; files under STATE_DIR are called like it
DEVICE_NAME = "letters, digits, _ . and -, and begin with a letter or digit"
FIRST_LINES = {"devices": "- name: bigip-fra", "certificates": "- common_name: www.example.com"}


@dataclass(frozen=True)
class _File:
    """One YAML file: its jobs count only if it has no mistakes."""

    findings: Findings
    jobs: tuple[Job, ...]


def read_configuration(directory: Path) -> Configuration:
    """Read every ``*.yaml`` and ``*.yml`` file directly in ``directory``, in sorted order; capitals do not matter.

    A file with a mistake is left out as a whole, and so are both files of a conflict; the others count.
    Raises :class:`ConfigurationError` if there is nothing to read.
    """
    paths, passed_over = yaml_files(directory)
    files = [file for path in paths if (file := _read_file(path))]
    if not files:
        raise nothing_to_read(directory, passed_over)
    _note_conflicts_between([file for file in files if not file.findings.mistakes])
    for file in files:
        if file.findings.mistakes:
            file.findings.warning("none of its certificates is managed until its mistakes are fixed")
    return Configuration(
        jobs=tuple(job for file in files if not file.findings.mistakes for job in file.jobs),
        mistakes=tuple(dict.fromkeys(mistake for file in files for mistake in file.findings.mistakes)),
        warnings=tuple(dict.fromkeys([*passed_over, *(text for file in files for text in file.findings.warnings)])),
    )


def _read_file(path: Path) -> _File | None:
    """Read one file; None if it is another program's."""
    findings = Findings(path)
    try:
        content = read_content(path, instead="move it out of this directory")
    except UnreadableFileError as error:
        findings.mistake(None, None, str(error))
        return _File(findings, ())
    if is_of_kubernetes(content):
        return None
    warn_if_others_may_change(findings)
    return _File(findings, findings.attempt(jobs_in, content, findings) or ())


def jobs_in(content: bytes, findings: Findings) -> tuple[Job, ...]:
    """Return the certificates of a file; mistakes are in the findings, or raised as :class:`InvalidValueError`."""
    document = parse(content, findings)
    _check_kind(document)
    top = read_section(document, Level.TOP, ("name", "version", "devices"), findings)
    findings.attempt(_text, document, "name", "shop", findings)
    findings.attempt(_check_version, document, findings)
    jobs = tuple(_jobs_of_devices(document, top, findings))
    for conflict in conflicts(jobs):
        text = f"{conflict.problem} line {conflict.earlier.line}; {conflict.remedy}"
        findings.mistake(conflict.later.line, conflict.key, text)
    return jobs


def _check_kind(document: Value) -> None:
    if document.entries is None:
        text = f"is {document.kind}; a file begins with name:, version: and devices:"
        raise InvalidValueError(Mistake(document.line, None, text))
    if document.entries and set(document.entries) <= set(KEYS):
        text = "is a credentials file; move it to a directory of its own and write credentials_file: credentials/…"
        raise InvalidValueError(Mistake(document.line, None, text))


def _check_version(document: Value, findings: Findings) -> None:
    version = _text(document, "version", VERSION, findings)
    if version != VERSION:
        raise _wrong(document, "version", f"{quote(version)} is not supported; write {VERSION}")


def _text(mapping: Value, key: str, example: str, findings: Findings) -> str:
    entry = (mapping.entries or {}).get(key)
    if entry is None:
        raise _wrong(mapping, key, f"missing; write {key}: {example}")
    return text_of(RawSetting(key, entry.value, entry.line, findings))


def _wrong(mapping: Value, key: str, text: str) -> InvalidValueError:
    """Return the error about a key of a mapping, at its line, or at the line of the mapping if it is missing."""
    entry = (mapping.entries or {}).get(key)
    return InvalidValueError(Mistake(entry.line if entry else mapping.line, key, text))


def _mappings(parent: Value, key: str, findings: Findings) -> list[Value]:
    """Return the items of the list of mappings under ``key``; anything else is a mistake."""
    entry = (parent.entries or {}).get(key)
    example = FIRST_LINES[key]
    if entry is None:
        findings.mistake(parent.line, key, f"missing; write {key}: and a list below it: {example}")
        return []
    if not entry.value.items:
        findings.mistake(entry.line, key, f"must be a list with at least one item; write {example}")
        return []
    for item in entry.value.items:
        if item.entries is None:
            findings.mistake(item.line, key, f"must hold settings, not {item.kind}; write {example}")
    return [item for item in entry.value.items if item.entries is not None]


def _jobs_of_devices(document: Value, top: Section, findings: Findings) -> Iterator[Job]:
    lines: dict[str, int] = {}
    for value in _mappings(document, "devices", findings):
        name = findings.attempt(_device_name, value, lines, findings)
        yield from _jobs_of_device(value, name, top, findings)


def _device_name(value: Value, lines: dict[str, int], findings: Findings) -> str:
    """Read the name of a device; ``lines`` are those of the devices before it."""
    name = _text(value, "name", "bigip-fra", findings)
    if checks.segment_fault(name) or not name[0].isalnum():
        raise _wrong(value, "name", f"{quote(name)} is not valid; use {DEVICE_NAME}")
    if len(name) > LONGEST_DEVICE_NAME:
        raise _wrong(value, "name", f"has {len(name)} characters; write at most {LONGEST_DEVICE_NAME}")
    if name in lines:
        remedy = "give each device a name of its own, and list several certificates of one device under certificates:"
        text = f"{quote(name)} is used twice, first at line {lines[name]}; {remedy}"
        raise InvalidValueError(Mistake(value.line, "name", text))
    lines[name] = value.line
    return name


def _jobs_of_device(value: Value, name: str | None, top: Section, findings: Findings) -> Iterator[Job]:
    """Yield a device's certificates; if the device has a mistake, its certificates are still checked."""
    own = read_section(value, Level.DEVICE, ("name", "certificates"), findings)
    scope = Scope(Place(findings.file, value.line), (own, top))
    device = device_of(name, scope, findings)
    for certificate in _certificates(value, scope, findings):
        if job := job_of(device, certificate, findings):
            yield job


def _certificates(value: Value, device: Scope, findings: Findings) -> Iterator[Scope]:
    """Yield the settings of each certificate of a device: the items of its list, or the device itself."""
    if "certificates" not in (value.entries or {}):
        yield device
        return
    if common_name := device.sections[0].get(Table.common_name):
        text = "cannot be combined with certificates; move this certificate into the list as an item of its own"
        findings.mistake(common_name.line, "common_name", text)
    above = tuple(section.without(Table.common_name) for section in device.sections)
    for item in _mappings(value, "certificates", findings):
        own = read_section(item, Level.CERTIFICATE, (), findings)
        yield Scope(Place(findings.file, item.line), (own, *above))


def _note_conflicts_between(files: Sequence[_File]) -> None:
    """Note each conflict in both files: which of them is meant cannot be determined, so neither is done."""
    findings = {file.findings.file: file.findings for file in files}
    for conflict in conflicts([job for file in files for job in file.jobs]):
        for here, there in ((conflict.later, conflict.earlier), (conflict.earlier, conflict.later)):
            findings[here.file].mistake(here.line, conflict.key, f"{conflict.problem} {there}; {conflict.remedy}")
