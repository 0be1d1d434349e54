"""A cell of the matrix: a device with its switches, and how a run over it must end."""

from __future__ import annotations

import re
from typing import Any

from sectigo_f5.model import Job, Outcome
from tests.support.world import World


def objects(world: World) -> set[str]:
    """Return every key, certificate, CSR and profile, and what is attached to the virtual server."""
    result = set(world.device.csrs)
    for path in (
        "sys/file/ssl-key",
        "sys/file/ssl-cert",
        "ltm/profile/client-ssl",
        "ltm/virtual/~Common~vs_www/profiles",
    ):
        items = world.device.get(f"/mgmt/tm/{path}").get("items", [])
        result |= {f"{path} {item['fullPath']}" for item in items}
    return result


def must_enrol_and_renew(world: World, **changes: Any) -> None:
    """Enrol, keep and renew, each with a handshake and without leftovers."""
    must_enrol_and_renew_job(world, world.job("www.example.com", "api.example.com", **changes))


def must_enrol_and_renew_job(world: World, job: Job) -> None:
    """Enrol, keep and renew one certificate, seen on the first of its virtual servers."""
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
    leftovers = world.leftovers()
    if not world.device.switches.unix_tools:  # no command can remove an uploaded file; certificates are not secret
        assert all(name.endswith(".crt") for name in leftovers.pop("uploads"))
    assert leftovers == {}


def must_refuse(world: World, sentence: str, **changes: Any) -> None:
    """Fail with ``sentence``, and leave the device as it was, except for the key of what the CA has issued."""
    before, saved, job = objects(world), world.device.saved, world.job(**changes)
    result = world.one(job)
    assert result.outcome is Outcome.FAILED
    assert re.search(sentence, result.error or ""), result.error
    orders = world.state.orders.of(job)
    kept = {f"sys/file/ssl-key {order.generation(job, variant).key}" for order in orders for variant in order.requests}
    assert objects(world) - kept == before
    assert len(kept) == len(world.authority.placed)
    assert world.leftovers().get("tokens", []) == []
    assert world.device.saved == saved + bool(kept)
