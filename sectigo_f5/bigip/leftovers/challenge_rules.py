"""The iRules by which certbot-bigip answers challenges, if it was killed before it had removed them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from sectigo_f5 import recording
from sectigo_f5.bigip.challenges import CHALLENGE_RULE
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import COMMON, VirtualServer
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.transactions import Operation, send_operations
from sectigo_f5.model import Job
from sectigo_f5.recording import What

AloneOn = Callable[[Collection[str], Collection[str]], AbstractContextManager[bool]]  # hosts, virtual servers


def delete_challenge_rules(f5: Unit, job: Job, tokens: Collection[str], alone_on: AloneOn) -> list[str]:
    """Detach and delete the iRules of challenges of ours, by their tokens; returns their full paths.

    A virtual server has one list of iRules: while a challenge of today adds one there, nobody else may write it.
    """
    places = dict.fromkeys((job.partition, COMMON))
    paths = [f"/{partition}{CHALLENGE_RULE}{token}" for partition in places for token in tokens]
    found = [path for path in paths if f5.client.find(object_url("ltm/rule", path))]
    if not found:
        return []
    servers = _with_rules(f5, found)
    while True:
        with alone_on(f5.answering, [server.path for server in servers]):
            f5.forget()
            servers, before = _with_rules(f5, found), servers
            if {server.path for server in servers} <= {server.path for server in before}:
                return _delete(f5, found, servers)


def _with_rules(f5: Unit, rules: Collection[str]) -> list[VirtualServer]:
    return [server for server in f5.every_server() if not set(rules).isdisjoint(server.rules)]


def _delete(f5: Unit, found: list[str], servers: Collection[VirtualServer]) -> list[str]:
    operations = [
        Operation("PATCH", object_url("ltm/virtual", server.path), {"rules": _without(server.rules, found)})
        for server in servers
    ]
    operations += [Operation("DELETE", object_url("ltm/rule", path)) for path in found]
    f5.must_be_active()
    f5.note_change()
    with recording.change(What.CHALLENGE_RULES, found, (server.path for server in servers)):
        send_operations(f5.client, operations)
    f5.forget()
    return found


def _without(rules: Collection[str], gone: Collection[str]) -> list[str]:
    return [rule for rule in rules if rule not in gone]
