"""The trail, read: what was changed last, over all files, one line at a time."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from sectigo_f5.trail import reading
from sectigo_f5.trail.chain import digest, parse, verified
from sectigo_f5.trail.nouns import Head, LastChange
from sectigo_f5.trail.volumes import every_line, full, full_name, volumes
from tests.support.trails import WWW, chained, lines_of_chain, record, write_trail

SHOP = "shop.example.com@bigip-fra"


def test_the_last_change_of_each_certificate_is_what_has_changed_something(tmp_path: Path) -> None:
    told = [
        record(1, what="put-in-service", ticket="CHG-1"),
        record(2, certificate=SHOP, what="put-in-service", ticket="CHG-2"),
        record(3, what="put-in-service", result="refused"),
        record(4, certificate="", what="configuration-saved"),
        record(5, what="files-removed"),
    ]
    write_trail(tmp_path, chained(told))
    assert reading.last_changes(tmp_path) == {
        WWW: LastChange("2026-11-26T00:00:01.000000Z", "put-in-service", "made", "CHG-1", 1),
        SHOP: LastChange("2026-11-26T00:00:02.000000Z", "put-in-service", "made", "CHG-2", 2),
    }


def test_there_is_no_last_change_without_a_trail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert reading.last_changes(tmp_path) == {}
    assert reading.head(tmp_path) == Head()
    (tmp_path / "audit.jsonl").mkdir()
    assert reading.last_changes(tmp_path) == {}
    assert "the trail cannot be read any further" in caplog.text


def test_full_files_come_first_in_the_order_of_their_numbers_compressed_or_not(tmp_path: Path) -> None:
    lines = lines_of_chain(9)
    for start in (0, 3):
        first = parse(lines[start])
        assert first
        file = write_trail(tmp_path, lines[start : start + 3], full_name(first))
        if start == 0:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    write_trail(tmp_path, lines[6:])
    (tmp_path / "audit-notes.txt").write_text("no file of the trail")
    names = ["audit-0000000001-20261126T000000Z.jsonl.gz", "audit-0000000004-20261126T000003Z.jsonl", "audit.jsonl"]
    assert [path.name for path in volumes(tmp_path)] == names
    assert [line.number for line in reading.lines(tmp_path)] == list(range(1, 10))
    assert verified(every_line(tmp_path)).breaks == []
    full(tmp_path)[0].unlink()
    assert (verified(every_line(tmp_path)).first, verified(every_line(tmp_path)).breaks) == (4, [])


def test_the_head_is_the_last_line_of_the_last_file_that_has_one(tmp_path: Path) -> None:
    lines = lines_of_chain(3)
    first = parse(lines[0])
    assert first
    archived = write_trail(tmp_path, lines, full_name(first))
    expected = Head(3, digest(lines[-1]))
    assert reading.head(tmp_path) == expected
    write_trail(tmp_path, [])
    assert reading.head(tmp_path) == expected
    archived.with_name(f"{archived.name}.gz").write_bytes(gzip.compress(archived.read_bytes()))
    archived.unlink()
    assert reading.head(tmp_path) == expected
    (tmp_path / "audit.jsonl").write_bytes(b'{"number": 4')
    assert reading.head(tmp_path) is None, "it is cut"


def test_a_line_longer_than_any_of_ours_is_still_the_last(tmp_path: Path) -> None:
    lines = chained([record(1), record(2, objects=["x" * 200_000])])
    write_trail(tmp_path, lines)
    assert reading.head(tmp_path) == Head(2, digest(lines[1]))


def test_a_long_trail_is_read_in_bounded_memory(tmp_path: Path) -> None:
    write_trail(tmp_path, chained(record(number, what="put-in-service") for number in range(2000)))
    tracemalloc.start()
    try:
        assert reading.last_changes(tmp_path)[WWW].number == 2000
        assert verified(every_line(tmp_path)).lines == 2000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 200_000, "the file has 500 KB"
