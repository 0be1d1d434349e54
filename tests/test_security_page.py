"""Each promise of docs/security.md names a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FEWEST = 25  # rows: a page that could not be read would promise nothing


def promises() -> list[tuple[str, str]]:
    """Return the rows of the table: the promise, and what shows it."""
    table = PAGE.partition("\n## Promises\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")]
    return [(promise.strip(), shown) for promise, shown in rows[1:]]


@cache
def collected_from(file: str) -> frozenset[str]:
    """Return what pytest collects from a file, which has no classes."""
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")


@pytest.mark.parametrize(("promise", "shown"), promises(), ids=lambda text: text[:40])
def test_a_promise_names_tests_that_exist(promise: str, shown: str) -> None:
    named = NAMED.findall(shown)
    assert named, promise
    assert [f"{file}::{name}" for file, name in named if name not in collected_from(file)] == []
    assert shown.count("::") == len(named), "a name that is not understood"


def test_the_table_is_read_whole() -> None:
    assert len(promises()) >= FEWEST
    assert PAGE.count("::test_") == sum(shown.count("::test_") for _, shown in promises())


def test_report_and_index_link_the_page() -> None:
    assert "(docs/security.md)" in (ROOT / "SECURITY.md").read_text()
    assert "(security.md)" in (ROOT / "docs" / "README.md").read_text()
