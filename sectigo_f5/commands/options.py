"""The command line as a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.commands.auditing.since import Since
from sectigo_f5.configuration.shards import Shard


@dataclass(frozen=True)
class Options:
    """The command line, parsed; the help text in docs/commands.md explains each."""

    command: str = "run"
    config_dir: Path = Path("/etc/sectigo")
    env_file: Path | None = None
    only: tuple[str, ...] = ()
    shard: Shard | None = None
    jobs: int = 8
    log_level: str | None = None
    quiet: bool = False
    json: bool = False
    verbose: bool = False
    force: bool = False
    all: bool = False
    html: Path | None = None
    csv: Path | None = None
    reason: str | None = None
    yes: bool = False
    ticket: str | None = None
    since: Since | None = None  # of audit, like the next
    verify: bool = False
    host: tuple[str, ...] = ()  # of discover, like what follows
    port: int | None = None
    partition: tuple[str, ...] = ()  # of probe, too
    credentials_file: Path | None = None
    verify_tls: str | None = None
    device: str | None = None  # of probe, like what follows
    output: Path | None = None
    explain: Path | None = None
    save: bool = False
    allow_sync: bool = False
    typed: tuple[str, ...] = ()  # the command line as it was typed, with the program's name

    @property
    def shard_field(self) -> dict[str, str]:
        """What every object of ``--json`` says of ``--shard``."""
        return {"shard": str(self.shard)} if self.shard else {}

    @property
    def is_complete_run(self) -> bool:
        """True for a run over everything, or over all of its shard: what an alert on runs is about."""
        return self.command == "run" and not self.only
