"""``run``: bring everything up to date; steps 3 to 12 for every certificate."""

from __future__ import annotations

from sectigo_f5 import workflow
from sectigo_f5.commands.session import Session


def run(session: Session) -> int:
    """Bring everything up to date; returns the exit code."""
    return session.finish(session.on_every_device(workflow.keep_alive))
