"""What the last inventory found, so that the next one can say what is new."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sectigo_f5.state.inventory import KnownItems
from tests.support.builders import NOW


@pytest.fixture
def known(tmp_path: Path) -> KnownItems:
    return KnownItems(tmp_path / "inventory")


def test_the_last_inventory_replaces_the_one_before_and_leaves_other_devices_alone(known: KnownItems) -> None:
    known.note("fra", ["a", "b"], NOW)
    known.note("ber", ["c"], NOW)
    known.note("fra", ["b", "d"], NOW)
    fra, ber = known.of("fra"), known.of("ber")
    assert fra is not None
    assert ber is not None
    assert fra.at == NOW
    assert [each for each in "abcd" if fra.has(each)] == ["b", "d"]
    assert ber.has("c")


def test_what_could_not_be_read_this_time_is_not_new_the_next_time(
    known: KnownItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.note("fra", ["a", "b"], NOW)
    before = known.of("fra")
    assert before is not None
    known.note("fra", ["b", "c"], NOW, before.items)
    after = known.of("fra")
    assert after is not None
    assert all(map(after.has, "abc"))
    monkeypatch.setattr("sectigo_f5.state.inventory.MOST", 2)
    known.note("fra", ["b", "c"], NOW, after.items)
    full = known.of("fra")
    assert full is not None
    assert [each for each in "abc" if full.has(each)] == ["b", "c"], "what is there now goes before"


def test_a_first_inventory_has_nothing_to_compare_with(known: KnownItems, caplog: pytest.LogCaptureFixture) -> None:
    assert known.of("fra") is None
    assert caplog.messages == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"at": "yesterday", "items": []}', '{"at": 1, "items": 2}'])
def test_a_damaged_file_is_a_warning_and_nothing_is_new(
    known: KnownItems, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    file = tmp_path / "inventory" / "fra.json"
    file.parent.mkdir()
    file.write_text(content)
    assert known.of("fra") is None
    assert "nothing on fra counts as new" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_warning(
    known: KnownItems, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "inventory").write_text("a file")
    known.note("fra", ["a"], NOW)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "the next inventory compares with an earlier one" in record.getMessage()
