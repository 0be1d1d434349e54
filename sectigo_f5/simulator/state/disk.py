"""The device's file system: a private directory that contains the device's absolute paths.

A path of the device maps to one below the directory, and back.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

DOWNLOADS = "/var/config/rest/downloads"
UPLOADING = "/var/config/rest/downloads/tmp"
BULK = "/var/config/rest/bulk"
SCRATCH = "/var/tmp"  # noqa: S108  inside the private directory
CSRS = "/config/ssl/ssl.csr"
FILESTORE = "/config/filestore/files_d"
TMSH = ".tmsh"  # the pipe on which the program of that name sends its calls
_SSL = (CSRS, "/config/ssl/ssl.crt", "/config/ssl/ssl.key")
_FOLDERS = (UPLOADING, BULK, *_SSL, SCRATCH, "/shared", "/tmp", "/root", "/usr/bin")  # noqa: S108  inside it, too
_TOOLS = (
    "awk base64 basename cat chmod cp cut date dirname fold grep head ls mkdir mkfifo mktemp mv od openssl rm sed sort "
    "sha256sum stat tail test touch tr uniq wc xargs"
)
# A `/` that begins a word; those inside a path stay.
_ABSOLUTE = re.compile(r"(?<![\w./~+})*%@-])/(?!dev/(?:null|stdin|stdout|stderr|fd)\b)(?=[\w.*:])")


class Disk:
    """The private directory; its creator removes it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for folder in _FOLDERS:
            (self.root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        (self.root / "bin").symlink_to("usr/bin")
        for tool in _TOOLS.split():
            program = shutil.which(tool)
            if program:
                (self.root / "usr/bin" / tool).symlink_to(program)
        tmsh = self.root / "usr/bin/tmsh"
        tmsh.write_text(_TMSH, encoding="ascii")
        tmsh.chmod(0o755)
        os.mkfifo(self.root / TMSH, 0o600)

    def place(self, path: str) -> Path | None:
        """Return the local path of a device's path; None if it would leave the directory."""
        place = (self.root / path.lstrip("/")).resolve()
        return place if place.is_relative_to(self.root) else None

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None."""
        file = self.place(path)
        return file.read_bytes() if file and file.is_file() else None

    def write(self, path: str, content: bytes) -> None:
        """Write a file, with the folders above it."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def remove(self, path: str) -> None:
        """Remove a file if it exists."""
        (self.root / path.lstrip("/")).unlink(missing_ok=True)

    def clear(self, folder: str) -> None:
        """Remove a folder with everything in it."""
        shutil.rmtree(self.root / folder.lstrip("/"), ignore_errors=True)

    def inward(self, text: str) -> str:
        """Rewrite the device's absolute paths in a command line to those of the directory."""
        return _ABSOLUTE.sub(f"{self.root}/", text)

    def outward(self, text: str) -> str:
        """Rewrite the paths in a command's output back to the device's."""
        return text.replace(str(self.root), "")

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        return sorted(file.name for file in (self.root / folder.lstrip("/")).iterdir() if file.is_file())


# Sends its words to the simulator, which answers on the caller's own pipe: exit status, length, and that many bytes.
_TMSH = r"""#!/bin/bash
root=${BASH_SOURCE[0]%/usr/bin/tmsh}
answer=$root/.tmsh.$$
mkfifo -m 600 "$answer"
exec 3<>"$answer"
printf '%s\0' "$#" "$answer" "$@" > "$root/.tmsh"
read -r status length <&3
head -c "$length" <&3
rm -f "$answer"
exit "$status"
"""
