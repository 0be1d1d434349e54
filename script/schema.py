#!/usr/bin/env python3
"""Write ``config/schema.json``, by which editors complete and check the YAML files.

Keys, levels and defaults are those of the table of settings, descriptions those of ``docs/configuration.md``; what a
value may look like is said here. Whatever the reader accepts, the schema accepts, as far as an editor's YAML 1.2 and
ours agree; what is wrong only together with other settings, or on the BIG-IP, ``check`` alone finds.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sectigo_f5.configuration.certificate_readers import KEY_SIZES  # noqa: E402  # the path comes first
from sectigo_f5.configuration.checks import LONGEST_PATH, LONGEST_REMARK  # noqa: E402
from sectigo_f5.configuration.files import LONGEST_DEVICE_NAME, VERSION  # noqa: E402
from sectigo_f5.configuration.settings import LONGEST_LIFETIME, REQUIRED, SETTINGS, Level  # noqa: E402

FILE = ROOT / "config" / "schema.json"

Schema = dict[str, Any]

END = r"$(?!\n)"  # where a pattern ends, also in a language whose $ is before a last line break
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
LAST_LABEL = f"(?![0-9]+$){LABEL}"
SEGMENT = r"(?!\.+$)[A-Za-z0-9_.][A-Za-z0-9_.-]*"
OBJECT_SEGMENT = r"(?!\.+(?:/|$))[A-Za-z0-9_.:%-](?:[A-Za-z0-9_.:% -]*[A-Za-z0-9_.:%-])?"
OBJECT = rf"^(?:{OBJECT_SEGMENT}|(?:/{OBJECT_SEGMENT}){{2,}}){END}"
IPV6 = r"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$"
YAML_1_1 = [word for each in ("yes", "no", "on", "off") for word in (each, each.title(), each.upper())]


def text(pattern: str, **more: Any) -> Schema:
    """Return the schema of a text."""
    return {"type": "string", "pattern": pattern, **more}


def words(*allowed: str) -> Schema:
    """Return the schema of one of several words; one that is a number may be written as such."""
    return {"enum": [*(int(word) for word in allowed if word.isdigit()), *allowed]}


def either(*schemas: Schema) -> Schema:
    """Return a schema that any of these satisfies."""
    return {"anyOf": list(schemas)}


def list_of(item: Schema, **more: Any) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item, **more}


def key_of(kind: str) -> Schema:
    """Return the schema of an item of ``keys``."""
    properties = {"type": {"const": kind}, "size": words(*KEY_SIZES[kind])}
    return {"type": "object", "properties": properties, "required": ["type"], "additionalProperties": False}


NOT_EMPTY = text(r"\S")
TRUTH = either({"type": "boolean"}, {"enum": YAML_1_1})
HOST_NAME = text(rf"^(?:{LABEL}\.)*{LAST_LABEL}{END}", maxLength=253)
HOST = either(HOST_NAME, text(IPV6), text(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"))
CERTIFICATE_NAME = text(rf"^(?:\*\.)?(?:{LABEL}\.)+{LAST_LABEL}{END}", maxLength=255)
OBJECT_NAME = text(OBJECT, maxLength=LONGEST_PATH)
SECRET = text(r"""^(?!--$)(?!\[.*\]$)(?!.*["']\s+[#;])[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$""")
REMARK = text(rf"^\s*(?=\S)[^\x00-\x1f\x7f]{{1,{LONGEST_REMARK}}}\s*{END}")
OPTION = either(text(r"""^(?!--$)(?!\[.*\]$)(?!.*["']\s+[#;])[^\x00-\x1f\x7f]+$"""), {"type": ["number", "boolean"]})

SHAPES: dict[str, Schema] = {
    "type": words("F5"),
    "protocol": words("https"),
    "host": either(HOST, list_of(HOST, minItems=1)),
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "credentials_file": NOT_EMPTY,
    "credentials_command": list_of(NOT_EMPTY, minItems=1),
    "username": SECRET,
    "password": SECRET,
    "verify_tls": either(TRUTH, {**NOT_EMPTY, "not": {"enum": ["true", "false"]}}),
    "partition": text(f"^{SEGMENT}{END}"),
    "parent_profile": OBJECT_NAME,
    "common_name": CERTIFICATE_NAME,
    "sans": list_of(CERTIFICATE_NAME),
    "key_type": words(*KEY_SIZES),
    "key_size": words(*KEY_SIZES["rsa"], *KEY_SIZES["ecdsa"]),
    "keys": list_of(either(*map(key_of, KEY_SIZES)), minItems=1, maxItems=len(KEY_SIZES)),
    "key_route": words("auto", "native", "openssl"),
    "virtual_servers": either({"const": "all"}, list_of({**OBJECT_NAME, "not": {"const": "all"}})),
    "replace_profiles": list_of(OBJECT_NAME),
    "sni": TRUTH,
    "server_name": CERTIFICATE_NAME,
    "sni_default": TRUTH,
    "sni_require": TRUTH,
    "validation": words("http-01", "dns-01", "prevalidated"),
    "challenge_virtual_servers": list_of(OBJECT_NAME),
    "dns_authenticator": text("^[a-z0-9][a-z0-9_-]*$"),
    "dns_options": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "additionalProperties": OPTION,
    },
    "renew_before_days": {"type": "integer", "minimum": 1, "maximum": LONGEST_LIFETIME - 1},
    "revocation_check": TRUTH,
    "update_other_references": TRUTH,
    "verify_handshake": words("auto", "required", "off"),
    "owner": REMARK,
    "purpose": REMARK,
}


