"""What a newcomer types first: the demo from end to end, and what both commands say if something is missing."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.install import placing

ROOT = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash") or "bash"


def run(command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return placing.run(*command, folder=Path("/"), environment={**os.environ, **environment})


def test_demo_enrols_shows_the_handshake_and_keeps(tmp_path: Path) -> None:
    ran = run([sys.executable, str(ROOT / "script" / "demo.py")], TMPDIR=str(tmp_path))
    assert ran.returncode == 0, ran.stdout
    first, second = ran.stdout.split("== The second run")
    assert re.search(r"^enrolled +www\.example\.com@bigip-demo ", first, re.MULTILINE)
    assert re.search(r"^Verification: OK$", first, re.MULTILINE)
    assert "DNS:www.example.com" in first
    assert re.search(r"^kept +www\.example\.com@bigip-demo ", second, re.MULTILINE)
    assert "The second run wrote nothing to the BIG-IP" in second
    inventory, trail = second.split("== The inventory")[1].split("== The trail")
    assert re.search(r" www\.example\.com .* password, protected, exportable .* /Common/vs_www_https ", inventory)
    assert re.search(r"^unprotected-key .* /Common/default\.crt ", inventory, re.MULTILINE)
    assert re.search(r"^\S+ \S+  put-in-service +made +www\.example\.com@bigip-demo, ", trail, re.MULTILINE)
    assert "file(s), unbroken\nhead: number " in trail
    assert not list(tmp_path.iterdir()), "the demo left something behind"


def command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            yield file.read_bytes()


def test_ctrl_c_during_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(ROOT / "script" / "demo.py")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that Ctrl-C is for the demo's process group, as on a terminal
    ) as demo:
        assert demo.stdout is not None
        assert any(" 9 submitting the CSR" in line for line in demo.stdout)
        os.killpg(demo.pid, signal.SIGINT)
        output = demo.stdout.read()
    assert demo.returncode == 130, output
    assert re.search(r"^failed +www\.example\.com@bigip-demo: stopped by SIG", output, re.MULTILINE)
    assert output.endswith("Interrupted; everything that was started has ended.\n")
    assert not list(tmp_path.iterdir()), "the demo left something behind"
    assert not [command for command in command_lines() if str(tmp_path).encode() in command]


def test_demo_fails_if_the_client_rejects_the_handshake(tmp_path: Path) -> None:
    openssl = tmp_path / "bin" / "openssl"
    openssl.parent.mkdir()
    openssl.write_text("#!/bin/sh\necho 'verify error:num=20' >&2\nexit 1\n")
    openssl.chmod(0o755)
    path = f"{openssl.parent}:{os.environ['PATH']}"
    ran = run([sys.executable, str(ROOT / "script" / "demo.py")], PATH=path)
    assert ran.returncode == 1
    assert "The demo failed: openssl s_client failed: verify error:num=20" in ran.stdout


def bare_path(folder: Path, *more: str) -> str:
    """Create a directory for PATH that holds next to nothing."""
    folder.mkdir()
    for name in ("dirname", "uname", "id", "cat", "cksum", *more):
        (folder / name).symlink_to(shutil.which(name) or name)
    return str(folder)


def test_missing_programs_are_named_together_and_fail_the_run(tmp_path: Path) -> None:
    path = bare_path(tmp_path / "bin")
    (tmp_path / "bin" / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "bin" / "python3").chmod(0o755)
    ran = run([BASH, str(ROOT / "script" / "test")], PATH=path)
    assert ran.returncode == 1
    programs = (ROOT / "script" / "test").read_text().split("\nPROGRAMS=(")[1].split("\n)")[0]
    packages = " ".join(dict.fromkeys(re.findall(r":([\w-]+)'?\s", f"{programs}\n")))
    assert packages.startswith("pebble openssl ")
    assert re.match(rf"test: missing: (python3-venv )?{packages}\n", ran.stdout)
    assert re.search(rf"apt-get install -y --no-install-recommends .*{packages}$", ran.stdout, re.MULTILINE)


def test_missing_python_is_named_with_the_remedy(tmp_path: Path) -> None:
    ran = run([BASH, str(ROOT / "script" / "demo")], PATH=bare_path(tmp_path / "bin"))
    assert ran.returncode == 1
    assert "Python 3.10 or newer is needed and was not found" in ran.stdout
    assert "apt-get install python3 python3-venv" in ran.stdout


def shell(script: str, **environment: str) -> str:
    ran = run([BASH, "-euc", f". {ROOT}/script/environment.sh; {script}"], **environment)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_selection_for_other_versions_names_existing_tests() -> None:
    listed = re.search(r"^SELECTION=\((.*?)^\)", (ROOT / "script" / "test").read_text(), re.MULTILINE | re.DOTALL)
    assert listed is not None
    names = listed[1].split()
    for file, _, function in (name.partition("::") for name in names):
        found = (ROOT / file).is_dir() or f"def {function}" in (ROOT / file).read_text()
        assert found, f"{file} has no {function}"
    for needed in ("twelve_steps.py", "test_command_line.py", "acme2certifier.py::", "pebble.py::", "test_demo.py::"):
        assert any(needed in name for name in names), f"no {needed}"


def test_other_versions_are_found_in_path_and_under_pyenv(tmp_path: Path) -> None:
    def fake(file: Path, version: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho {version}\n")
        file.chmod(0o755)
        return file

    path, pyenv = tmp_path / "bin", tmp_path / "pyenv"
    in_path = fake(path / "python3.14", "3.14")
    fake(path / "python3.13", "")  # a shim of pyenv: another version is selected
    under_pyenv = fake(pyenv / "versions" / "3.13.9" / "bin" / "python3.13", "3.13")
    search = 'for version in 3.14 3.13 3.12; do find_version "$version" || echo none; done'
    found = shell(search, PATH=f"{path}:{bare_path(tmp_path / 'bare')}", PYENV_ROOT=str(pyenv))
    assert found.split() == [str(in_path), str(under_pyenv), "none"]
