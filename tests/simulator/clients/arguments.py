"""The arguments of every client program: the device's address, and the folder with the files to upload."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arguments:
    """The command line; the password comes on standard input."""

    address: str
    port: int
    ca_file: str
    folder: Path
    password: str


def read() -> Arguments:
    """Read the command line and standard input."""
    address, port, ca_file, folder = sys.argv[1:5]
    return Arguments(address, int(port), ca_file, Path(folder), sys.stdin.readline().strip())
