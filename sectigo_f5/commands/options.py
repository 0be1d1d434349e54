"""The command line as a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The command line, parsed; the help text in docs/operations.md explains each."""

    command: str = "run"
    config_dir: Path = Path("/etc/sectigo")
    env_file: Path | None = None
    only: tuple[str, ...] = ()
    jobs: int = 4
    log_level: str | None = None
    quiet: bool = False
    json: bool = False
    force: bool = False
    html: Path | None = None
    reason: str | None = None
    yes: bool = False

    @property
    def is_complete_run(self) -> bool:
        """True for a run over everything: what an alert on runs is about."""
        return self.command == "run" and not self.only
