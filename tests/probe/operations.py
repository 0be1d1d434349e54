"""Whole runs of the connector, by every route and with whatever it does besides: for what it asks of a BIG-IP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Result
from sectigo_f5.simulator import Fault
from tests.reports.operations import KEYS, operations
from tests.support.console import Console
from tests.support.discovering import options, say
from tests.support.ha_pair import ha_pair
from tests.support.names import ONLY_EC
from tests.support.three_commands import checked, planned
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, bigip


@contextmanager
def opened(folder: Path, **switches: Any) -> Iterator[World]:
    """A device in a folder of its own; no pause lasts."""
    folder.mkdir(parents=True)
    with bigip(folder, **switches) as world:
        world.pause = lambda seconds: None
        yield world


def must(*results: Result) -> None:
    assert [result.error for result in results if result.error] == []


def main_operations(folder: Path) -> None:
    for name, keys in KEYS.items():
        with opened(folder / name) as world:
            must(*(done.result for done in operations(world, keys, "Common")))


ROUTES: tuple[dict[str, Any], ...] = (
    {"native_password_keys": "rejected"},
    {"csr_for_password_keys": "rejected"},
    {"csr_with_key": "rejected"},
    {"bash": False},
    {"upload_role": "nobody"},
    {"tmos": "13.1.1", "csr_with_key": "rejected"},
)


def other_routes(folder: Path) -> None:
    for number, switches in enumerate(ROUTES):
        with opened(folder / str(number), **switches) as world:
            must(world.one(world.job()))


def commands(folder: Path) -> None:
    with opened(folder) as world:
        job = world.job(keys=ONLY_EC)
        must(planned(world, job), world.one(job))
        world.wait(days=1)
        must(world.one(job, force=True), checked(world, job))
        attach(world, hand_made(world, "other", "other.example.com"), path=world.add_virtual_server("/Common/vs_b"))
        console = Console(world)
        lines = (["status"], ["status", "--all"], ["inventory"], ["plan"])
        assert [console.say(*line).code for line in lines] == [0] * len(lines)
        console.say("check")
        assert say(world, *options(world)).code == 0
        must(world.one(job, work=roll_back))
        must(world.one(job, work=partial(revoke_in_service, reason="superseded")))
        must(world.one(job))


def neighbours(folder: Path) -> None:
    with opened(folder) as world:
        attach(world, hand_made(world, "theirs", "theirs.example.com", sniDefault="true"))
        job = world.job(keys=ONLY_EC, sni=True, server_name="www.example.com", parent_profile="/Common/clientssl")
        must(world.one(job))
        world.device.add_profile("client-ssl", "/Common/hardened")
        world.wait(days=1)
        must(world.one(world.job(keys=ONLY_EC, sni=True, sni_default=True, parent_profile="/Common/hardened")))


def takeover(folder: Path) -> None:
    with opened(folder) as world:
        attach(world, hand_made(world, "old", "www.example.com"))
        must(world.one(world.job(keys=ONLY_EC)))


def references(folder: Path) -> None:
    """A server SSL profile follows a renewal."""
    with opened(folder) as world:
        job = world.job(keys=ONLY_EC, update_other_references=True)
        must(world.one(job))
        (pair,) = world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl")["certKeyChain"]
        body = {"cert": pair["cert"], "key": pair["key"], "passphrase": pair.get("passphrase")}
        world.device.add_profile("server-ssl", "/Common/backend", **{k: v for k, v in body.items() if v})
        world.wait(days=80)
        must(world.one(job))


def pair_of_units(folder: Path) -> None:
    folder.mkdir()
    with ha_pair(folder) as pair:
        must(pair.world.one(pair.job(keys=ONLY_EC)))


def saved_by_a_task(folder: Path) -> None:
    """A save that takes too long is a task."""
    with opened(folder) as world:
        world.device.fault(Fault("POST", "/mgmt/tm/sys/config$", action="async-timeout", times=9))
        must(world.one(world.job(keys=ONLY_EC)))


OPERATIONS: tuple[Callable[[Path], None], ...] = (
    main_operations,
    other_routes,
    commands,
    neighbours,
    takeover,
    references,
    pair_of_units,
    saved_by_a_task,
)
