"""The schema that editors check YAML files by: complete, up to date, and never stricter than the reader.

``configuration()`` and ``mistakes()`` hold every file of these tests against it; here is what they cannot see.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.settings import REQUIRED, SETTINGS, Level
from tests.configuration import test_mistakes
from tests.configuration.directory import GOOD, configuration
from tests.configuration.test_any_input import directory_of
from tests.configuration.test_samples import SAMPLES
from tests.support import editor
from tests.support.installation import ROOT
from tests.support.properties import generated

SCHEMA: dict[str, Any] = json.loads((ROOT / "config" / "schema.json").read_text(encoding="utf-8"))
SECTIONS = {
    Level.TOP: (SCHEMA, {"name", "version", "devices"}),
    Level.DEVICE: (SCHEMA["$defs"]["device"], {"name", "certificates"}),
    Level.CERTIFICATE: (SCHEMA["$defs"]["certificate"], set()),
}
VALUES: dict[str, list[Any]] = {
    "host": ["192.0.2.10", "bigip.example.net", ["192.0.2.21", "2001:db8::1"]],
    "port": [1, 443, 65535],
    "verify_tls": [True, False],
    "partition": ["Common", "Shop_1"],
    "parent_profile": ["clientssl", "/Shop/app.app/parent 1"],
    "sans": [[], ["api.example.com"], ["API.example.com", "xn--mnchen-3ya.de"]],
    "key_type": ["rsa", "ecdsa"],
    "key_size": [2048, "3072", "secp384r1"],
    "keys": [[{"type": "rsa"}], [{"type": "ecdsa", "size": "secp256r1"}, {"type": "rsa", "size": 4096}]],
    "key_route": ["auto", "native", "openssl"],
    "virtual_servers": ["all", ["vs_1"], ["Web site", "/Shop/10.0.0.1%2:443"]],
    "replace_profiles": [[], ["old", "/Shop/old"]],
    "sni": [True, False],
    "server_name": ["www.example.com"],
    "sni_default": [True, False],
    "sni_require": [True, False],
    "validation": ["http-01", "dns-01", "prevalidated"],
    "challenge_virtual_servers": [[], ["vs_80"]],
    "dns_authenticator": ["dns-route53"],
    "dns_options": [{}, {"propagation-seconds": 30, "wait": True, "zone": "a b"}],
    "renew_before_days": [1, 30, 397],
    "revocation_check": [True, False],
    "update_other_references": [True, False],
    "verify_handshake": ["auto", "required", "off"],
    "owner": ["Team Shop, shop@example.com", "x" * 200],
    "purpose": ["Kundenportal Zürich", "  a b\n"],
    "type": ["F5"],
    "protocol": ["https"],
}


def generator() -> ModuleType:
    """Import the script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("schema", ROOT / "script" / "schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_is_what_the_script_writes() -> None:
    assert generator().schema() == SCHEMA, "run script/schema.py"


def test_the_schema_is_one_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("level", Level, ids=lambda level: level.value)
def test_each_level_has_the_settings_of_the_table_and_no_other(level: Level) -> None:
    section, own = SECTIONS[level]
    allowed = {setting.key for setting in SETTINGS if level is not Level.CERTIFICATE or setting.level is level}
    assert set(section["properties"]) == allowed | own
    assert section["additionalProperties"] is False


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_each_setting_is_described_and_takes_its_default_and_example(setting: Any) -> None:
    shown = SCHEMA["$defs"][setting.key]
    assert shown["description"]
    if isinstance(setting.default, str | int):
        assert shown["default"] == setting.default
    values = [yaml.safe_load(setting.example), *([] if setting.default in (REQUIRED, None) else [shown.get("default")])]
    assert [value for value in values if value is not None and not _takes(shown, value)] == []


def _takes(schema: Any, value: object) -> bool:
    return jsonschema.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_sample_is_valid(sample: Path) -> None:
    editor.must_agree(sample.read_text(encoding="utf-8"), ())


def test_most_mistakes_are_marked_in_the_editor() -> None:
    """The others are of the kinds of ``editor.BEYOND``."""
    device = test_mistakes.DEVICE
    wrong = [GOOD.replace(device, f"{device}  {line}\n") for line, _ in test_mistakes.DEVICE_LINES]
    wrong += [GOOD.replace(old, new, 1) for old, new, _ in test_mistakes.EDITS]
    marked = [text for text in wrong if not editor.validator().is_valid(editor.document(text))]
    assert len(marked) > len(wrong) * 3 // 4


settings_of_a_level = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 2), max_size=4).map(
    lambda drawn: {key: VALUES[key][place % len(VALUES[key])] for key, place in drawn.items()}
)


@generated(80)
@given(settings_of_a_level, settings_of_a_level, settings_of_a_level)
def test_what_the_reader_accepts_is_valid(
    tmp_path_factory: pytest.TempPathFactory, top: dict[str, Any], device: dict[str, Any], certificate: dict[str, Any]
) -> None:
    names = {setting.key for setting in SETTINGS if setting.level is Level.CERTIFICATE}
    good = yaml.safe_load(GOOD)
    (written,) = good.pop("devices")
    common_name = {"common_name": written.pop("common_name")}
    own = {key: value for key, value in certificate.items() if key in names}
    devices = [{**written, **device, "certificates": [{**common_name, **own}]}]
    text = yaml.safe_dump({**good, **top, "devices": devices}, sort_keys=False)
    configuration(directory_of(tmp_path_factory, "schema"), shop=text)
