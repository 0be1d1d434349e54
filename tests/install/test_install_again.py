"""install.sh once more: it repeats nothing, changes nothing of an operator's, and takes away only what is its own."""

from __future__ import annotations

import hashlib
import re
import signal
from pathlib import Path

import pytest

from tests.install.placing import CONFIG, ENVIRONMENT, ROOT, USER, install, run, tree


def test_second_run_has_nothing_to_do(root: Path) -> None:
    before = tree(root)
    assert "nothing to do\n" in install(root, "--systemd")
    assert tree(root) == before


def test_dry_run_says_all_and_changes_nothing(tmp_path: Path) -> None:
    said = install(tmp_path, "--dry-run", "--systemd")
    assert list(tmp_path.iterdir()) == []
    assert "would create /etc/sectigo (root:" in said
    assert "would create /etc/systemd/system/sectigo-f5.timer\n" in said
    assert not re.search(r"^(?!would |note: )", said.rstrip(), re.MULTILINE)


def test_configuration_of_an_operator_stays(root: Path) -> None:
    for name in ("etc/sectigo/env", "etc/sectigo/shop.yaml"):
        (root / name).write_text("of an operator\n")
    (root / "etc/sectigo/shop.yaml").rename(root / "etc/sectigo/frankfurt.YML")
    before = tree(root)
    assert "nothing to do\n" in install(root, "--systemd")
    assert tree(root) == before


def test_unit_that_was_changed_stays_and_the_difference_is_said(root: Path) -> None:
    timer, service = (root / "etc/systemd/system" / f"sectigo-f5.{kind}" for kind in ("timer", "service"))
    timer.write_text(timer.read_text().replace("03,15", "04,16"))
    said = install(root, "--systemd")
    assert "note: /etc/systemd/system/sectigo-f5.timer was changed here and stays as it is" in said
    assert "-OnCalendar=*-*-* 04,16:17\n+OnCalendar=*-*-* 03,15:17\n" in said
    assert "04,16" in timer.read_text()
    said = install(root, "--systemd", "--uninstall")
    assert "sectigo-f5.timer is not as it was installed, and is left" in said
    assert (timer.exists(), service.exists()) == (True, False)


def test_file_of_an_earlier_version_is_updated(root: Path) -> None:
    page, record = root / "usr/local/share/man/man8/sectigo-f5.8", root / "usr/local/share/sectigo-f5/installed"
    page.write_text("of an earlier version\n")
    earlier = hashlib.sha256(page.read_bytes()).hexdigest()
    record.write_text(re.sub(r"^\w+(?=  \S+sectigo-f5\.8$)", earlier, record.read_text(), flags=re.MULTILINE))
    said = install(root, "--systemd")
    assert "update /usr/local/share/man/man8/sectigo-f5.8\n" in said
    assert page.read_text() == (CONFIG / "man" / "sectigo-f5.8").read_text()


def test_uninstall_leaves_configuration_state_and_logs(root: Path) -> None:
    (root / "var/lib/sectigo/history").write_text("of a run\n")
    said = install(root, "--uninstall")
    left = {path for path in tree(root) if (root / path).is_file()}
    assert left == {
        "etc/sectigo/env",
        "etc/sectigo/shop.yaml",
        "etc/sectigo/credentials/bigip-fra.yaml",
        "var/lib/sectigo/history",
    }
    assert (root / "var/log/sectigo").is_dir()
    assert "left as they are: /etc/sectigo, /var/lib/sectigo, /var/log/sectigo" in said
    assert "nothing to do\n" in install(root, "--uninstall")


def handed_over(folder: Path, owner: str) -> str:
    """Try what install.sh does with a directory that was there before it."""
    script = ". script/environment.sh; . script/placing.sh; root= dry_run=yes; stat() { echo $whose; }; directory"
    return run("bash", "-uc", f"whose={owner}; {script} '{folder}' 0700 sectigo sectigo").stdout


def test_what_runs_by_root_left_is_given_to_the_user(tmp_path: Path) -> None:
    assert handed_over(tmp_path, "root") == f"would give {tmp_path} and what is in it to sectigo:sectigo\n"
    assert handed_over(tmp_path, "sectigo") == ""
    said = handed_over(tmp_path, "somebody")
    assert said.startswith(f"note: {tmp_path} belongs to somebody, and not to sectigo: chown -hR sectigo:sectigo ")


@pytest.mark.parametrize("number", [1, 4, 5, 6, 9])
def test_killed_installation_is_completed_by_the_next(number: int, installed: Path, tmp_path: Path) -> None:
    """Killed before it gives the file or directory of this number its name."""
    killing = tmp_path / "killing"
    killing.write_text(f'named=0\nmv() {{ ((++named < {number})) || kill -KILL $$; command mv "$@"; }}\n')
    command = (ROOT / "install.sh", "--user", USER, "--systemd", "--root", tmp_path / "root")
    (tmp_path / "root").mkdir()
    killed = run(*command, environment={**ENVIRONMENT, "BASH_ENV": str(killing)})
    assert killed.returncode == -signal.SIGKILL
    install(tmp_path / "root", "--systemd")
    assert tree(tmp_path / "root") == tree(installed)
