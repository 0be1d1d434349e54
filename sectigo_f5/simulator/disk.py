"""The device's file system: a private directory in which its absolute paths lie.

A path of the device maps to one below the directory and back. CSRs live here: the plain file below
``/config/ssl/ssl.csr`` is the CSR object (F5 Ansible moves it away, and the object is gone).
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

DOWNLOADS = "/var/config/rest/downloads"
UPLOADING = "/var/config/rest/downloads/tmp"
BULK = "/var/config/rest/bulk"
SCRATCH = "/var/tmp"  # noqa: S108  inside the private directory
CSRS = "/config/ssl/ssl.csr"
_FOLDERS = (UPLOADING, BULK, CSRS, "/config/ssl/ssl.key", SCRATCH, "/shared", "/tmp", "/root", "/usr/bin")  # noqa: S108  as well
_TOOLS = "base64 cat chmod cp cut date grep head ls mkdir mktemp mv od openssl rm sed sort stat tail test touch tr wc"
# A `/` that begins a word; those inside a path that was already begun stay.
_ABSOLUTE = re.compile(r"(?<![\w./~+})*%@-])/(?!dev/(?:null|stdin|stdout|stderr|fd)\b)(?=[\w.*:])")
_DESCRIPTIONS = "/.csr"  # what `tmsh list` prints after the PEM


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

    def place(self, path: str) -> Path | None:
        """Return where a path of the device lies; None for one that would leave the directory."""
        found = (self.root / path.lstrip("/")).resolve()
        return found if found.is_relative_to(self.root) else None

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None."""
        found = self.place(path)
        return found.read_bytes() if found and found.is_file() else None

    def inward(self, text: str) -> str:
        """Rewrite the device's absolute paths in a command line to those of the directory."""
        return _ABSOLUTE.sub(f"{self.root}/", text)

    def outward(self, text: str) -> str:
        """Rewrite what a command printed back to the device's paths."""
        return text.replace(str(self.root), "")

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        return sorted(file.name for file in (self.root / folder.lstrip("/")).iterdir() if file.is_file())

    # -- CSRs ----------------------------------------------------------------------------------

    def _description(self, path: str) -> Path:
        return self.root / _DESCRIPTIONS.lstrip("/") / path.lstrip("/")

    def write_csr(self, path: str, request: bytes, description: str) -> None:
        """Store a CSR object; its file has no partition in its name."""
        (self.root / CSRS.lstrip("/") / path.rpartition("/")[2]).write_bytes(request)
        described = self._description(path)
        described.parent.mkdir(parents=True, exist_ok=True)
        described.write_text(description, encoding="utf-8")

    def read_csr(self, path: str) -> bytes | None:
        """Return a CSR object's PEM; None when it, or the file behind it, is gone."""
        return self.read(f"{CSRS}/{path.rpartition('/')[2]}") if self._description(path).is_file() else None

    def delete_csr(self, path: str) -> None:
        """Delete a CSR object and its file."""
        self._description(path).unlink(missing_ok=True)
        (self.root / CSRS.lstrip("/") / path.rpartition("/")[2]).unlink(missing_ok=True)

    def csrs(self) -> list[str]:
        """Return the full paths of all CSR objects."""
        base = self.root / _DESCRIPTIONS.lstrip("/")
        found = [f"/{file.relative_to(base)}" for file in base.rglob("*") if file.is_file()]
        return sorted(path for path in found if self.read_csr(path) is not None)


# `tmsh list sys crypto csr NAME` prints the PEM first and then the object (seen in F5's AS3 SDK).
_TMSH = r"""#!/bin/bash
root=${BASH_SOURCE[0]%/usr/bin/tmsh}
command=$1
if [ "$command $2 $3 $4" = "list sys crypto csr" ] || [ "$command $2 $3 $4" = "delete sys crypto csr" ]; then
    name=${5#"$root"}
    [ "${name:0:1}" = / ] || name=/Common/$name
    request=$root/config/ssl/ssl.csr/${name##*/}
    if ! [ -f "$root/.csr$name" ] || ! [ -f "$request" ]; then
        echo "01020036:3: The requested Certificate Signing Request File ($name) was not found."
        exit 1
    fi
    if [ "$command" = list ]; then
        cat "$request" "$root/.csr$name"
    else
        rm -f "$request" "$root/.csr$name"
    fi
    exit 0
fi
echo "tmsh ${*//$root/}" >> "$root/.unknown"
echo "Syntax Error: unexpected argument \"$command\""
exit 1
"""
