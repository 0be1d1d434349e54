"""Commands as the command line calls them, on the simulated device of a test."""

from __future__ import annotations

import argparse
from typing import Any, cast

from sectigo_f5 import commands, workflow
from sectigo_f5.model import Account, Configuration, Job, Settings
from tests.support.world import World


def session(world: World, *jobs: Job) -> commands.Session:
    """Return what the command line would: everything is selected, nothing is asked."""
    run = workflow.Run(
        authority=world.authority,
        state=world.state,
        revocation=world.revocation,
        clock=world.clock,
        managed=frozenset(job.profile for job in jobs),
    )
    arguments = argparse.Namespace(yes=True, json=False, quiet=True, jobs=1, only=None, reason=None)
    settings = Settings(Account("https://acme.example.com"), "INFO", world.folder / "log", world.folder / "state")
    authority: Any = cast(Any, world.authority)
    return commands.Session(arguments, settings, Configuration(jobs), jobs, run, authority, world.now)


def roll_back(world: World, *jobs: Job) -> int:
    """Put the previous generation back in service; returns the exit code."""
    return commands.rollback(session(world, *jobs))


def revoke(world: World, *jobs: Job) -> int:
    """Revoke what is in service; returns the exit code."""
    return commands.revoke(session(world, *jobs))
