"""The one writer of files: whole or not at all."""

import stat
from pathlib import Path

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically


@pytest.mark.parametrize(("content", "written"), [("Köln\n", "Köln\n".encode()), (b"\x30\x82", b"\x30\x82")])
def test_text_and_bytes_replace_a_file_whole(tmp_path: Path, content: str | bytes, written: bytes) -> None:
    file = tmp_path / "new" / "folder" / "file"
    write_atomically(file, "old")
    write_atomically(file, content)
    assert file.read_bytes() == written
    assert [path.name for path in file.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path, mode: int) -> None:
    write_atomically(tmp_path / "file", "", mode)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_a_failure_names_file_and_remedy_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(ConnectorError) as failure:
        write_atomically(tmp_path / "file", "new")
    expected = f"{tmp_path / 'file'} cannot be written (Is a directory); make room, or correct its owner and rights"
    assert str(failure.value) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
