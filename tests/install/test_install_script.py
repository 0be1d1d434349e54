"""install.sh, into a directory of its own (``--root``): what it puts where, and where it refuses to."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.sources.permissions import fault_of_rights, others_may_read
from tests.install.placing import CONFIG, ENVIRONMENT, ROOT, USER, run, tree

SCRIPTS = (
    "install.sh",
    "config/command/sectigo-f5",
    *(f"script/{name}" for name in ("environment.sh", "generate", "lock", "placing.sh")),
    *(f"script/{name}" for name in ("sbom", "vulnerabilities", "wheel")),
)


def mode(root: Path, path: str) -> int:
    return stat.S_IMODE((root / path).stat().st_mode)


def test_shell_scripts_have_no_fault() -> None:
    checked = run("shellcheck", "--external-sources", "--exclude=SC2015", *SCRIPTS)
    assert (checked.stdout, checked.returncode) == ("", 0)


def test_directories_and_files_have_the_modes_that_install_says(installed: Path) -> None:
    modes = {
        "etc/sectigo": 0o750,
        "etc/sectigo/credentials": 0o750,
        "etc/sectigo/env": 0o640,
        "etc/sectigo/shop.yaml": 0o640,
        "etc/sectigo/credentials/bigip-fra.yaml": 0o640,
        "var/lib/sectigo": 0o700,
        "var/log/sectigo": 0o750,
        "etc/systemd/system/sectigo-f5.service": 0o644,
        "etc/logrotate.d/sectigo-f5": 0o644,
        "usr/local/bin/sectigo-f5": 0o755,
    }
    assert {path: mode(installed, path) for path in modes} == modes
    assert not (installed / "etc/cron.d").exists()
    assert not [path for path in tree(installed) if re.search(r"\.\w{6}$", path)]


def test_configuration_is_read_by_the_service_and_changed_by_root_alone(installed: Path) -> None:
    """As the connector judges it, when the service's user runs it."""
    user = pwd.getpwnam(USER)
    for file in (installed / "etc/sectigo").rglob("*"):
        mode = file.stat().st_mode
        assert fault_of_rights(file, mode, 0, user.pw_uid) is None
        assert not others_may_read(mode, 0, user.pw_gid, user.pw_uid, user.pw_gid) or file.is_dir()
        if os.geteuid() == 0:
            assert (file.stat().st_uid, file.stat().st_gid) == (0, user.pw_gid)
    if os.geteuid() == 0:
        owners = {(installed / path).stat().st_uid for path in ("var/lib/sectigo", "var/log/sectigo")}
        assert owners == {user.pw_uid}


def test_samples_are_a_valid_configuration(installed: Path) -> None:
    assert [job.label for job in read_configuration(installed / "etc/sectigo").jobs] == ["www.example.com@bigip-fra"]
    assert (installed / "etc/sectigo/env").read_text() == (ROOT / "env.example").read_text()


def test_files_name_this_directory_and_user(installed: Path) -> None:
    service = (installed / "etc/systemd/system/sectigo-f5.service").read_text()
    group = run("id", "-gn", USER).stdout.strip()
    assert re.findall(r"^(?:User|Group|ExecStart)=.*$", service, re.MULTILINE) == [
        f"ExecStart={ROOT}/start_acme.py",
        f"User={USER}",
        f"Group={group}",
    ]
    assert f"    su {USER} {group}\n" in (installed / "etc/logrotate.d/sectigo-f5").read_text()
    assert f"\nuser={USER}\n" in (installed / "usr/local/bin/sectigo-f5").read_text()


def test_without_options_the_files_are_those_of_config(tmp_path: Path) -> None:
    """So that what the documents show is what an operator finds; but for the directory."""
    done = run(ROOT / "install.sh", "--root", tmp_path, "--cron", "--enable")
    assert done.returncode == 0, done.stdout
    for folder in ("cron.d", "logrotate.d"):
        found = (tmp_path / "etc" / folder / "sectigo-f5").read_text()
        assert found == (CONFIG / folder / "sectigo-f5").read_text().replace("/opt/sectigo-f5", str(ROOT))
    assert not (tmp_path / "etc/systemd").exists()


