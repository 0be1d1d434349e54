"""Routes of custom REST roles and their resource groups, for administrators."""

from __future__ import annotations

from sectigo_f5.simulator.rest.call import Call
from sectigo_f5.simulator.rules.engine import Answer


def list_all(call: Call, what: str) -> Answer:
    """List the roles or resource groups."""
    roles = call.work.world.accounts.rest_roles
    items = [roles.show(what, name) for name in roles.stored[what]]
    link = f"https://localhost/mgmt/shared/authz/{what}"
    kind = f"shared:authz:{what}:collectionstate"
    return Answer({"items": items, "generation": 1, "kind": kind, "lastUpdateMicros": 0, "selfLink": link})


def get(call: Call, what: str, name: str) -> Answer:
    """Show one of them."""
    return Answer(call.work.world.accounts.rest_roles.show(what, name))


def post(call: Call, what: str) -> Answer:
    """Create one."""
    return Answer(call.work.world.accounts.rest_roles.create(what, call.body))


def change(call: Call, what: str, name: str) -> Answer:
    """Change one, by PUT or PATCH."""
    return Answer(call.work.world.accounts.rest_roles.replace(what, name, call.body))


def delete(call: Call, what: str, name: str) -> Answer:
    """Delete one."""
    call.work.world.accounts.rest_roles.delete(what, name)
    return Answer()
