"""The file that lines are appended to, and the changes that have begun: whatever ends a run, nothing is lost."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.trail import reading
from sectigo_f5.trail.begun import Begun
from sectigo_f5.trail.chain import parse, verified
from sectigo_f5.trail.ledger import Ledger
from sectigo_f5.trail.nouns import CUT
from sectigo_f5.trail.volumes import every_line, lines_of, volumes
from tests.support.properties import generated
from tests.support.trails import lines_of_chain, record, write_trail


def now() -> datetime:
    return datetime(2026, 11, 26, 12, tzinfo=timezone.utc)


def append_to(folder: Path, *numbers: int, full: int = 1 << 20) -> None:
    ledger = Ledger(folder, now, full)
    for number in numbers:
        ledger.append(record(number))
    ledger.close()


def whats(folder: Path) -> list[str]:
    return [line.what for line in reading.lines(folder)]


def test_lines_follow_each_other_from_run_to_run(tmp_path: Path) -> None:
    append_to(tmp_path, 1, 2)
    append_to(tmp_path, 3)
    found = verified(every_line(tmp_path))
    assert (found.breaks, found.head.number) == ([], 3)
    assert reading.head(tmp_path) == found.head
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) & 0o137 == 0


def test_each_line_and_the_name_of_the_file_are_on_the_disk(tmp_path: Path) -> None:
    with mock.patch("os.fsync", wraps=os.fsync) as fsync:
        append_to(tmp_path, 1, 2)
    assert fsync.call_count == 1 + 2


@generated(30)
@given(st.integers(0, 3), st.data())
def test_a_line_that_was_cut_anywhere_is_closed_and_never_rewritten(number: int, data: st.DataObject) -> None:
    lines = lines_of_chain(4)
    whole = b"".join(line + b"\n" for line in lines)
    start = sum(len(line) + 1 for line in lines[:number])
    there = whole[: data.draw(st.integers(start, start + len(lines[number])))]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "audit.jsonl").write_bytes(there)
        append_to(folder, 9)
        after = (folder / "audit.jsonl").read_bytes()
        found = verified(every_line(folder))
    assert after.startswith(there)
    assert (found.breaks, found.is_cut) == ([], False)
    assert len(found.marks) == int(bool(there) and not there.endswith(b"\n"))


def test_a_mark_that_is_cut_itself_is_closed_too(tmp_path: Path) -> None:
    file = write_trail(tmp_path, lines_of_chain(2))
    for fragment in (b'{"number": 3', b'{"number": 4, "ti', b"\n", b"\0\0\0"):
        file.write_bytes(file.read_bytes() + fragment)
        append_to(tmp_path)
        assert verified(every_line(tmp_path)).breaks == []
    assert whats(tmp_path).count(CUT) == 4
    assert file.read_bytes().count(b"\n") == 2 + 8


def test_what_a_full_disk_has_cut_is_closed_by_the_next_line(tmp_path: Path) -> None:
    ledger, write = Ledger(tmp_path, now), os.write
    ledger.append(record(1))

    def half(handle: int, content: bytes) -> int:
        if len(content) > 40:
            return write(handle, content[:40])
        raise OSError(28, "No space left on device")

    with mock.patch("os.write", half), pytest.raises(OSError, match="No space"):
        ledger.append(record(2))
    ledger.append(record(2))
    ledger.close()
    assert verified(every_line(tmp_path)).breaks == []
    assert whats(tmp_path) == ["certificate-stored", CUT, "certificate-stored"]


def test_a_full_file_gets_a_lasting_name_and_the_chain_continues(tmp_path: Path) -> None:
    append_to(tmp_path, 1, 2)
    append_to(tmp_path, 3, full=10)
    append_to(tmp_path, 4)
    archived, current = volumes(tmp_path)
    assert archived.name == "audit-0000000001-20261126T000001Z.jsonl"
    assert [record["number"] for raw in lines_of(current) if (record := parse(raw.text))] == [3, 4]
    assert verified(every_line(tmp_path)).breaks == []


def test_a_full_file_that_may_not_be_renamed_grows_on(tmp_path: Path) -> None:
    append_to(tmp_path, 1)
    with mock.patch.object(Path, "rename", side_effect=PermissionError(1, "Operation not permitted")):
        append_to(tmp_path, 2, full=10)
    assert [path.name for path in volumes(tmp_path)] == ["audit.jsonl"]
    assert verified(every_line(tmp_path)).head.number == 2


def test_the_chain_continues_after_a_file_that_was_set_aside_and_nothing_new(tmp_path: Path) -> None:
    append_to(tmp_path, 1)
    append_to(tmp_path, full=10)  # and the power fails
    append_to(tmp_path, 2)
    assert verified(every_line(tmp_path)).breaks == []
    (volumes(tmp_path)[0]).unlink()
    append_to(tmp_path, 3)
    assert [verified(every_line(tmp_path)).first, verified(every_line(tmp_path)).head.number] == [2, 3]


def test_changes_that_have_begun_are_there_until_each_has_its_line(tmp_path: Path) -> None:
    begun = Begun(tmp_path)
    begun.note("a-1", {"id": "a-1"})
    begun.note("a-2", {"id": "a-2"})
    begun.end("a-1")
    begun.close()
    after = Begun(tmp_path)
    assert [record["id"] for record in after.left] == ["a-1", "a-2"]
    after.clear()
    after.close()
    assert Begun(tmp_path).left == ()


def test_a_change_whose_note_was_cut_was_never_sent(tmp_path: Path) -> None:
    (tmp_path / "audit.begun").write_bytes(b'{"id": "a-1"}\n{"id": "a-')
    begun = Begun(tmp_path)
    assert [record["id"] for record in begun.left] == ["a-1"]
    begun.close()
