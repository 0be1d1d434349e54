"""The tables of docs/configuration.md: levels, words and defaults are those of the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.environment.variables import VARIABLES
from sectigo_f5.configuration.settings import REQUIRED, SETTINGS, Level, Setting
from sectigo_f5.log_levels import FORMATS, LEVELS, SERVICES
from tests.support.installation import ROOT

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((ROOT / "config" / "schema.json").read_text(encoding="utf-8"))
EXAMPLE = dict(
    re.findall(r"^(\w+)=(.*?)(?:\s+#.*)?$", (ROOT / "env.example").read_text(encoding="utf-8"), re.MULTILINE)
)
LISTED = {"LOG_LEVEL": LEVELS, "LOG_FORMAT": FORMATS, "LOG_FILE": tuple(SERVICES)}
SERVER = "https://acme.example.com/v2/OV"


class Row(NamedTuple):
    """A row of a table, and the heading above it."""

    heading: str
    meaning: str
    default: str


def rows() -> Iterator[tuple[str, Row]]:
    """Yield the row of each key and variable."""
    heading = ""
    for line in PAGE.splitlines():
        heading = line.strip("# ") if line.startswith("#") else heading
        if line.startswith("| `"):
            names, meaning, default = (cell.strip() for cell in line.strip("|").split("|"))
            if "(of a device)" not in names:
                yield from ((name, Row(heading, meaning, default)) for name in re.findall(r"`(\w+)`", names))


ROWS = dict(rows())


def words(text: str) -> set[str]:
    """Return the words of a cell, without its punctuation."""
    return set(re.findall(r"[\w/.-]+\w|\w", text))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_the_default_of_a_setting_is_that_of_the_table(setting: Setting[object, object]) -> None:
    shown = ROWS[setting.key].default
    if setting.default is REQUIRED:
        assert shown == "required"
    elif isinstance(setting.default, str | bool | int):
        assert json.dumps(setting.default).strip('"') in words(shown)
    else:
        assert shown != "required"
        assert not {"true", "false"} & words(shown)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_the_words_of_a_setting_are_all_named(setting: Setting[object, object]) -> None:
    allowed = {str(word) for word in SCHEMA["$defs"][setting.key].get("enum", ())}
    assert allowed - words(ROWS[setting.key].meaning) == set()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_what_ends_at_the_device_stands_in_the_table_of_the_bigip(setting: Setting[object, object]) -> None:
    assert (ROWS[setting.key].heading == "The BIG-IP") == (setting.level is Level.DEVICE)


def test_the_defaults_of_the_variables_are_those_of_a_file_with_one() -> None:
    read, _ = read_settings(None, {"ACME_SERVER": SERVER})
    assert read.account.server == SERVER
    defaults = {
        "LOG_LEVEL": read.log_level,
        "LOG_FORMAT": read.log_format,
        "LOG_FILE": str(read.log_file),
        "STATE_DIR": str(read.state_dir),
        "RUN_TIME_LIMIT": str(read.run_time_limit // timedelta(minutes=1)),
    }
    assert {name: ROWS[name].default.strip("`") for name in defaults} == defaults
    others = {name: ROWS[name].default for name in VARIABLES if name not in defaults and name in ROWS}
    assert {name for name, shown in others.items() if shown == "required"} == {"ACME_SERVER"}
    assert all(not shown.startswith("`") for shown in others.values())


def test_the_example_of_the_env_file_shows_defaults() -> None:
    shown = {name: value for name, value in EXAMPLE.items() if value and name != "ACME_SERVER"}
    assert {name: value for name, value in shown.items() if value != ROWS[name].default.strip("`")} == {}


@pytest.mark.parametrize("name", sorted(LISTED))
def test_the_words_of_a_variable_are_all_named(name: str) -> None:
    assert set(LISTED[name]) - words(ROWS[name].meaning) == set()
