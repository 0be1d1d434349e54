"""What the documents say is what the program does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sectigo_f5 import cli
from sectigo_f5.configuration.environment import VARIABLES
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.settings import SETTINGS
from sectigo_f5.model import Outcome

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_help_text_in_the_readme() -> None:
    shown = re.search(r"The help text:\n\n```\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown[1].split() == cli.parser().format_help().split()  # Python's releases break lines differently


def test_every_setting_is_in_the_readme() -> None:
    table = README.split("## Run")[0]
    assert [name for name in (setting.key for setting in SETTINGS) if f"`{name}`" not in table] == []


def test_every_variable_is_in_the_readme_and_in_the_example() -> None:
    assert [name for name in VARIABLES if f"`{name}`" not in README] == []
    example = (ROOT / "env.example").read_text()
    assert tuple(re.findall(r"^(\w+)=", example, re.MULTILINE)) == VARIABLES


def test_every_result_word_is_in_the_readme() -> None:
    assert [word.value for word in Outcome if f"`{word.value}`" not in README] == []


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "75"])
def test_every_exit_code_is_in_help_and_readme(code: str) -> None:
    assert re.search(rf"\b{code} \w", cli.parser().format_help().split("exit codes:")[1])
    assert re.search(rf"\b{code} \w", README.split("Exit codes:")[1])


def test_the_configuration_in_the_readme_is_one(tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(name: .*?)```", README, re.DOTALL)
    assert shown is not None
    (tmp_path / "shop.yaml").write_text(shown[1])
    shutil.copytree(ROOT / "config" / "credentials", tmp_path / "credentials")
    read = read_configuration(tmp_path)
    assert read.mistakes == ()
    assert [job.label for job in read.jobs] == ["www.example.com@bigip-fra"]


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} names {target}"


def test_what_the_readme_names_is_in_the_repository() -> None:
    named = set(
        re.findall(
            r"(?<![\w/])(?:config|docs|script|tests|sectigo_f5)/[\w./-]*\w|requirements\.txt|env\.example", README
        )
    )
    assert {"config/smallest.yaml", "docs/permissions.md", "script/demo", "requirements.txt"} <= named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_script_starts_from_anywhere(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(ROOT / "start_acme.py"), "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (found.returncode, found.stdout) == (0, "start_acme.py 2.0.0\n")
