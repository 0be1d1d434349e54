"""What an operator should know of the surroundings of a pair, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.bigip.surroundings import as3
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import Observation


def of_check(f5: Unit, seen: Observation) -> tuple[str, ...]:
    """Say everything, whatever is due."""
    return _of_as3(f5, seen, (server.path for server in seen.listed))


def of_change(f5: Unit, seen: Observation, attachments: Iterable[Attachment]) -> tuple[str, ...]:
    """Say what bears on a change that is about to be made."""
    return _of_as3(f5, seen, (plan.virtual_server for plan in attachments if plan.changes))


def _of_as3(f5: Unit, seen: Observation, servers: Iterable[str]) -> tuple[str, ...]:
    """Ask for AS3 only if something looks as if it had been declared."""
    have, servers = f5.inventory, tuple(servers)
    declared = as3.tenants((*have.profiles, *have.certificates, *have.keys, *servers))
    if seen.job.partition not in declared and not any(map(as3.is_declared, servers)):
        return ()
    return as3.warnings(seen.job, servers, declared, f5.surroundings.as3)