def meanings() -> dict[str, str]:
    """Return what ``docs/configuration.md`` says of each key, without its links."""
    found: dict[str, str] = {}
    for line in (
        (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").split("## The `env` file")[0].splitlines()
    ):
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| `") else []
        if cells:
            meaning = re.sub(r"\s*\(\[below\].*?\)\)", "", cells[1])
            meaning = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", meaning).replace("`", "")
            for key in re.findall(r"`([\w ]+)`", cells[0]):
                found[f"device {key}" if "of a device" in cells[0] else key] = meaning
    return found


def schema() -> Schema:
    """Return the whole schema."""
    told = meanings()
    settings: dict[str, Schema] = {}
    for setting in SETTINGS:
        settings[setting.key] = {"title": setting.key, "description": told[setting.key]} | SHAPES[setting.key]
        if setting.default is not REQUIRED and isinstance(setting.default, str | bool | int):
            settings[setting.key]["default"] = setting.default
    every = [setting.key for setting in SETTINGS]
    on_certificate = [setting.key for setting in SETTINGS if setting.level is Level.CERTIFICATE]
    certificate = _section({}, on_certificate, ["common_name"])
    device_name = text(f"^(?=[A-Za-z0-9]){SEGMENT}{END}", maxLength=LONGEST_DEVICE_NAME)
    own_keys = {
        "name": {"title": "name", "description": told["device name"], **device_name},
        "certificates": {
            "title": "certificates",
            "description": told["certificates"],
            **list_of({"$ref": "#/$defs/certificate"}, minItems=1),
        },
    }
    device = _section(own_keys, every, ["name"])
    device["allOf"].append({"not": {"required": ["common_name", "certificates"]}})
    device["allOf"] += _one_login()
    file_keys = {
        "name": {"title": "name", "description": told["name"], **NOT_EMPTY},
        "version": {"title": "version", "description": "the version of this format", "const": VERSION},
        "devices": {
            "title": "devices",
            "description": told["devices"],
            **list_of({"$ref": "#/$defs/device"}, minItems=1),
        },
    }
    top = _section(file_keys, every, ["name", "version", "devices"])
    top["allOf"] += _from_above()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sectigo connector for F5 BIG-IP: which certificate belongs on which virtual server",
        **top,
        "$defs": {"device": device, "certificate": certificate} | settings,
    }


def _section(own: Schema, settings: list[str], required: list[str]) -> Schema:
    """Return the schema of one mapping; what two keys of it exclude stands in ``allOf``."""
    properties = own | {key: {"$ref": f"#/$defs/{key}"} for key in settings}
    together = either(_without("keys"), _without("key_type", "key_size"))
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "allOf": [together],
    }


def _without(*keys: str) -> Schema:
    return {"properties": dict.fromkeys(keys, False)}


def _one_login() -> list[Schema]:
    """Return what says that a device is logged in to in one way."""
    file, command = _without("credentials_file"), _without("credentials_command")
    inline = _without("username", "password")
    return [either(file, inline), either(command, {"properties": file["properties"] | inline["properties"]})]


def _from_above() -> list[Schema]:
    """Return what must be set somewhere: at the top for all devices, or on each device, or on each certificate."""
    listed = {"required": ["certificates"]}
    file, command = {"required": ["credentials_file"]}, {"required": ["credentials_command"]}
    credentials = either(file, command, {"required": ["username"]}, {"required": ["password"]})
    login = either(file, command, {"required": ["username", "password"]})
    own_servers = {"properties": {"certificates": list_of({"required": ["virtual_servers"]})}, **listed}
    return [
        either({"required": ["host"]}, _each_device({"required": ["host"]})),
        either({"required": ["common_name"]}, _each_device(either({"required": ["common_name"]}, listed))),
        either({"required": ["virtual_servers"]}, _each_device(either({"required": ["virtual_servers"]}, own_servers))),
        either(credentials, _each_device(login)),
        *_one_login(),
    ]


def _each_device(wanted: Schema) -> Schema:
    return {"properties": {"devices": list_of(wanted)}}


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
