"""A question that is asked on the terminal before a command does what somebody must know of first."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from sectigo_f5 import stopping
from sectigo_f5.errors import ConfigurationError, InterruptedRunError


@dataclass(frozen=True)
class Confirmation:
    """What is asked, unless ``--yes`` is given."""

    what: str  # ``to … needs confirmation``
    question: str  # with everything that is to be known
    otherwise: str  # what is true if nobody says yes

    def ask(self) -> None:
        """Return if somebody says yes; raises :class:`ConfigurationError` otherwise."""
        if not sys.stdin.isatty():
            raise ConfigurationError(f"to {self.what} needs confirmation: add --yes")
        sys.stderr.write(f"{self.question} [y/N] ")
        sys.stderr.flush()
        try:
            answer = stopping.read_line(sys.stdin)
        except InterruptedRunError as error:
            sys.stderr.write("\n")
            raise ConfigurationError(self.otherwise) from error
        if answer.strip().lower() not in ("y", "yes"):
            raise ConfigurationError(self.otherwise)
