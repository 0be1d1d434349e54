"""The readers that one setting each needs: addresses, credentials, CA file, virtual servers, keys."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import Findings, alternatives, did_you_mean, shown
from sectigo_f5.configuration.setting_readers import INVALID, Reader, Written, list_of, text_checked, text_of
from sectigo_f5.configuration.yaml_lines import Entry, Value, read_yaml, warn_if_readable_by_others
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, KeySpec
from sectigo_f5.secret import Secret

KEY_SIZES = {"rsa": ("2048", "3072", "4096"), "ecdsa": ("secp256r1", "secp384r1")}
DEFAULT_SIZE = {"rsa": "2048", "ecdsa": "secp256r1"}


@dataclass(frozen=True)
class Credentials:
    """User name and password of a BIG-IP account."""

    username: str
    password: Secret


def _carriable(written: Written, *, secret: bool = False) -> Any:
    text = text_of(written, secret=secret)
    if text is INVALID:
        return INVALID
    fault = secret_fault(text)
    return written.wrong(fault) if fault else text


def username_text(written: Written) -> Any:
    """Read the name of the BIG-IP account."""
    return _carriable(written)


def password_text(written: Written) -> Any:
    """Read a password; no message ever shows it."""
    text = _carriable(written, secret=True)
    return INVALID if text is INVALID else Secret(text)


def inline_password(written: Written) -> Any:
    """Read a password that stands in the configuration itself."""
    warn_if_readable_by_others(written.findings, "a password")
    return password_text(written)


def hosts(written: Written) -> Any:
    """Read one address, or a list of the units of one HA group."""
    items = written.value.items if written.value.items is not None else (written.value,)
    if not items:
        return written.wrong("is an empty list; write the address of the BIG-IP")
    read: Any = text_checked(checks.device_host_fault, lower=True)
    found = [read(written, item) for item in items]
    if INVALID in found:
        return INVALID
    return tuple(dict.fromkeys(str(ipaddress.ip_address(h)) if checks.is_address(h) else h for h in found))


def verify_tls(written: Written) -> Any:
    """Read true, false, or a CA file relative to the YAML file."""
    if isinstance(written.value.data, bool):
        return written.value.data
    text = text_of(written)
    if text is INVALID:
        return INVALID
    file = written.findings.file.parent / text
    fault = checks.certificate_file_fault(file)
    hint = " (for the words true and false: without quotes)" if text.lower() in ("true", "false") else ""
    return written.wrong(f"{fault}{hint}") if fault else file.absolute()


def credentials_file(written: Written) -> Any:
    """Read the user name and password from another YAML file; every mistake in it names that file."""
    text = text_of(written)
    if text is INVALID:
        return INVALID
    file = written.findings.file.parent / text
    if file.is_dir():
        return written.wrong(f"{file} is a directory; write the file in it")
    findings = written.findings.about(file)
    value = read_yaml(findings, lambda fault: written.wrong(f"{file} {fault}"))
    if value is None:
        return INVALID
    warn_if_readable_by_others(findings, "a password")
    if value.entries is None:
        findings.mistake(value.line, None, f"is {value.kind}; write the two lines username: … and password: …")
        return INVALID
    username = _credential(value, "username", username_text, findings)
    password = _credential(value, "password", password_text, findings)
    for key, entry in value.entries.items():
        if key not in ("username", "password"):
            findings.mistake(entry.line, key, f"unknown key{did_you_mean(key, ('username', 'password'))}")
            username = INVALID
    return INVALID if INVALID in (username, password) else Credentials(username, password)


def _credential(value: Value, key: str, read: Reader, findings: Findings) -> Any:
    entry: Entry | None = (value.entries or {}).get(key)
    if entry is None:
        findings.mistake(value.line, key, f"missing; write {key}: and its value")
        return INVALID
    return read(Written(key, entry.value, entry.line, findings))


def virtual_servers(written: Written) -> Any:
    """Read a list of names and full paths, or the word ``all``."""
    if written.value.is_scalar and written.value.text == ALL_VIRTUAL_SERVERS:
        return (ALL_VIRTUAL_SERVERS,)
    found = list_of(checks.object_fault)(written)
    if found is not INVALID and ALL_VIRTUAL_SERVERS in found:
        return written.wrong("holds the word all in a list; write virtual_servers: all, or the full path /Common/all")
    return found


def parent_profile(written: Written) -> Any:
    """Read a profile; a bare name is in ``/Common``, where the stock profiles are."""
    name = text_checked(checks.object_fault)(written)
    return name if name is INVALID or name.startswith("/") else f"/Common/{name}"


def plugin_fault(name: str) -> str | None:
    """Check the name of a Certbot authenticator plugin."""
    if re.fullmatch("[a-z0-9][a-z0-9_-]*", name):
        return None
    return f"{shown(name)} is no Certbot plugin; write its name as certbot plugins shows it: dns-route53"


def plugin_options(written: Written) -> Any:
    """Read a plugin's options to text, as Certbot's configuration file takes them."""
    entries = written.value.entries
    if entries is None:
        return written.wrong(f"is {written.value.kind} where a mapping is expected; write option: value lines below it")
    options = {key: _plugin_option(written, key, entry) for key, entry in entries.items()}
    return INVALID if INVALID in options.values() else options


def _plugin_option(written: Written, option: str, entry: Entry) -> Any:
    """Read one option as text; its value may be a secret and is never shown."""
    at = Value(entry.line, None)
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", option):
        return written.wrong(f"{shown(option)} is no option of a Certbot plugin; write small letters, digits and -", at)
    if not entry.value.is_scalar:
        return written.wrong(f"{option} is {entry.value.kind}; write one value", at)
    fault = secret_fault(entry.value.text)
    return written.wrong(f"{option} {fault}", at) if fault else entry.value.text


def keys(written: Written) -> Any:
    """Read one key, or one RSA and one ECDSA key for the same names, RSA first."""
    items = written.value.items
    if not items:
        return written.wrong("is no list of keys; write [{type: rsa, size: 2048}, {type: ecdsa, size: secp256r1}]")
    found = [_key(written, item) for item in items]
    if INVALID in found:
        return INVALID
    if len({key.type for key in found}) < len(found):
        return written.wrong("holds two keys of one type; write at most one rsa and one ecdsa")
    return tuple(sorted(found, key=lambda key: key.type, reverse=True))


def _key(written: Written, item: Value) -> Any:
    entries = item.entries
    if entries is None or "type" not in entries:
        return written.wrong("holds a key without a type; write {type: rsa, size: 2048}", item)
    unknown = next((key for key in entries if key not in ("type", "size")), None)
    if unknown is not None:
        return written.wrong(f"{shown(unknown)} is unknown; a key has a type and a size", item)
    key_type = entries["type"].value.text
    if key_type not in KEY_SIZES:
        return written.wrong(f"type {shown(key_type)} is not possible; write {alternatives(KEY_SIZES)}", item)
    size = entries["size"].value.text if "size" in entries else DEFAULT_SIZE[key_type]
    if size not in KEY_SIZES[key_type]:
        sizes = alternatives(KEY_SIZES[key_type])
        return written.wrong(f"size {shown(size)} is not possible for {key_type}; write {sizes}", item)
    return KeySpec(key_type, size)
