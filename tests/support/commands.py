"""Commands as the command line calls them, on the simulated device of a test."""

from __future__ import annotations

from sectigo_f5.commands.options import Options
from sectigo_f5.commands.revoke import revoke as revoke_command
from sectigo_f5.commands.rollback import rollback as rollback_command
from sectigo_f5.commands.session import Session
from sectigo_f5.model import Account, Configuration, Job, Settings
from tests.support.world import World


def session(world: World, *jobs: Job) -> Session:
    """Return the session of a command that selects everything and asks nothing."""
    settings = Settings(Account("https://acme.example.com"), "INFO", world.folder / "log", world.folder / "state")
    options = Options(yes=True, quiet=True, jobs=1)
    return Session(options, settings, Configuration(jobs), jobs, world.run_of(*jobs), world.now)


def rollback(world: World, *jobs: Job) -> int:
    """Put the previous generation back in service; return the exit code."""
    return rollback_command(session(world, *jobs))


def revoke(world: World, *jobs: Job) -> int:
    """Revoke the certificate in service; return the exit code."""
    return revoke_command(session(world, *jobs))
