"""The import contracts of pyproject.toml, and tests that mirror the folders."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_import_contracts_are_kept() -> None:
    """In a process of its own: import-linter disables every logger that exists, also those of the other tests."""
    program = str(Path(sys.executable).with_name("lint-imports"))
    command = [program, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_folder_has_its_tests_and_says_what_belongs_there() -> None:
    package = ROOT / "sectigo_f5"
    for folder in (path.parent for path in package.rglob("__init__.py")):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        sentence = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
        assert sentence, f"{folder} does not say what belongs there"
        if folder != package:
            assert 2 <= len(modules) <= 12, f"{folder} has {len(modules)} modules"
    for folder in (path.parent for path in package.glob("*/__init__.py")):
        assert list((ROOT / "tests" / folder.name).glob("test_*.py")), f"tests/{folder.name} is missing"
