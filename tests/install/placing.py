"""Run a program over a file of config/, as it would be in place."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

USER = "nobody"  # there is one on every host, so that root can hand files over
ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def run(
    *command: str | Path, folder: Path = ROOT, environment: Mapping[str, str] = ENVIRONMENT
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with both outputs in one."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def placed(source: Path, target: Path, replaced: Mapping[str, str]) -> Path:
    """Copy a file, with other texts in it; each of them must be there."""
    text = source.read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text, f"{source.name} does not contain {old}"
        text = text.replace(old, new)
    target.write_text(text, encoding="utf-8")
    return target


def shown(page: Path, language: str, first_line: str) -> str:
    """Return the block of a page that begins with a line."""
    blocks: Sequence[str] = page.read_text(encoding="utf-8").split(f"```{language}\n")[1:]
    found = [block.split("```")[0] for block in blocks if block.startswith(first_line)]
    assert len(found) == 1, f"{page.name} shows {first_line} {len(found)} times"
    return found[0].removeprefix(first_line).lstrip("\n")


def install(root: Path, *options: str, ends: int = 0) -> str:
    done = run(ROOT / "install.sh", "--user", USER, "--root", root, *options, folder=Path("/"))
    assert done.returncode == ends, done.stdout
    return done.stdout


def tree(root: Path) -> dict[str, tuple[int, str]]:
    """Return mode and content of all files."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode, "" if path.is_dir() else path.read_text(encoding="utf-8"))
        for path in root.rglob("*")
    }
