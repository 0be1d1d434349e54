"""What is walked: enrolment, renewal, repair and rollback, each with what comes before it and what it is to reach."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sectigo_f5 import workflow
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Job, Outcome
from sectigo_f5.visits.visit import Work
from tests.support.names import ONLY_EC
from tests.support.world import World

SITE = "/Common/vs_www"  # the virtual server whose clients look all along
ADDED = "/Common/vs_added"  # one that a repair adds


@dataclass(frozen=True)
class Operation:
    """One operation: ``arrange`` brings a new device to where it is due."""

    name: str
    arrange: Callable[[World], None]
    job: Callable[[World], Job]
    words: Collection[Outcome]  # of a success
    orders: int  # of a run without a fault
    work: Work = workflow.keep_alive
    is_served_before: bool = True
    changes_what_serves: bool = True
    servers: tuple[str, ...] = (SITE,)  # that serve the certificate in the end


def _job(world: World) -> Job:
    return world.job(keys=ONLY_EC)


def _repaired_job(world: World) -> Job:
    return world.job(keys=ONLY_EC, virtual_servers=(SITE, ADDED), parent_profile="/Common/hardened")


def _nothing(world: World) -> None:
    pass


def _one_generation(world: World) -> None:
    assert world.one(_job(world)).outcome is Outcome.ENROLLED


def _two_generations(world: World) -> None:
    _one_generation(world)
    world.wait(days=1)
    assert world.one(_job(world), force=True).outcome is Outcome.RENEWED


def _due(world: World) -> None:
    """A renewal is due, and after it the oldest of three generations goes."""
    _two_generations(world)
    world.wait(days=70)


def _rolled_back_soon(world: World) -> None:
    _two_generations(world)
    world.wait(hours=1)


def _drifted(world: World) -> None:
    """The YAML has another virtual server and another parent by now."""
    _one_generation(world)
    world.device.add_profile("client-ssl", "/Common/hardened", strictResume="enabled")
    world.add_virtual_server(ADDED)
    world.wait(days=1)


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("enrolment", _nothing, _job, (Outcome.ENROLLED,), orders=1, is_served_before=False),
        Operation("renewal", _due, _job, (Outcome.RENEWED,), orders=1),
        Operation(
            "repair",
            _drifted,
            _repaired_job,
            (Outcome.REPAIRED,),
            orders=0,
            changes_what_serves=False,
            servers=(SITE, ADDED),
        ),
        Operation("rollback", _rolled_back_soon, _job, (Outcome.ROLLED_BACK,), orders=0, work=roll_back),
    )
}
