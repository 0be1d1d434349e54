"""The sub-collections ``profiles`` and ``policies`` of a virtual server."""

from __future__ import annotations

from typing import Any

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.rest.call import Call, resolve
from sectigo_f5.simulator.rules import objects
from sectigo_f5.simulator.rules.engine import Answer
from sectigo_f5.simulator.rules.ltm import virtual_views
from sectigo_f5.simulator.rules.ltm.virtual_servers import KIND
from sectigo_f5.simulator.state.configuration import Item, Json, full_path
from sectigo_f5.simulator.switches import REJECTED

_TITLES = {"profiles": "virtual server profile", "policies": "virtual server policy"}


def list_all(call: Call, segment: str, below: str) -> Answer:
    """List the attached profiles or policies."""
    items = virtual_views.attachments(call.work, call.item(KIND, segment), below)
    return call.collection(f"tm:ltm:virtual:{below}:{below}collectionstate", items)


def get(call: Call, segment: str, below: str, attached: str) -> Answer:
    """Show one attached profile or policy."""
    item, path = call.item(KIND, segment), resolve(attached)[0]
    if path not in _paths(item, below):
        raise of_objects.no_item_below(path)
    return Answer(_show(call, item, below, path))


def attach(call: Call, segment: str, below: str) -> Answer:
    """Attach another one."""
    item, body = call.item(KIND, segment), call.body
    if call.work.switches.attachment == REJECTED:
        raise of_objects.not_supported(f"a POST of {below}")
    if not body.get("name"):
        raise of_objects.nothing_specified()
    path = full_path(str(body["name"]), str(body.get("partition") or ""), str(body.get("subPath") or ""))
    if path in _paths(item, below):
        raise of_objects.exists(_TITLES[below], f"{item.path} {path}", item.path.split("/")[1])
    changed = objects.modify(call.work, item, {below: [*(item.get(below) or []), body]}, "PATCH")
    return Answer(_show(call, changed, below, path))


def change(call: Call, segment: str, below: str, attached: str) -> Answer:
    """Change the context of an attached profile."""
    item, path = call.item(KIND, segment), _require_attached(call, segment, below, attached)
    if not call.body:
        raise of_objects.nothing_specified()
    changed = {"name": path, **{name: value for name, value in call.body.items() if name == "context"}}
    entries = [changed if _name(one) == path else one for one in item.get(below)]
    return Answer(_show(call, objects.modify(call.work, item, {below: entries}, "PATCH"), below, path))


def detach(call: Call, segment: str, below: str, attached: str) -> Answer:
    """Detach one."""
    item, path = call.item(KIND, segment), _require_attached(call, segment, below, attached)
    entries = [one for one in item.get(below) if _name(one) != path]
    objects.modify(call.work, item, {below: entries}, "PATCH")
    return Answer()


def _require_attached(call: Call, segment: str, below: str, attached: str) -> str:
    """Return the full path of an attached profile or policy; refuses one that is not attached."""
    item, path = call.item(KIND, segment), resolve(attached)[0]
    if path not in _paths(item, below):
        raise of_objects.not_found(_TITLES[below], f"{item.path} {path}")
    return path


def _show(call: Call, item: Item, below: str, path: str) -> Json:
    return next(one for one in virtual_views.attachments(call.work, item, below) if one["fullPath"] == path)


def _paths(item: Item, below: str) -> list[str]:
    return [_name(one) for one in item.get(below) or []]


def _name(one: Any) -> str:
    return str(one["path"] if isinstance(one, dict) else one)
