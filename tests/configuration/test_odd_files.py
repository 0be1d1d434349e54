"""A file that cannot be read, and YAML that is odd, are mistakes with their line; the file beside them counts."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.sources import yaml_lines
from sectigo_f5.configuration.sources.permissions import fault_of_rights, others_may_read
from sectigo_f5.errors import ConfigurationError
from tests.configuration.directory import GOOD, configuration, private

OTHER = GOOD.replace("bigip-fra\n", "other\n").replace("www.", "other.")
CHECK = "check the path and its permissions"
ODD_PATHS = {
    "pipe": "is a pipe, not a file; name a file",
    "socket": "is a socket, not a file; name a file",
    ".": "is a directory, not a file; name a file",
    "/dev/zero": "is a device, not a file; name a file",
    "/proc/self/mem": f"cannot be read (Input/output error); {CHECK}",
    "loop": f"cannot be read (Too many levels of symbolic links); {CHECK}",
    "x" * 300: f"cannot be read (File name too long); {CHECK}",
    "shop.yaml/x": f"cannot be read (Not a directory); {CHECK}",
    "locked": f"cannot be read (Permission denied); {CHECK}",
    '"\\0"': "is not a valid file path; correct it",
}


@pytest.fixture
def odd_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a file of every odd kind; one that we may not open, though tests run as root."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    private(tmp_path / "locked", "")
    with socket.socket(socket.AF_UNIX) as bound:
        monkeypatch.chdir(tmp_path)  # the path of a socket is short
        bound.bind("socket")
    real = os.open

    def refusing(path: os.PathLike[str] | str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("/locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refusing)
    return tmp_path


@pytest.mark.parametrize("written", ODD_PATHS)
def test_an_odd_file_is_a_mistake_at_its_line(odd_directory: Path, written: str) -> None:
    credentials = GOOD.replace("credentials/bigip-fra.yaml", written)
    ca_file = GOOD.replace("  common_name", f"  verify_tls: {written}\n  common_name")
    read = configuration(odd_directory, shop=credentials, with_ca_file=ca_file, other=OTHER)
    first, second = (mistake.removeprefix(f"{odd_directory}/") for mistake in read.mistakes)
    assert first.startswith("shop.yaml:6: credentials_file: ")
    assert second.startswith("with_ca_file.yaml:7: verify_tls: the CA file ")
    assert first.endswith(ODD_PATHS[written])
    assert second.endswith(ODD_PATHS[written])
    assert [job.device.name for job in read.jobs] == ["other"]


@pytest.mark.parametrize("written", [path for path in ODD_PATHS if "0" not in path])
def test_an_odd_file_in_place_of_the_env_file_is_one_sentence(odd_directory: Path, written: str) -> None:
    private(odd_directory / "shop.yaml", "")
    with pytest.raises(ConfigurationError) as raised:
        read_settings(odd_directory / written, {})
    assert str(raised.value).endswith(ODD_PATHS[written])
    bundle = odd_directory / written
    with pytest.raises(ConfigurationError, match="^environment: ACME_CA_BUNDLE: the CA file ") as raised:
        read_settings(None, {"ACME_SERVER": "https://acme.example.com", "ACME_CA_BUNDLE": str(bundle)})
    assert str(raised.value).endswith(ODD_PATHS[written])


@pytest.mark.parametrize(
    "written",
    [
        "!!int ''",
        "!!float ''",
        "!!timestamp 5",
        "!!timestamp ''",
        "!!bool maybe",
        "!!int '_'",
        "2026-13-45",
        "9" * 5000,
    ],
)
def test_what_yaml_cannot_convert_is_a_mistake_at_its_line(tmp_path: Path, written: str) -> None:
    read = configuration(tmp_path, shop=GOOD.replace("192.0.2.10", written), other=OTHER)
    assert f"{tmp_path}/shop.yaml:5: looks like a date or a number but is neither; quote it" in read.mistakes
    assert [job.device.name for job in read.jobs] == ["other"]


def test_anchors_that_multiply_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_lines, "MOST_VALUES", 1000)
    keys = "".join(f"  k{number}: x\n" for number in range(200))
    merged = "".join(f"m{number}: {{<<: *base}}\n" for number in range(20))
    nested = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 5))
    read = configuration(tmp_path, merged=f"base: &base\n{keys}{merged}", nested=nested, other=OTHER)
    text = "has more than 1000 values where anchors are used; write what is meant"
    assert read.mistakes == (f"{tmp_path}/merged.yaml:207: <<: {text}", f"{tmp_path}/nested.yaml: {text}")
    assert [job.device.name for job in read.jobs] == ["other"]


@pytest.mark.parametrize(
    ("mode", "owner", "expected"),
    [
        (0o100644, 0, None),
        (0o100600, 4711, None),
        (
            0o100664,
            0,
            "can be changed by its group or by others, and it decides what the connector runs; run: chmod",
        ),
        (0o40777, 4711, "can be changed by its group or by others, and it decides what the connector runs; run: chmod"),
        (0o41777, 0, "can be changed by its group or by others, and it decides what the connector runs; run: chmod"),
        (
            0o100600,
            4294967,
            "belongs to the user 4294967, who can change it, and it decides what the connector runs",
        ),
    ],
)
def test_the_rights_of_others_over_a_file(mode: int, owner: int, expected: str | None) -> None:
    fault = fault_of_rights(Path("/etc/my dir/shop.yaml"), mode, owner, 4711)
    assert fault is None if expected is None else str(fault).startswith(expected)
    assert fault is None or fault.endswith(" '/etc/my dir/shop.yaml'")


@pytest.mark.parametrize(
    ("mode", "owner", "group", "us", "others"),
    [
        (0o100600, 4711, 4711, 4711, False),
        (0o100640, 4711, 4711, 4711, True),
        (0o100440, 0, 4711, 4711, False),  # a secret of Kubernetes with fsGroup, or root:sectigo 0640
        (0o100440, 0, 0, 4711, True),
        (0o100444, 0, 4711, 4711, True),
        (0o100640, 0, 4711, 0, True),  # we are root: the group is not needed
        (0o100640, 4712, 4711, 4711, True),
    ],
)
def test_who_else_may_read_a_file(mode: int, owner: int, group: int, us: int, others: bool) -> None:
    assert others_may_read(mode, owner, group, us, 4711) is others


def test_a_file_that_is_mounted_read_only_can_be_changed_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "etc"
    private(folder / "shop.yaml", GOOD)
    folder.chmod(0o1777)
    assert "can be changed by its group or by others" in configuration(folder, shop=GOOD).warnings[0]
    mounted = os.statvfs(folder)
    flags = os.statvfs_result((*mounted[:8], mounted.f_flag | os.ST_RDONLY, mounted.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _path: flags)
    assert configuration(folder, shop=GOOD).warnings == ()


def test_a_file_that_others_may_change_is_only_a_warning(tmp_path: Path, ca_pem: str) -> None:
    folder = tmp_path / "etc"
    writable = [
        folder,
        folder / "shop.yaml",
        folder / "credentials",
        folder / "credentials" / "bigip-fra.yaml",
        private(folder / "ca.pem", ca_pem),
    ]
    configuration(folder, shop=GOOD.replace("  common_name", "  verify_tls: ca.pem\n  common_name"))
    for path in writable:
        path.chmod(path.stat().st_mode | 0o020)
    read = read_configuration(folder)
    assert len(read.jobs) == 1
    assert sorted(warning.partition(": can be changed by its group")[0] for warning in read.warnings) == sorted(
        str(path) for path in writable
    )


def test_a_hook_that_others_may_change_is_only_a_warning(tmp_path: Path) -> None:
    hook = private(tmp_path / "hooks" / "add", "#!/bin/sh\n")
    hook.chmod(0o775)
    manual = "  validation: dns-01\n  dns_authenticator: manual\n"
    read = configuration(
        tmp_path, shop=GOOD + manual + f"  dns_options: {{auth-hook: {hook} --quick, cleanup-hook: none}}\n"
    )
    (warning,) = read.warnings
    assert warning.startswith(f"{hook}: can be changed by its group or by others")
    assert len(read.jobs) == 1


def test_an_env_file_that_others_may_change_is_only_a_warning(tmp_path: Path, ca_pem: str) -> None:
    bundle = private(tmp_path / "ca" / "ca.pem", ca_pem)
    file = private(tmp_path / "env", f"ACME_SERVER=https://acme.example.com\nACME_CA_BUNDLE={bundle}\n")
    assert read_settings(file, {})[1] == ()
    for path in (file, bundle, tmp_path):
        path.chmod(path.stat().st_mode | 0o002)
    warned = [warning.partition(": can be changed by its group")[0] for warning in read_settings(file, {})[1]]
    assert warned == [str(file), str(tmp_path), str(bundle)]
