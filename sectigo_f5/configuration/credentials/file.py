"""A file that holds a user name and a password, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from sectigo_f5.configuration.credentials.inline import KEYS, Credentials, password_text, username_text
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, did_you_mean
from sectigo_f5.configuration.setting_readers import RawSetting, Reader, T, text_of
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.configuration.sources.handed_over import located
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change, warn_if_readable_by_others
from sectigo_f5.configuration.sources.yaml_lines import Value, parse
from sectigo_f5.errors import ConfigurationError


def credentials_file(raw: RawSetting) -> Credentials:
    """Read another YAML file, perhaps one that systemd hands over; every mistake in it names that file."""
    text = text_of(raw)
    try:
        file = located(text, raw.findings.file.parent, os.environ)
    except UnreadableFileError as error:
        raise raw.wrong(f"{text} {error}") from error
    try:
        content = read_content(file)
    except UnreadableFileError as error:
        raise raw.wrong(f"{file} {error}") from error
    findings = raw.findings.about(file)
    warn_if_others_may_change(findings)
    credentials = findings.attempt(_credentials_in, content, findings)
    if credentials is None:
        raise InvalidValueError  # noted with the name of that file
    return credentials


def credentials_in(file: Path) -> tuple[Credentials, tuple[str, ...]]:
    """Read a credentials file that the command line names, and the warnings; raises :class:`ConfigurationError`."""
    findings = Findings(file)
    credentials = None
    try:
        credentials = findings.attempt(_credentials_in, read_content(file), findings)
    except UnreadableFileError as error:
        findings.mistake(None, None, str(error))
    warn_if_others_may_change(findings)
    if credentials is None:
        raise ConfigurationError(" | ".join(findings.mistakes))
    return credentials, tuple(findings.warnings)


def _credentials_in(content: bytes, findings: Findings) -> Credentials:
    value = parse(content, findings)
    warn_if_readable_by_others(findings, "a password")
    if value.entries is None:
        text = f"is {value.kind}; write the two lines username: … and password: …"
        raise InvalidValueError(Mistake(value.line, None, text))
    username = findings.attempt(_credential, value, "username", username_text, findings)
    password = findings.attempt(_credential, value, "password", password_text, findings)
    unknown = {key: entry for key, entry in value.entries.items() if key not in KEYS}
    for key, entry in unknown.items():
        findings.mistake(entry.line, key, f"unknown key{did_you_mean(key, KEYS)}")
    if username is None or password is None or unknown:
        raise InvalidValueError
    return Credentials(username, password)


def _credential(value: Value, key: str, read: Reader[T], findings: Findings) -> T:
    entry = (value.entries or {}).get(key)
    if entry is None:
        raise InvalidValueError(Mistake(value.line, key, f"missing; write {key}: and its value"))
    return read(RawSetting(key, entry.value, entry.line, findings))
