"""The start: the command line is read first, and everything else is imported for a command that is really to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from sectigo_f5.acme.inside_certbot import own_process
from sectigo_f5.commands.arguments import parse
from sectigo_f5.report import stdout

INSTALLED_COMMAND = "sectigo-f5"


def main(
    argv: Sequence[str] | None = None, *, script: Path | None = None, clock: Callable[[], datetime] | None = None
) -> int:
    """Run one command; returns the exit code.

    ``script`` is start_acme.py, and ``env`` is looked for beside it; None for the installed command,
    beside which only programs lie (/usr/bin/env is one of them).
    """
    stdout.prepare()
    own_process.forbid_core_dumps()
    options = parse(argv, script.name if script else INSTALLED_COMMAND)
    # The one import that waits: requests, cryptography and YAML take ten times as long as --help, which needs none
    from sectigo_f5.dispatch import run_command  # noqa: PLC0415

    return run_command(options, script.parent if script else None, clock or (lambda: datetime.now(timezone.utc)))
