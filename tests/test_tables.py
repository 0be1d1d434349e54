"""The tables in the documents are those that the rules make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tables import profiles_table, settings_table

PAGE = Path(__file__).parents[1] / "docs" / "taking-over.md"


@pytest.mark.parametrize("table", [profiles_table, settings_table], ids=["profiles", "settings"])
def test_a_table_of_the_rules_is_in_the_documents(table: object) -> None:
    assert callable(table)
    assert f"\n\n{table()}\n\n" in PAGE.read_text(encoding="utf-8"), f"put this into {PAGE.name}:\n{table()}"