def test_systemd_that_cannot_hand_over_a_file_reads_it_in_place(tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.write_text("systemctl() { printf 'systemd 239 (239-82.el8)\\n+PAM\\n'; }\n")
    (tmp_path / "root").mkdir()
    command = (ROOT / "install.sh", "--systemd", "--root", tmp_path / "root")
    done = run(*command, environment={**ENVIRONMENT, "BASH_ENV": str(older)})
    assert done.returncode == 0, done.stdout
    service = (tmp_path / "root/etc/systemd/system/sectigo-f5.service").read_text()
    assert "LoadCredential" not in service
    assert "hands it over" not in service
    assert "\nEnvironment=SECTIGO_ENV_FILE=/etc/sectigo/env\n" in service


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--user", "root"], "the connector needs no root"),
        (["--user", "a b"], "a b is not the name of a user"),
        (["--root", "here"], "--root needs a full path, not here"),
        (["--user"], "--user needs a value"),
        (["--colour"], "--colour is not an option"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_wrong_option_is_refused(options: list[str], sentence: str) -> None:
    done = run(ROOT / "install.sh", *options)
    assert done.returncode == 1
    assert done.stdout.startswith(f"install.sh: {sentence}")


def clone(folder: Path) -> Path:
    """Copy what install.sh reads before it decides whether it may run."""
    (folder / "script").mkdir(parents=True)
    for name in ("install.sh", "script/placing.sh", "script/environment.sh"):
        shutil.copy(ROOT / name, folder / name)
    return folder / "install.sh"


def test_clone_that_no_unit_can_name_is_refused(tmp_path: Path) -> None:
    done = run(clone(tmp_path / "my clone"), "--dry-run")
    assert done.returncode == 1
    assert "units and crontabs cannot name" in done.stdout
    assert f"move it: mv {tmp_path}/my\\ clone /opt/sectigo-f5\n" in done.stdout


def test_clone_in_a_temporary_directory_is_refused(tmp_path: Path) -> None:
    script = clone(tmp_path / "clone")
    if str(tmp_path).startswith("/tmp/"):  # noqa: S108  # where pytest has its directories, unless told otherwise
        assert "the service sees no home and no temporary directory" in run(script, "--dry-run").stdout


def test_file_that_others_can_change_is_found(tmp_path: Path) -> None:
    file = tmp_path / "clone" / "sectigo_f5" / "cli.py"
    file.parent.mkdir(parents=True)
    file.touch()
    search = f". script/placing.sh; changeable_by_others '{tmp_path / 'clone'}'"
    for path, mode, found in ((file, 0o644, ""), (file, 0o664, file), (file, 0o644, ""), (tmp_path, 0o777, tmp_path)):
        path.chmod(mode)
        file.parent.chmod(0o755)
        file.parent.parent.chmod(0o755)
        assert run("bash", "-euo", "pipefail", "-c", search).stdout == str(found)


def test_ordinary_user_is_told_that_root_must_install() -> None:
    ordinary = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:  # pytest's own directories are closed to other users
        script = clone(Path(folder) / "clone")
        Path(folder).chmod(0o755)
        done = run(*ordinary, script)
    assert done.returncode == 1
    assert done.stdout.startswith("install.sh: only root can install it\n  sudo ./install.sh\n")


def test_python_in_a_home_does_not_suit_a_service_that_sees_none(tmp_path: Path) -> None:
    """Such is one of pyenv, or of uv, behind links that lead out of the home."""
    linked = tmp_path / "python"
    for real, status in (("/usr/bin/python3", 0), ("/root/.pyenv/versions/3.13.1/bin/python3.13", 1)):
        linked.write_text(f"#!/bin/sh\necho {real}\n")
        linked.chmod(0o755)
        assert run("bash", "-uc", f". script/placing.sh; suits '{linked}'").returncode == status


def test_environment_of_another_user_is_not_a_traceback(tmp_path: Path) -> None:
    shutil.copy(ROOT / "start_acme.py", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o644)
    done = run("python3", tmp_path / "start_acme.py", "--version")
    assert done.returncode == 1
    assert done.stdout.startswith(f"start_acme.py: {python} cannot be run (Permission denied): this user needs access")
