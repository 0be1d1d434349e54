"""The one writer of files: whole or not at all, and nowhere that somebody else chose."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from sectigo_f5 import files
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import (
    create_private,
    descriptor,
    fault_of_directory,
    fault_of_log_directory,
    fault_of_output,
    write_atomically,
)


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


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("new", None),
        ("there", None),
        ("/dev/null", None),
        ("folder", "Is a directory"),
        ("nowhere/file", "No such file or directory"),
        ("there/file", "Not a directory"),
        ("pipe", "No such device or address"),
        ("circle", "Too many levels of symbolic links"),
    ],
)
def test_a_file_is_judged_before_it_is_written_and_left_alone(tmp_path: Path, place: str, fault: str | None) -> None:
    (tmp_path / "there").write_text("former")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    assert fault_of_output(tmp_path / place) == fault
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there").read_text() == "former"


# -- nowhere that somebody else chose ----------------------------------------------------------------

SOMEBODY = 65534  # nobody


@pytest.fixture
def as_somebody() -> Callable[[Path], None]:
    """Give a file to another user, which only root can."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    return lambda path: os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)


def append(path: Path) -> None:
    with open(path, "a", encoding="utf-8", opener=descriptor) as file:  # noqa: PTH123  # Path has no opener
        file.write("line\n")


def test_a_link_that_somebody_else_has_planted_is_not_followed(
    tmp_path: Path, as_somebody: Callable[[Path], None]
) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    as_somebody(link)
    with pytest.raises(OSError, match="it is a symbolic link of nobody, which is not followed"):
        append(link)
    assert not target.exists()


def test_a_link_of_our_own_is_followed(tmp_path: Path) -> None:
    """A log that an administrator has moved to another disk, by a relative and an absolute link."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "second").symlink_to(tmp_path / "disk" / "log")
    (tmp_path / "first").symlink_to("second")
    append(tmp_path / "first")
    assert (tmp_path / "disk" / "log").read_text() == "line\n"


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match="symbolic links"):
        append(tmp_path / "link")


@pytest.mark.parametrize("place", ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"])
def test_standard_output_is_a_file_as_any(place: str) -> None:
    script = f"import os; from sectigo_f5.files import *; os.write(descriptor({place!r}, os.O_WRONLY), b'line\\n')"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "line\n"


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="No such device or address"):
        append(tmp_path / "pipe")


@pytest.mark.parametrize("planted", ["file", "link"])
def test_a_private_file_is_never_one_that_was_there(tmp_path: Path, planted: str) -> None:
    file, target = tmp_path / "request.pem", tmp_path / "target"
    if planted == "file":
        file.write_text("")
    else:
        file.symlink_to(target)
    with pytest.raises(FileExistsError):
        create_private(file, "secret")
    assert not target.exists()


def test_the_mode_of_a_written_file_is_set_before_it_has_its_name(tmp_path: Path) -> None:
    """By its descriptor: in a directory of others (metrics), its name may lead elsewhere a moment later."""
    with mock.patch.object(Path, "chmod", side_effect=AssertionError):
        write_atomically(tmp_path / "file", "", 0o600)


def test_a_link_in_the_place_of_a_written_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("before")
    (tmp_path / "file").symlink_to("target")
    write_atomically(tmp_path / "file", "new")
    assert ((tmp_path / "target").read_text(), (tmp_path / "file").is_symlink()) == ("before", False)


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o770, 0o777, 0o1777])
def test_a_directory_that_others_may_write_into_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    expected = f"others could put files into {folder}: chmod o-w {folder}" if mode & 0o002 else None
    assert fault_of_directory(folder) == expected


def test_a_directory_that_another_group_may_write_into_is_not_used(
    tmp_path: Path, as_somebody: Callable[[Path], None]
) -> None:
    as_somebody(tmp_path)
    os.chown(tmp_path, os.geteuid(), -1)
    tmp_path.chmod(0o755)
    assert fault_of_directory(tmp_path) is None
    tmp_path.chmod(0o775)
    assert fault_of_directory(tmp_path) == f"others could put files into {tmp_path}: chmod go-w {tmp_path}"


def test_a_directory_of_somebody_else_is_not_used(tmp_path: Path, as_somebody: Callable[[Path], None]) -> None:
    folder, link = tmp_path / "state", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    assert fault_of_directory(link) is None
    as_somebody(link)
    assert f"the symbolic link {link} belongs to nobody" in (fault_of_directory(link) or "")
    as_somebody(folder)
    assert f"{folder} belongs to nobody, who could put files there: run as nobody" in (fault_of_directory(folder) or "")


@pytest.mark.parametrize(("mode", "fault"), [(0o755, False), (0o775, False), (0o1777, False), (0o777, True)])
def test_a_log_is_not_written_where_others_could_exchange_it(tmp_path: Path, mode: int, fault: bool) -> None:
    tmp_path.chmod(mode)
    assert (fault_of_log_directory(tmp_path) is not None) is fault


WRITING = re.compile(r"\.(write_text|write_bytes|touch)\(|\bO_(WRONLY|RDWR|APPEND)\b|open\([^)]*[\"'][rb]*[wax+]")
ELSEWHERE = {  # with their reasons
    "state/lock.py",  # by descriptor
    "report/stdout.py",  # /dev/null
    "acme/inside_certbot/own_process.py",  # /dev/null
    "notifications/apprise_child.py",  # /dev/null
    "acme/inside_certbot/order_file.py",  # a temporary file, as ours
}


def test_no_other_module_opens_a_file_for_writing() -> None:
    source = Path(files.__file__).parent
    found = set[str]()
    for module in source.rglob("*.py"):
        lines = (line for line in module.read_text().splitlines() if "descriptor" not in line)
        if "simulator" not in module.parts and module != Path(files.__file__) and any(map(WRITING.search, lines)):
            found.add(str(module.relative_to(source)))
    assert found == ELSEWHERE
