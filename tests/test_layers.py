"""The import contracts of pyproject.toml: down only, never sideways, and the simulator is an island."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_the_import_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filenames=(str(PYPROJECT),), no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out
