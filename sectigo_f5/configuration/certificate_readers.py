"""The readers of the settings that say what a certificate is: virtual servers, profile, plugin, keys."""

from __future__ import annotations

import re

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import alternatives, shown
from sectigo_f5.configuration.setting_readers import Written, list_of, read_each, text_checked
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, KeySpec

KEY_SIZES = {"rsa": ("2048", "3072", "4096"), "ecdsa": ("secp256r1", "secp384r1")}
DEFAULT_SIZE = {"rsa": "2048", "ecdsa": "secp256r1"}


def virtual_servers(written: Written) -> tuple[str, ...]:
    """Read a list of names and full paths, or the word ``all``."""
    if written.value.is_scalar and written.value.text == ALL_VIRTUAL_SERVERS:
        return (ALL_VIRTUAL_SERVERS,)
    found = list_of(checks.object_fault)(written)
    if ALL_VIRTUAL_SERVERS in found:
        raise written.wrong("holds the word all in a list; write virtual_servers: all, or the full path /Common/all")
    return found


def parent_profile(written: Written) -> str:
    """Read a profile; a bare name is in ``/Common``, where the stock profiles are."""
    name = text_checked(checks.object_fault)(written)
    return name if name.startswith("/") else f"/Common/{name}"


def plugin_options(written: Written) -> dict[str, str]:
    """Read a plugin's options as text, the way Certbot's configuration file takes them."""
    entries = written.value.entries
    if entries is None:
        raise written.wrong(f"is {written.value.kind} where a mapping is expected; write option: value lines below it")
    options = [
        (name, Written(written.key, entry.value, entry.line, written.findings)) for name, entry in entries.items()
    ]
    return dict(read_each(_plugin_option, options))


def _plugin_option(option: tuple[str, Written]) -> tuple[str, str]:
    """Read one option as text; its value may be a secret and is never shown."""
    name, written = option
    value = written.value
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
        raise written.wrong(f"{shown(name)} is no option of a Certbot plugin; write small letters, digits and -")
    if not value.is_scalar:
        raise written.wrong(f"{name} is {value.kind}; write one value")
    if fault := secret_fault(value.text):
        raise written.wrong(f"{name} {fault}")
    return name, value.text


def keys(written: Written) -> tuple[KeySpec, ...]:
    """Read one key, or one RSA and one ECDSA key for the same names, RSA first."""
    if not written.items:
        raise written.wrong("is no list of keys; write [{type: rsa, size: 2048}, {type: ecdsa, size: secp256r1}]")
    found = read_each(_key, written.items)
    if len({key.type for key in found}) < len(found):
        raise written.wrong("holds two keys of one type; write at most one rsa and one ecdsa")
    return tuple(sorted(found, key=lambda key: key.type, reverse=True))


def _key(item: Written) -> KeySpec:
    entries = item.value.entries
    if entries is None or "type" not in entries:
        raise item.wrong("holds a key without a type; write {type: rsa, size: 2048}")
    unknown = next((key for key in entries if key not in ("type", "size")), None)
    if unknown is not None:
        raise item.wrong(f"{shown(unknown)} is unknown; a key has a type and a size")
    key_type = entries["type"].value.text
    if key_type not in KEY_SIZES:
        raise item.wrong(f"type {shown(key_type)} is not possible; write {alternatives(KEY_SIZES)}")
    size = entries["size"].value.text if "size" in entries else DEFAULT_SIZE[key_type]
    if size not in KEY_SIZES[key_type]:
        sizes = alternatives(KEY_SIZES[key_type])
        raise item.wrong(f"size {shown(size)} is not possible for {key_type}; write {sizes}")
    return KeySpec(key_type, size)
