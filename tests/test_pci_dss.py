"""docs/pci-dss.md: its commands are those of the program, its numbers those that assessors ask about."""

from __future__ import annotations

import os
import re
import shlex
import ssl
from pathlib import Path

import pytest
from urllib3.util.ssl_ import create_urllib3_context

from sectigo_f5.commands.arguments import parse
from sectigo_f5.report.inventory.sheet import COLUMNS
from sectigo_f5.trust import contexts

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "pci-dss.md").read_text()
COMMANDS = re.findall(r"(?:`|^\$ )((?:\./|script/)[^`\n]+)", PAGE, re.MULTILINE)
OF_THE_PROGRAM = sorted({command for command in COMMANDS if command.startswith("./start_acme.py")})
ASKED_ABOUT = {
    *("2.2.7", "3.6.1.2", "3.7.1", "3.7.2", "3.7.3", "3.7.4", "3.7.5", "3.7.6", "3.7.7", "4.2.1", "4.2.1.1"),
    *("6.3.1", "6.3.2", "6.3.3", "6.5.1", "7.2.5", "8.3.2", "8.6.2", "8.6.3"),
    *("10.2.1", "10.2.2", "10.3.2", "10.3.4", "10.5.1", "12.3.3", "12.3.4"),
}


@pytest.mark.parametrize("command", OF_THE_PROGRAM)
def test_every_command_is_one_that_the_program_takes(command: str) -> None:
    program, *arguments = shlex.split(command)
    name = parse(arguments, program).command
    assert name in arguments


def test_every_script_exists_and_can_be_run() -> None:
    others = {shlex.split(command)[0] for command in COMMANDS} - {"./start_acme.py"}
    assert {"script/sbom", "script/vulnerabilities"} <= others
    assert [name for name in sorted(others) if not os.access(ROOT / name, os.X_OK)] == []


def test_every_requirement_has_one_row_at_most_and_none_is_missing() -> None:
    rows = re.findall(r"^\| (\d[\d., ]*): ", PAGE, re.MULTILINE)
    numbers = [number for row in rows for number in row.split(", ")]
    assert set(numbers) >= ASKED_ABOUT
    assert len(numbers) == len(set(numbers))


def test_the_sample_of_the_inventory_has_its_columns() -> None:
    (sample,) = re.findall(r"```\n(common_name .*?)```", PAGE, re.DOTALL)
    columns = [line.split(maxsplit=1)[0] for line in sample.splitlines()]
    named = [name for name, _ in COLUMNS]
    assert columns == [name for name in named if name in columns]
    assert {"custody", "protocols", "ciphers", "owner", "purpose", "virtual_servers"} <= set(columns)


def test_the_sample_of_the_log_has_the_texts_of_the_program() -> None:
    (sample,) = re.findall(r"```\n(INFO .*?)```", PAGE, re.DOTALL)
    sources = [ROOT / "sectigo_f5" / "workflow.py", *(ROOT / "sectigo_f5" / "bigip" / "keys").glob("*.py")]
    calls = "".join(file.read_text() for file in sources)
    texts = [re.sub("%s", ".+", re.escape(text)) for text in re.findall(r'logger\.info\("(.+?)"[,)]', calls)]
    said = [line.partition(": ")[2] for line in sample.splitlines()]
    assert [line for line in said if not any(re.fullmatch(text, line) for text in texts)] == []


def test_the_sample_of_the_trail_has_words_of_the_trail() -> None:
    changes = re.findall(r"^2026-11-26 [\d:]+ (\S+) (\S+) ", PAGE, re.MULTILINE)
    named = set(re.findall(r"`([a-z-]+)`", (ROOT / "docs" / "audit.md").read_text()))
    assert changes
    assert [word for change in changes for word in change if word not in named] == []


def test_tls_to_a_bigip_is_1_2_or_newer() -> None:
    made = (contexts.for_named_file(), create_urllib3_context())  # for a CA file, and for everything else
    assert {context.minimum_version for context in made} == {ssl.TLSVersion.TLSv1_2}


def test_evidence_is_shown_for_certificates_keys_software_and_changes() -> None:
    assert {parse(shlex.split(command)[1:], "start_acme.py").command for command in OF_THE_PROGRAM} >= {
        *("check", "plan", "status", "revoke", "inventory", "audit"),
    }
