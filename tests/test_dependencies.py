"""docs/dependencies.md names every dependency that is declared, and every function that is replaced."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from script import lockfile
from sectigo_f5.acme.inside_certbot import launcher
from tests.test_requirements import PROJECT

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "dependencies.md").read_text()
DECLARED, BROUGHT, PATCHED, _ = re.split(r"^## What (?:these|is patched)|^## Known", PAGE, flags=re.MULTILINE)
FOLDER = Path(launcher.__file__).parent
NOT_OF_OTHERS = {"http_status"}  # which is put on an exception
# Resolves each name: modules by import, then attributes, also those of a class's instances; prints the others.
RESOLVE = """
import importlib, inspect, json, sys
from sectigo_f5.acme.inside_certbot import quick_start
quick_start.distutils_without_setuptools()
def exists(name):
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return f"self.{part} = " in inspect.getsource(found)
            found = getattr(found, part)
        return True
    return False
print(json.dumps([name for name in sys.argv[1:] if not exists(name)]))
"""


def rows(section: str) -> dict[str, list[str]]:
    """Return the rows of its table by their first cell, without the head."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("|")]
    return {first.strip("`"): rest for first, *rest in cells[2:]}


def replaced() -> Iterator[str]:
    """Yield the last name of each attribute of others that a module of ours assigns, or overwrites an entry of."""
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) not in ("self", "memory"):
                    yield target.attr
                elif isinstance(target, ast.Subscript) and ast.unparse(target.value).isupper():
                    yield ast.unparse(target.value)


def test_every_declared_dependency_has_its_row() -> None:
    declared = {canonicalize_name(Requirement(one).name) for one in PROJECT["project"]["dependencies"]}
    table = rows(DECLARED)
    assert {canonicalize_name(name) for name in table} == declared
    assert [name for name, cells in table.items() if not all(len(cell) > 10 for cell in cells)] == []
    extras = PROJECT["project"]["optional-dependencies"]
    assert [one for names in extras.values() for one in names if f"`{Requirement(one).name}`" not in DECLARED] == []


def test_what_is_brought_is_brought_by_what_the_page_says() -> None:
    pins = {pin.name: pin.needed_by for pin in lockfile.read(ROOT / "requirements.txt")}
    table = {name: cells[0] for names, cells in rows(BROUGHT).items() for name in names.split(", ")}
    assert {"f5-sdk", "f5-icontrol-rest"} <= set(table)
    assert [name for name, bringing in table.items() if bringing not in pins[name]] == []


def test_every_replaced_function_has_its_row_and_exists() -> None:
    table = rows(PATCHED)
    named = {name.rpartition(".")[2] for name in table}
    assert named == (set(replaced()) - NOT_OF_OTHERS), "docs/dependencies.md, What is patched"
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RESOLVE, *table],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(found.stdout) == []
    modules = {file.stem: file.read_text() for file in FOLDER.glob("*.py")}
    for name, (module, why) in table.items():
        assert name.rpartition(".")[2] in modules[module.strip("`")], name
        assert why


def test_the_page_names_the_releases_that_the_launcher_is_made_for() -> None:
    assert "certbot 5.8, acme 5.8 and certbot-bigip 1.2.1" in " ".join(PATCHED.split())
    assert launcher.PATCHED == {"certbot": "5.8", "acme": "5.8", "certbot-bigip": "1.2.1"}
