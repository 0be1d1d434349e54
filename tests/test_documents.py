"""What the documents say is what the program does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from sectigo_f5.commands.arguments import OWN_OPTIONS, parser
from sectigo_f5.commands.table import COMMANDS
from sectigo_f5.configuration.environment.variables import VARIABLES
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.settings import SETTINGS
from sectigo_f5.model import Outcome
from tests.support.texts import VARIABLE, not_english, texts_in

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", *PAGES]
EVERY_DOCUMENT = [*sorted(ROOT.glob("*.md")), *PAGES, ROOT / "sectigo_f5" / "simulator" / "README.md"]
ARCHITECTURE, COMMANDS_PAGE, CONFIGURATION, MAP, OPERATIONS, VALIDATION = (
    (ROOT / "docs" / f"{name}.md").read_text()
    for name in ("architecture", "commands", "configuration", "map", "operations", "validation")
)
PYPROJECT = (ROOT / "pyproject.toml").read_text()
ONE_SCREEN, LONGEST_PAGE = 100, 200  # lines


@cache
def told() -> list[str]:
    """Return what the connector can print; not while tests are collected, which every worker does."""
    return texts_in(ROOT / "sectigo_f5", without="simulator")


def test_help_text_in_commands() -> None:
    shown = re.search(r"The help text:\n\n```\n(.*?)```", COMMANDS_PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1].split() == parser().format_help().split()  # Python's releases break lines differently


def test_every_command_and_option_is_in_the_help_text_of_commands() -> None:
    assert [name for name in COMMANDS if not re.search(rf"^  {name} +\w", COMMANDS_PAGE, re.MULTILINE)] == []
    assert [
        name
        for name in OWN_OPTIONS
        if not re.search(rf"^  --{name.replace('_', '-')} +\w", COMMANDS_PAGE, re.MULTILINE)
    ] == []


def test_every_setting_is_in_the_tables_of_configuration() -> None:
    rows = "\n".join(row.split("|")[1] for row in CONFIGURATION.splitlines() if row.startswith("|"))
    assert [name for name in (setting.key for setting in SETTINGS) if f"`{name}`" not in rows] == []


def test_every_variable_is_in_configuration_and_in_the_example() -> None:
    rows = "\n".join(row.split("|")[1] for row in CONFIGURATION.splitlines() if row.startswith("|"))
    assert [name for name in VARIABLES if f"`{name}`" not in rows] == []
    example = (ROOT / "env.example").read_text()
    assert tuple(re.findall(r"^(\w+)=", example, re.MULTILINE)) == VARIABLES


def test_every_result_word_is_in_operations() -> None:
    results = OPERATIONS.split("## Results and exit codes")[1]
    assert [word.value for word in Outcome if f"`{word.value}`" not in results] == []


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "75"])
def test_every_exit_code_is_in_help_and_operations(code: str) -> None:
    assert re.search(rf"\b{code} \w", parser().format_help().split("exit codes:")[1])
    assert re.search(rf"\b{code} \w", OPERATIONS.split("Exit codes:")[1])


@pytest.mark.parametrize("document", [README, CONFIGURATION], ids=["README", "configuration"])
def test_the_configuration_shown_is_valid(document: str, tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(name: .*?)```", document, re.DOTALL)
    assert shown is not None
    (tmp_path / "shop.yaml").write_text(shown[1])
    shutil.copytree(ROOT / "config" / "credentials", tmp_path / "credentials")
    read = read_configuration(tmp_path)
    assert read.mistakes == ()
    assert [job.label for job in read.jobs] == ["www.example.com@bigip-fra"]


@pytest.mark.parametrize("number", [0, 1])
def test_the_settings_shown_in_validation_are_valid(number: int, tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(  validation: .*?)```", VALIDATION, re.DOTALL)
    sample = (ROOT / "config" / "smallest.yaml").read_text()
    (tmp_path / "shop.yaml").write_text(sample + shown[number])
    shutil.copytree(ROOT / "config" / "credentials", tmp_path / "credentials")
    assert read_configuration(tmp_path).mistakes == ()
    assert len(shown) == 2


def test_the_readme_is_one_screen_and_every_page_is_short() -> None:
    assert README.count("\n") <= ONE_SCREEN
    assert [page.name for page in PAGES if page.read_text().count("\n") >= LONGEST_PAGE] == []


@pytest.mark.parametrize(
    "text",
    ["read again, where it is lost", "what served before serves on", "it is made anew", "of roll backs and files"],
)
def test_a_text_that_is_not_plain_english_is_noticed(text: str) -> None:
    assert not_english(f"One sentence. And {text}; the rest.") != []
    assert not_english("the place where it listens; roll back, if it is lost; renewed") == []


@pytest.mark.parametrize("document", EVERY_DOCUMENT, ids=lambda document: str(document.relative_to(ROOT)))
def test_the_documents_are_in_plain_english(document: Path) -> None:
    assert not_english(document.read_text()) == []


def test_log_lines_and_errors_are_in_plain_english() -> None:
    texts = texts_in(ROOT / "sectigo_f5")
    assert [sentence for text in texts for sentence in not_english(text)] == []


def test_every_page_is_linked_from_the_index() -> None:
    """Or, in a folder, from the page beside it that has the folder's name."""
    index = ROOT / "docs" / "README.md"
    assert [str(page) for page in PAGES if page != index and not _is_linked(page, index)] == []


