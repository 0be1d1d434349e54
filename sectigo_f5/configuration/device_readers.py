"""Readers of the settings of the connection to a BIG-IP: addresses, CA file, credentials."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, did_you_mean
from sectigo_f5.configuration.setting_readers import RawSetting, Reader, T, read_each, text_checked, text_of
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change, warn_if_readable_by_others
from sectigo_f5.configuration.sources.yaml_lines import Value, parse
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.secret import Secret

CREDENTIALS = ("username", "password")


@dataclass(frozen=True)
class Credentials:
    """User name and password of a BIG-IP account."""

    username: str
    password: Secret


def hosts(raw: RawSetting) -> tuple[str, ...]:
    """Read one address, or a list of the units of one HA group."""
    items = raw.items if raw.items is not None else (raw.item(raw.value),)
    if not items:
        raise raw.wrong("is an empty list; write the address of the BIG-IP")
    names = read_each(text_checked(checks.device_host_fault, lower=True), items)
    return tuple(dict.fromkeys(str(ipaddress.ip_address(name)) if checks.is_address(name) else name for name in names))


def verify_tls(raw: RawSetting) -> bool | Path:
    """Read true, false, or a CA file relative to the YAML file."""
    if isinstance(raw.value.data, bool):
        return raw.value.data
    text = text_of(raw)
    file = raw.findings.file.parent / text
    if fault := checks.certificate_file_fault(file):
        hint = " (write true or false without quotes)" if text.lower() in ("true", "false") else ""
        raise raw.wrong(f"{fault}{hint}")
    warn_if_others_may_change(raw.findings.about(file))
    return file.absolute()


def username_text(raw: RawSetting) -> str:
    """Read the name of the BIG-IP account."""
    return _carriable(raw)


def password_text(raw: RawSetting) -> Secret:
    """Read a password; no message ever shows it."""
    return Secret(_carriable(raw, secret=True))


def _carriable(raw: RawSetting, *, secret: bool = False) -> str:
    text = text_of(raw, secret=secret)
    if fault := secret_fault(text):
        raise raw.wrong(fault)
    return text


def inline_password(raw: RawSetting) -> Secret:
    """Read a password that is written in the configuration itself."""
    warn_if_readable_by_others(raw.findings, "a password")
    return password_text(raw)


def credentials_file(raw: RawSetting) -> Credentials:
    """Read the user name and password from another YAML file; every mistake in it names that file."""
    file = raw.findings.file.parent / text_of(raw)
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
    unknown = {key: entry for key, entry in value.entries.items() if key not in CREDENTIALS}
    for key, entry in unknown.items():
        findings.mistake(entry.line, key, f"unknown key{did_you_mean(key, CREDENTIALS)}")
    if username is None or password is None or unknown:
        raise InvalidValueError
    return Credentials(username, password)


def _credential(value: Value, key: str, read: Reader[T], findings: Findings) -> T:
    entry = (value.entries or {}).get(key)
    if entry is None:
        raise InvalidValueError(Mistake(value.line, key, f"missing; write {key}: and its value"))
    return read(RawSetting(key, entry.value, entry.line, findings))
