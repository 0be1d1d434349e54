"""The main operations of the connector, one after the other on one device: from an enrolment to a rollback."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Job, KeySpec, Outcome, Result
from tests.support.names import EC, EC_384, RSA
from tests.support.world import World

RSA_4096 = KeySpec("rsa", "4096")
KEYS = {"RSA": (RSA,), "ECDSA": (EC,), "both": (RSA, EC)}
OTHERS = {RSA: RSA_4096, EC: EC_384}  # what re-keying replaces them by
PARENT = "hardened"


@dataclass(frozen=True)
class Done:
    """One operation, and what came of it."""

    name: str
    keys: tuple[KeySpec, ...]
    result: Result
    wanted: Outcome


def operations(world: World, keys: Collection[KeySpec], partition: str) -> Iterator[Done]:
    """Enrol, renew, re-key, repair a profile that has drifted, and roll back; what failed ends it."""
    keys, others = tuple(keys), tuple(OTHERS[key] for key in keys)
    (server,) = world.addresses

    def job(keys: tuple[KeySpec, ...]) -> Job:
        return world.job(keys=keys, partition=partition, virtual_servers=(server,))

    steps: list[tuple[str, tuple[KeySpec, ...], Outcome, Callable[[Job], Result]]] = [
        ("enrol", keys, Outcome.ENROLLED, world.one),
        ("renew", keys, Outcome.RENEWED, lambda job: _later(world, job)),
        ("re-key", others, Outcome.REKEYED, world.one),
        ("repair", others, Outcome.REPAIRED, lambda job: _drifted(world, job)),
        ("roll back", others, Outcome.ROLLED_BACK, lambda job: world.one(job, work=roll_back)),
    ]
    for name, of, wanted, step in steps:
        done = Done(name, of, step(job(of)), wanted)
        yield done
        if done.result.error:
            return
        world.wait(hours=1)


def _later(world: World, job: Job) -> Result:
    world.wait(days=80)
    return world.one(job)


def _drifted(world: World, job: Job) -> Result:
    """Somebody has taken the profile off the virtual server."""
    (server,) = job.virtual_servers
    attached = f"/mgmt/tm/ltm/virtual/{server.replace('/', '~')}/profiles/{job.profile.replace('/', '~')}"
    world.device.delete(attached)
    return world.one(job)
