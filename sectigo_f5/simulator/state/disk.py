"""The device's file system: a private directory in which its absolute paths lie.

A path of the device maps to one below the directory and back.
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
TMSH = ".tmsh"  # the pipe on which the program of that name asks
_SSL = (CSRS, "/config/ssl/ssl.crt", "/config/ssl/ssl.key")
_FOLDERS = (UPLOADING, BULK, *_SSL, SCRATCH, "/shared", "/tmp", "/root", "/usr/bin")  # noqa: S108  as well
_TOOLS = (
    "awk base64 basename cat chmod cp cut date dirname fold grep head ls mkdir mkfifo mktemp mv od openssl rm sed sort "
    "stat tail test touch tr uniq wc xargs"
)
# A `/` that begins a word; those inside a path that was already begun stay.
_ABSOLUTE = re.compile(r"(?<![\w./~+})*%@-])/(?!dev/(?:null|stdin|stdout|stderr|fd)\b)(?=[\w.*:])")


class Disk:
    """The private directory; whoever made it removes it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for folder in _FOLDERS:
            (self.root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        (self.root / "bin").symlink_to("usr/bin")
        for tool in _TOOLS.split():
            found = shutil.which(tool)
            if found:
                (self.root / "usr/bin" / tool).symlink_to(found)
        tmsh = self.root / "usr/bin/tmsh"
        tmsh.write_text(_TMSH, encoding="ascii")
        tmsh.chmod(0o755)
        os.mkfifo(self.root / TMSH, 0o600)

    def place(self, path: str) -> Path | None:
        """Return where a path of the device lies; None for one that would leave the directory."""
        found = (self.root / path.lstrip("/")).resolve()
        return found if found.is_relative_to(self.root) else None

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None."""
        found = self.place(path)
        return found.read_bytes() if found and found.is_file() else None

    def write(self, path: str, content: bytes) -> None:
        """Write a file, with the folders above it."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        (self.root / path.lstrip("/")).unlink(missing_ok=True)

    def clear(self, folder: str) -> None:
        """Remove a folder with everything in it."""
        shutil.rmtree(self.root / folder.lstrip("/"), ignore_errors=True)

    def inward(self, text: str) -> str:
        """Rewrite the device's absolute paths in a command line to those of the directory."""
        return _ABSOLUTE.sub(f"{self.root}/", text)

    def outward(self, text: str) -> str:
        """Rewrite what a command printed back to the device's paths."""
        return text.replace(str(self.root), "")

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        return sorted(file.name for file in (self.root / folder.lstrip("/")).iterdir() if file.is_file())


# Hands its words to the simulator, which answers on a pipe of the caller's: exit status, length, and that many bytes.
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
