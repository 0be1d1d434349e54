"""The readers of the settings that say how a BIG-IP is reached: addresses, CA file, credentials."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, did_you_mean
from sectigo_f5.configuration.setting_readers import Reader, T, Written, read_each, text_checked, text_of
from sectigo_f5.configuration.yaml_lines import (
    UnreadableFileError,
    Value,
    parse,
    read_content,
    warn_if_readable_by_others,
)
from sectigo_f5.secret import Secret

CREDENTIALS = ("username", "password")


@dataclass(frozen=True)
class Credentials:
    """User name and password of a BIG-IP account."""

    username: str
    password: Secret


def hosts(written: Written) -> tuple[str, ...]:
    """Read one address, or a list of the units of one HA group."""
    items = written.items if written.items is not None else (written.item(written.value),)
    if not items:
        raise written.wrong("is an empty list; write the address of the BIG-IP")
    found = read_each(text_checked(checks.device_host_fault, lower=True), items)
    return tuple(dict.fromkeys(str(ipaddress.ip_address(h)) if checks.is_address(h) else h for h in found))


def verify_tls(written: Written) -> bool | Path:
    """Read true, false, or a CA file relative to the YAML file."""
    if isinstance(written.value.data, bool):
        return written.value.data
    text = text_of(written)
    file = written.findings.file.parent / text
    if fault := checks.certificate_file_fault(file):
        hint = " (for the words true and false: without quotes)" if text.lower() in ("true", "false") else ""
        raise written.wrong(f"{fault}{hint}")
    return file.absolute()


def username_text(written: Written) -> str:
    """Read the name of the BIG-IP account."""
    return _carriable(written)


def password_text(written: Written) -> Secret:
    """Read a password; no message ever shows it."""
    return Secret(_carriable(written, secret=True))


def _carriable(written: Written, *, secret: bool = False) -> str:
    text = text_of(written, secret=secret)
    if fault := secret_fault(text):
        raise written.wrong(fault)
    return text


def inline_password(written: Written) -> Secret:
    """Read a password that stands in the configuration itself."""
    warn_if_readable_by_others(written.findings, "a password")
    return password_text(written)


def credentials_file(written: Written) -> Credentials:
    """Read the user name and password from another YAML file; every mistake in it names that file."""
    file = written.findings.file.parent / text_of(written)
    if file.is_dir():
        raise written.wrong(f"{file} is a directory; write the file in it")
    try:
        content = read_content(file)
    except UnreadableFileError as error:
        raise written.wrong(f"{file} {error}") from error
    findings = written.findings.about(file)
    credentials = findings.attempt(_credentials_in, content, findings)
    if credentials is None:
        raise InvalidValueError  # noted under the name of that file
    return credentials


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
    return read(Written(key, entry.value, entry.line, findings))
