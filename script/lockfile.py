"""What a lock file pins: requirements*.txt as `script/lock` writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))? \\\n"
    r"(?P<hashes>(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
    r"(?P<reasons>(?: +#[^\n]*\n?)+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Pin:
    """One release of a package."""

    name: str  # as package indexes spell it: lower case, with dashes
    version: str
    marker: str  # which Python or system gets it; empty if all do
    hashes: tuple[str, ...]  # SHA-256 of each file that may be installed, in hexadecimal
    needed_by: tuple[str, ...]  # names of packages; the connector's own for what pyproject.toml declares


def read(file: Path) -> tuple[Pin, ...]:
    """Return what it pins; raises ValueError if there is a line with == that is not understood."""
    text = file.read_text(encoding="utf-8")
    pins = tuple(_pin(match) for match in PIN.finditer(text))
    if len(pins) != len(re.findall(r"^[^\s#]", text, re.MULTILINE)):
        raise ValueError(f"{file}: a line is not as script/lock writes it")
    return pins


def _pin(match: re.Match[str]) -> Pin:
    reasons = re.sub(r"# via|#|\(.*?\)", " ", match["reasons"]).split()
    hashes = tuple(re.findall(r"sha256:([0-9a-f]+)", match["hashes"]))
    return Pin(match["name"], match["version"], match["marker"] or "", hashes, tuple(reasons))
