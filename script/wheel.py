"""The sdist, the wheel and the bill of materials of a release: the same tree and time give the same bytes.

Neither where nor when they are built, nor by whom and under which umask, is in them: every file has the time
SOURCE_DATE_EPOCH (seconds since 1970), belongs to root, and can be read by all. setuptools does so for times in the
wheel alone. Another release of Python or zlib may compress differently.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from script import sbom

UMASK = 0o022


def build(tree: Path, target: Path, epoch: int) -> tuple[Path, Path]:
    """Build the sdist of what is in the tree, and from it the wheel; returns both."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sdist = even(_call("build_sdist", tree, folder, epoch), target, epoch)
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # type: ignore[arg-type]  # noqa: S202
        source = folder / sdist.name.removesuffix(".tar.gz")
        return sdist, _call("build_wheel", source, target.resolve(), epoch)


def _call(hook: str, source: Path, target: Path, epoch: int) -> Path:
    """Have setuptools do its part, as pip would; returns the file."""
    program = f"from setuptools import build_meta; print(build_meta.{hook}({str(target)!r}))"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=source,
        env=environment,
        umask=UMASK,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return target / done.stdout.splitlines()[-1]


def even(sdist: Path, target: Path, epoch: int) -> Path:
    """Pack an sdist again, without what differs from one builder to the next; returns the new one."""
    packed = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda one: one.name):
            even_member = tarfile.TarInfo(member.name)
            even_member.type, even_member.size, even_member.mtime = member.type, member.size, epoch
            even_member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(even_member, old.extractfile(member) if member.isfile() else None)
    result = target / sdist.name
    result.write_bytes(gzip.compress(packed.getvalue(), mtime=epoch))
    return result


def main(tree: str, target: str) -> None:
    """Build all that a release has, as of SOURCE_DATE_EPOCH."""
    folder = Path(target)
    sdist, wheel = build(Path(tree), folder, int(os.environ["SOURCE_DATE_EPOCH"]))
    bill = folder / sdist.name.replace(".tar.gz", ".cdx.json")
    bill.write_text(sbom.valid_bill(Path(tree)), encoding="utf-8")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (sdist, wheel, bill)]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    sys.stdout.write("".join(sums))


if __name__ == "__main__":
    main(*sys.argv[1:])
