"""Which files of the directory are read, and a warning for each that only looks as if it were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.errors import ConfigurationError
from tests.configuration.directory import CREDENTIALS, GOOD, configuration, private

ENDING = "is not read: its name does not end with .yaml or .yml; rename it, or move it out of"
BELOW = "is not read: only files directly in the directory are; move it there, or move it out of"


def test_both_suffixes_in_any_case_are_read_in_sorted_order(tmp_path: Path) -> None:
    configuration(tmp_path, c=GOOD.replace("www.", "c."))
    for name in ("a.yml", "B.YAML", "d.Yml"):
        private(tmp_path / name, GOOD.replace("www.", f"{name[0].lower()}."))
    read = read_configuration(tmp_path)
    assert (read.mistakes, read.warnings) == ((), ())
    assert [job.common_name for job in read.jobs] == [f"{letter}.example.com" for letter in "bacd"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shop.yaml.bak", "broken: ["),
        ("shop.yaml~", GOOD),
        (".shop.yaml", "broken: ["),
        ("shop.YML.rpmsave", ""),
        ("shop.json", '{"name": "shop", "version": "v1", "devices": []}'),
        ("shop", GOOD),
        ("shop.txt", GOOD.replace("\n", "\r\n")),
        ("old/shop.yaml", GOOD),
        ("old/2025/shop.YAML", GOOD),
    ],
)
def test_a_file_that_seems_to_be_meant_is_a_warning(tmp_path: Path, name: str, content: str) -> None:
    private(tmp_path / name, content)
    read = configuration(tmp_path, www=GOOD)
    assert read.warnings == (f"{tmp_path / name}: {BELOW if '/' in name else ENDING} {tmp_path}",)
    assert len(read.jobs) == 1


def test_what_nobody_takes_for_a_configuration_is_passed_over(tmp_path: Path) -> None:
    for name in ("env", "ca.pem", "cloudflare.ini", ".gitignore", "credentials/other.yaml", "hooks/names.yaml"):
        private(tmp_path / name, "username: x")
    for name in ("README.md", "readme", ".shop.yaml.swp", "._shop.yaml", ".git/shop.yaml", "old/.shop.yaml"):
        private(tmp_path / name, GOOD)
    (tmp_path / ".#shop.yaml").symlink_to("operator@host.4711")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "again").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert configuration(tmp_path, www=GOOD).warnings == ()


def test_an_unreadable_file_is_a_mistake_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir(parents=True)
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone")
    (tmp_path / "d.yaml").symlink_to(tmp_path / "d.yaml")
    os.mkfifo(tmp_path / "e.yaml")
    (tmp_path / "f.yaml").symlink_to("/dev/zero")
    read = configuration(tmp_path, c=GOOD)
    assert read.mistakes == (
        f"{tmp_path}/a.yaml: is a directory, not a file; move it out of this directory",
        f"{tmp_path}/b.yaml: cannot be read (No such file or directory); check the path and its permissions",
        f"{tmp_path}/d.yaml: cannot be read (Too many levels of symbolic links); check the path and its permissions",
        f"{tmp_path}/e.yaml: is a pipe, not a file; move it out of this directory",
        f"{tmp_path}/f.yaml: is a device, not a file; move it out of this directory",
    )
    assert len(read.jobs) == 1


def test_a_directory_without_a_file_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none: cannot be read \(No such file or directory\); create it"):
        read_configuration(tmp_path / "none")
    file = private(tmp_path / "file.yaml", CREDENTIALS)
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Not a directory\)"):
        read_configuration(file)
    private(tmp_path / "empty" / "shop.yaml.bak", "")
    with pytest.raises(
        ConfigurationError,
        match=r"contains no \*\.yaml or \*\.yml file; write one, or name another directory with --config-dir"
        r" \| .*/empty/shop\.yaml\.bak: is not read",
    ):
        read_configuration(tmp_path / "empty")
