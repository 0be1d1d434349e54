"""The file of the page: whole at every moment, and as readable as it was."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.report.page.writing import write_page


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_new_page_is_readable_by_a_web_server_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_page(tmp_path / "status.html", "é")
    finally:
        os.umask(before)
    assert (mode_of(tmp_path / "status.html"), (tmp_path / "status.html").read_bytes()) == (0o644, "é".encode())


def test_page_is_replaced_as_a_whole_and_keeps_mode_and_owner(tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    file.write_text("old")
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 0, 33)
    with file.open() as reader:
        write_page(file, "new")
        assert reader.read() == "old", "who reads it meanwhile sees the old one"
    assert (file.read_text(), mode_of(file)) == ("new", 0o640)
    assert os.geteuid() != 0 or file.stat().st_gid == 33
    assert list(tmp_path.iterdir()) == [file]


def test_link_leads_to_the_page_and_stays(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text("old")
    link = tmp_path / "status.html"
    link.symlink_to("www/index.html")
    write_page(link, "new")
    assert (link.is_symlink(), (tmp_path / "www" / "index.html").read_text()) == (True, "new")


def test_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    thread = threading.Thread(target=write_page, args=(pipe, "page"))
    thread.start()
    thread.join(20)
    read.append(os.read(reader, 100).decode())
    os.close(reader)
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == (["page"], True)


@pytest.mark.parametrize(
    ("name", "why"), [("", "Is a directory"), ("nowhere/status.html", "No such file or directory")]
)
def test_page_that_cannot_be_written_is_one_sentence(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^--html .*: cannot be written \({why}\)$"):
        write_page(tmp_path / name, "page")
    assert list(tmp_path.iterdir()) == []
