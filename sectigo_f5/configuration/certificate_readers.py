"""Readers of the settings of a certificate: virtual servers, parent profile, options of a plugin, keys."""

from __future__ import annotations

import re

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import alternatives, quote
from sectigo_f5.configuration.setting_readers import RawSetting, list_of, read_each, text_checked, text_of
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, KeySpec

KEY_SIZES = {"rsa": ("2048", "3072", "4096"), "ecdsa": ("secp256r1", "secp384r1")}
DEFAULT_SIZE = {"rsa": "2048", "ecdsa": "secp256r1"}


def virtual_servers(raw: RawSetting) -> tuple[str, ...]:
    """Read a list of names and full paths, or the word ``all``."""
    if raw.value.is_scalar and raw.value.text == ALL_VIRTUAL_SERVERS:
        return (ALL_VIRTUAL_SERVERS,)
    names = list_of(checks.object_fault)(raw)
    if ALL_VIRTUAL_SERVERS in names:
        raise raw.wrong("contains the word all; write virtual_servers: all, or the full path /Common/all")
    return names


def parent_profile(raw: RawSetting) -> str:
    """Read a profile; a bare name is in ``/Common``, where the stock profiles are."""
    return _in_common(text_checked(checks.object_fault)(raw))


def replace_profiles(raw: RawSetting) -> tuple[str, ...]:
    """Read a list of profiles; bare names are in ``/Common``."""
    return tuple(dict.fromkeys(map(_in_common, list_of(checks.object_fault)(raw))))


def _in_common(name: str) -> str:
    return name if name.startswith("/") else f"/Common/{name}"


def remark(raw: RawSetting) -> str:
    """Read a line for people; a folded text of YAML ends with a line break, which is not part of it."""
    text = text_of(raw).strip()
    if fault := checks.remark_fault(text):
        raise raw.wrong(fault)
    return text


def plugin_options(raw: RawSetting) -> dict[str, str]:
    """Read a plugin's options as text, the way Certbot's configuration file takes them."""
    entries = raw.value.entries
    if entries is None:
        raise raw.wrong(f"must be a mapping, not {raw.value.kind}; write option: value lines below it")
    options = [(name, RawSetting(raw.key, entry.value, entry.line, raw.findings)) for name, entry in entries.items()]
    return dict(read_each(_plugin_option, options))


def _plugin_option(option: tuple[str, RawSetting]) -> tuple[str, str]:
    """Read one option as text; its value may be a secret and is never shown."""
    name, raw = option
    value = raw.value
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
        raise raw.wrong(f"{quote(name)} is not an option of a Certbot plugin; use lower-case letters, digits and -")
    if not value.is_scalar:
        raise raw.wrong(f"{name} is {value.kind}; write one value")
    if fault := secret_fault(value.text):
        raise raw.wrong(f"{name} {fault}")
    return name, value.text


def keys(raw: RawSetting) -> tuple[KeySpec, ...]:
    """Read one key, or one RSA and one ECDSA key for the same names, RSA first."""
    if not raw.items:
        raise raw.wrong("must be a list of keys; write [{type: rsa, size: 2048}, {type: ecdsa, size: secp256r1}]")
    specs = read_each(_key, raw.items)
    if len({spec.type for spec in specs}) < len(specs):
        raise raw.wrong("contains two keys of one type; write at most one rsa and one ecdsa")
    return tuple(sorted(specs, key=lambda spec: spec.type, reverse=True))


def _key(item: RawSetting) -> KeySpec:
    entries = item.value.entries
    if entries is None or "type" not in entries:
        raise item.wrong("contains a key without a type; write {type: rsa, size: 2048}")
    unknown = next((key for key in entries if key not in ("type", "size")), None)
    if unknown is not None:
        raise item.wrong(f"{quote(unknown)} is unknown; a key has a type and a size")
    key_type = entries["type"].value.text
    if key_type not in KEY_SIZES:
        raise item.wrong(f"type {quote(key_type)} is not valid; write {alternatives(KEY_SIZES)}")
    size = entries["size"].value.text if "size" in entries else DEFAULT_SIZE[key_type]
    if size not in KEY_SIZES[key_type]:
        sizes = alternatives(KEY_SIZES[key_type])
        raise item.wrong(f"size {quote(size)} is not valid for {key_type}; write {sizes}")
    return KeySpec(key_type, size)
