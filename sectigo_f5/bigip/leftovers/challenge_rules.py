"""The iRules by which certbot-bigip answers challenges, if it was killed before it had removed them."""

from __future__ import annotations

from collections.abc import Collection

from sectigo_f5.bigip.challenges import CHALLENGE_RULE
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import COMMON
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.transactions import Operation, send_operations
from sectigo_f5.model import Job


def delete_challenge_rules(f5: Unit, job: Job, tokens: Collection[str]) -> list[str]:
    """Detach and delete the iRules of challenges of ours, by their tokens; returns their full paths."""
    places = dict.fromkeys((job.partition, COMMON))
    paths = [f"/{partition}{CHALLENGE_RULE}{token}" for partition in places for token in tokens]
    found = [path for path in paths if f5.client.find(object_url("ltm/rule", path))]
    if not found:
        return []
    attached = [server for server in f5.every_server() if set(found) & set(server.rules)]
    operations = [
        Operation("PATCH", object_url("ltm/virtual", server.path), {"rules": _without(server.rules, found)})
        for server in attached
    ]
    operations += [Operation("DELETE", object_url("ltm/rule", path)) for path in found]
    f5.must_be_active()
    f5.note_change()
    send_operations(f5.client, operations)
    f5.forget()
    return found


def _without(rules: Collection[str], gone: Collection[str]) -> list[str]:
    return [rule for rule in rules if rule not in gone]