def _is_linked(page: Path, index: Path) -> bool:
    if page.parent != index.parent:
        index = page.parent.with_suffix(".md")
    return f"]({page.relative_to(index.parent)})" in index.read_text()


@pytest.mark.parametrize("document", EVERY_DOCUMENT, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", document.read_text()):
        file = document.parent / target if target else document
        assert file.exists(), f"{document.name} names {target}"
        assert not anchor or anchor in _anchors(file), f"{document.name} names {target}#{anchor}"


def _anchors(document: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_files_that_the_documents_name_are_in_the_repository() -> None:
    pattern = r"(?<![\w/.])(?:config|docs|script|tests|sectigo_f5)/[\w./-]*\w|requirements\.txt|env\.example"
    named = {name for document in DOCUMENTS for name in re.findall(pattern, document.read_text())}
    assert {"config/smallest.yaml", "docs/permissions.md", "script/demo", "requirements.txt"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_yaml_shown_can_be_read(page: Path) -> None:
    for shown in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
        assert yaml.safe_load(shown), shown


def test_the_results_that_the_readme_shows_are_those_of_the_program() -> None:
    shown = re.findall(r"^    (\w+) +\S+@\S+ \(valid until [\d-]{10}\): (.+)$", README, re.MULTILINE)
    assert [word for word, _ in shown] == ["enrolled", "kept"]
    patterns = [re.compile(re.escape(text).replace(VARIABLE, r"\S+")) for text in told() if "renewal planned" in text]
    assert shown[0][1].startswith("found no certificate for ")
    assert any("found no certificate for … on the BIG-IP" in text for text in told())
    assert any(pattern.search(shown[1][1]) for pattern in patterns)


def test_the_map_names_every_module_and_nothing_else() -> None:
    source = ROOT / "sectigo_f5"
    modules = {file.relative_to(source).with_suffix("").as_posix() for file in source.rglob("*.py")}
    modules = {name for name in modules if not name.startswith("simulator/") and not name.endswith("__init__")}
    mapped = set(_mapped())
    problems = {"missing in the map": sorted(modules - mapped), "no such module": sorted(mapped - modules)}
    assert not any(problems.values()), f"docs/map.md, {problems}"


def _mapped() -> Iterator[str]:
    """Yield the modules of the map: a line begins a folder, and what follows names the modules in it."""
    for folder, text in re.findall(r"^\* \*\*(.+?)\*\*(.*?)(?=^\* |\Z)", MAP, re.MULTILINE | re.DOTALL):
        for module in re.findall(r"(?:^|·|:| and)\s+`(\w+)`", text):
            yield f"{folder}{module}" if folder.endswith("/") else module


def test_the_import_contract_in_architecture_is_that_of_the_project() -> None:
    contract = re.search(r'containers = \["sectigo_f5"\].*?layers = \[\n(.*?)\]', PYPROJECT, re.DOTALL)
    shown = re.search(r"## The import contract.*?```\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert contract is not None
    assert shown is not None
    rows = [row.split(" | ") for row in re.findall(r'"([^"]+)"', contract[1])]
    assert [line.split() for line in shown[1].splitlines()] == [[n for n in row if n != "simulator"] for row in rows]


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
