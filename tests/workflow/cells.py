"""What a cell of the matrix is: a device with its switches, and how a run over it must end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sectigo_f5.model import Job, KeySpec, Outcome
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.world import World

EC, RSA = KeySpec("ecdsa", "secp256r1"), KeySpec("rsa", "2048")


@contextmanager
def bigip(folder: Path, **switches: Any) -> Iterator[World]:
    """A device with one virtual server."""
    with SimulatedBigIP(Switches(**switches)) as device:
        world = World(device, folder)
        world.add_virtual_server()
        yield world


def objects(world: World) -> set[str]:
    """Every key, certificate, CSR and profile, and what is attached to the virtual server."""
    found = set(world.device.csrs)
    for path in (
        "sys/file/ssl-key",
        "sys/file/ssl-cert",
        "ltm/profile/client-ssl",
        "ltm/virtual/~Common~vs_www/profiles",
    ):
        items = world.device.get(f"/mgmt/tm/{path}").get("items", [])
        found |= {f"{path} {item['fullPath']}" for item in items}
    return found


def lives(world: World, **changes: Any) -> None:
    """Enrol, keep, renew: each with a handshake, and nothing left behind."""
    lives_with(world, world.job("www.example.com", "api.example.com", **changes))


def lives_with(world: World, job: Job) -> None:
    """Let one certificate live on the first of its virtual servers."""
    first = world.one(job)
    assert (first.outcome, first.error) == (Outcome.ENROLLED, None)
    only = "rsa" if len(job.keys) > 1 else None
    path = job.virtual_servers[0]
    assert world.seen_by_client(path, only=only).serial == first.serial
    assert world.one(job).outcome is Outcome.KEPT
    world.wait(days=80)
    second = world.one(job)
    assert (second.outcome, second.error) == (Outcome.RENEWED, None)
    assert world.seen_by_client(path, only=only).serial == second.serial
    left = world.leftovers()
    if not world.device.switches.unix_tools:  # nothing removes an uploaded file, then; certificates are no secret
        assert all(name.endswith(".crt") for name in left.pop("uploads"))
    assert left == {}


def refuses(world: World, told: str, **changes: Any) -> None:
    """Fail with ``told``, and leave the device as it was."""
    before, saved = objects(world), world.device.saved
    result = world.one(world.job(**changes))
    assert result.outcome is Outcome.FAILED
    assert re.search(told, result.error or ""), result.error
    assert objects(world) == before
    assert world.leftovers().get("tokens", []) == []
    assert world.device.saved == saved
