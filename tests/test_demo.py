"""What a newcomer types first: the demo from end to end, and what both commands say when something is missing."""

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

ROOT = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash") or "bash"


def run(command: Sequence[str], timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**os.environ, **environment},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_demo_enrols_shows_the_handshake_and_keeps(tmp_path: Path) -> None:
    ran = run([sys.executable, str(ROOT / "script" / "demo.py")], TMPDIR=str(tmp_path))
    assert ran.returncode == 0, ran.stdout
    first, second = ran.stdout.split("== The second run")
    assert re.search(r"^enrolled +www\.example\.com@bigip-demo ", first, re.MULTILINE)
    assert re.search(r"^Verification: OK$", first, re.MULTILINE)
    assert "DNS:www.example.com" in first
    assert re.search(r"^kept +www\.example\.com@bigip-demo ", second, re.MULTILINE)
    assert "The second run wrote nothing to the BIG-IP" in second
    assert not list(tmp_path.iterdir()), "the demo left something behind"


def command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            yield file.read_bytes()


def test_ctrl_c_in_the_middle_of_a_run_leaves_nothing(tmp_path: Path) -> None:
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
        told = demo.stdout.read()
    assert demo.returncode == 130, told
    assert re.search(r"^failed +www\.example\.com@bigip-demo: stopped by SIG", told, re.MULTILINE)
    assert told.endswith("Interrupted; everything that was started has ended.\n")
    assert not list(tmp_path.iterdir()), "the demo left something behind"
    assert not [command for command in command_lines() if str(tmp_path).encode() in command]


def test_demo_fails_when_the_client_is_not_content(tmp_path: Path) -> None:
    openssl = tmp_path / "bin" / "openssl"
    openssl.parent.mkdir()
    openssl.write_text("#!/bin/sh\necho 'verify error:num=20' >&2\nexit 1\n")
    openssl.chmod(0o755)
    path = f"{openssl.parent}:{os.environ['PATH']}"
    ran = run([sys.executable, str(ROOT / "script" / "demo.py")], PATH=path)
    assert ran.returncode == 1
    assert "The demo failed: openssl s_client is not content: verify error:num=20" in ran.stdout


def bare_path(folder: Path, *more: str) -> str:
    """Make a PATH on which there is next to nothing."""
    folder.mkdir()
    for name in ("dirname", "uname", "id", "cat", "cksum", *more):
        (folder / name).symlink_to(shutil.which(name) or name)
    return str(folder)


def test_missing_programs_are_named_all_at_once_and_nothing_is_skipped(tmp_path: Path) -> None:
    path = bare_path(tmp_path / "bin")
    (tmp_path / "bin" / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "bin" / "python3").chmod(0o755)
    ran = run([BASH, str(ROOT / "script" / "test")], PATH=path)
    assert ran.returncode == 1
    assert re.match(r"test: missing: (python3-venv )?pebble openssl\n", ran.stdout)
    assert re.search(r"apt-get install -y --no-install-recommends .*pebble openssl$", ran.stdout, re.MULTILINE)


def test_missing_python_is_told_with_the_remedy(tmp_path: Path) -> None:
    ran = run([BASH, str(ROOT / "script" / "demo")], PATH=bare_path(tmp_path / "bin"))
    assert ran.returncode == 1
    assert "Python 3.10 or newer is needed and was not found" in ran.stdout
    assert "apt-get install python3 python3-venv" in ran.stdout
