"""Virtual servers: their profiles and rules, and what must fit together."""

from __future__ import annotations

import re
from typing import Any

from sectigo_f5.simulator.refusals import of_objects, of_servers, of_sessions
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.rules.ltm import client_ssl, http2, virtual_addresses
from sectigo_f5.simulator.rules.ltm.destinations import parse
from sectigo_f5.simulator.rules.ltm.inheritance import setting
from sectigo_f5.simulator.state.configuration import Item, Json, full_path, split_path
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, camel, is_unset
from sectigo_f5.simulator.switches import REJECTED

KIND = "ltm/virtual"
_PROTOCOLS = {"6": "tcp", "17": "udp", "132": "sctp"}  # F5 Ansible sends numbers
RULE = "ltm/rule"
POLICY = "ltm/policy"
_LAYER_4 = ("ltm/profile/tcp", "ltm/profile/udp", "ltm/profile/fastl4", "ltm/profile/fasthttp")
_HTTP = ("ltm/profile/http", "ltm/profile/fasthttp")
_ABOVE_HTTP = ("ltm/profile/http2", "ltm/profile/websocket", "ltm/profile/html")
_CONTEXTS = {client_ssl.KIND: "clientside", "ltm/profile/server-ssl": "serverside"}
_LISTS = ("rules", "vlans", "securityLogProfiles")
_KEPT_BY_PUT = ("profiles", "policies", "vsIndex", "creationTime", "destination")
_ATTACHMENT = ("name", "partition", "subPath", "context", "fullPath", "kind", "generation", "selfLink", "nameReference")
_HTTP_EVENT = re.compile(r"^\s*when\s+(HTTP_\w+)", re.MULTILINE)


# -- applying a request ------------------------------------------------------------------------


def change(work: Work, item: Item, body: Json, method: str) -> Item:
    """Apply a request. A PUT resets what it does not name, but never the profiles (f5-sdk relies on that)."""
    _check_metadata(work, item, body)
    before = item.properties
    if method == "PUT":
        before = {name: value for name, value in before.items() if name in _KEPT_BY_PUT}
    properties = {**before, **{name: _normalize_list(name, value) for name, value in body.items()}}
    if "destination" in body:
        properties["destination"] = _destination(work, item, str(body["destination"]))
    if "profiles" in body:
        properties["profiles"] = [attachment(work, one) for one in _as_list(body["profiles"])]
    if "policies" in body:
        properties["policies"] = [full_path(_attached_path(one)) for one in _as_list(body["policies"])]
    if "ipProtocol" in body:
        properties["ipProtocol"] = _PROTOCOLS.get(str(body["ipProtocol"]), body["ipProtocol"])
    if not is_unset(body.get("pool")):
        properties["pool"] = full_path(str(body["pool"]))
    _exclusive(properties, body, "enabled", "disabled")
    _exclusive(properties, body, "vlansDisabled", "vlansEnabled")
    changed = Item(item.kind, item.path, {name: value for name, value in properties.items() if not is_unset(value)})
    return _stamp(work, _with_layer_4(work, changed))


def _destination(work: Work, item: Item, text: str) -> str:
    """Return a destination as it is stored; refuses the name of a virtual address that does not exist.

    An address that has a name of its own is stored by it (application-study-tool #193, with tmsh).
    """
    partition = split_path(text if text.startswith("/") else item.path)[0]
    default = virtual_addresses.default_route_domain(work, f"/{partition}/x")
    place = parse(text, f"/{partition}", default)
    if place.is_name and virtual_addresses.find(work, place) is None:
        raise of_objects.bad_value("destination", text)
    return str(virtual_addresses.by_name(work, place))


def _normalize_list(name: str, value: Any) -> Any:
    """Return a list of paths as it is stored; a text is one path, or tmsh's ``{ a b }``."""
    if name == "metadata":
        return [{"persist": "true", **entry} for entry in _as_list(value)]
    if name not in _LISTS or is_unset(value):
        return value
    return [full_path(str(path)) for path in (value.strip("{} ").split() if isinstance(value, str) else value)]


def _as_list(value: Any) -> list[Any]:
    return [{"name": name, **entry} for name, entry in value.items()] if isinstance(value, dict) else list(value or [])


def _check_metadata(work: Work, item: Item, body: Json) -> None:
    """Refuse metadata from a user who is not an administrator (F5 Ansible)."""
    metadata = _normalize_list("metadata", body.get("metadata"))
    if metadata and metadata != item.get("metadata") and work.switches.role != "admin" and not work.arranged:
        raise of_sessions.metadata_denied(work.user, item.path)


def _exclusive(properties: Json, body: Json, one: str, other: str) -> None:
    """Keep one of two opposite properties: the one that the request sets."""
    for name, opposite in ((one, other), (other, one)):
        if body.get(name) and not body.get(opposite):
            properties.pop(opposite, None)
    if not properties.get(one) and not properties.get(other):
        properties[one] = True


def _stamp(work: Work, item: Item) -> Item:
    now = work.world.timestamp()
    indexes = [int(one.get("vsIndex")) for one in work.configuration.of(KIND) if one.get("vsIndex")]
    first = {"creationTime": now, "vsIndex": max(indexes, default=1) + 1}
    return Item(item.kind, item.path, {**first, **item.properties, "lastModifiedTime": now})


def attachment(work: Work, reference: Any) -> Json:
    """Return one attached profile: a full path, or an object with name and context."""
    if isinstance(reference, dict) and set(reference) == {"path", "context"}:
        return reference  # as it is stored
    entry = {camel(name): value for name, value in reference.items()} if isinstance(reference, dict) else {}
    path = full_path(_attached_path(reference))
    profile = work.configuration.profile(path)
    context = str(entry.get("context") or "all")
    if profile is not None:
        context = _CONTEXTS.get(profile.kind, context)
    return {"path": path, "context": context}


def _attached_path(reference: Any) -> str:
    """Return the full path in ``"/P/x"`` or ``{"name":…, "partition":…}``."""
    if not isinstance(reference, dict):
        return str(reference)
    entry = {camel(name): value for name, value in reference.items()}
    strangers = set(entry) - {*_ATTACHMENT}
    if strangers:
        raise UnknownCallError(f"the property {', '.join(sorted(strangers))} of a profile of {KIND}")
    return full_path(str(entry.get("name", "")), str(entry.get("partition") or ""), str(entry.get("subPath") or ""))


def _with_layer_4(work: Work, item: Item) -> Item:
    """Add the transport profile: tcp replaces the default fastL4 once a layer-7 profile is attached."""
    profiles = item.get("profiles") or []
    kinds = {one["path"]: _kind_of(work, one["path"]) for one in profiles}
    if not profiles:
        profiles = [{"path": "/Common/fastL4", "context": "all"}]
    elif not any(kind not in _LAYER_4 for kind in kinds.values()):
        return item.with_properties(**_protocol(item, list(kinds.values())))
    else:
        profiles = [one for one in profiles if kinds[one["path"]] != "ltm/profile/fastl4"]
        if not any(kind in _LAYER_4 and kind != "ltm/profile/fastl4" for kind in kinds.values()):
            profiles = [*profiles, {"path": "/Common/tcp", "context": "all"}]
    final = [_kind_of(work, one["path"]) for one in profiles]
    return item.with_properties(profiles=profiles, **_protocol(item, final))


def _protocol(item: Item, kinds: list[str]) -> Json:
    current = item.get("ipProtocol")
    if current and current != "any":
        return {}
    return {"ipProtocol": "udp" if "ltm/profile/udp" in kinds else "any" if kinds == ["ltm/profile/fastl4"] else "tcp"}


def _kind_of(work: Work, path: str) -> str:
    profile = work.configuration.profile(path)
    return profile.kind if profile else ""


# -- rules -------------------------------------------------------------------------------------


def check(work: Work, item: Item) -> None:
    """Refuse a virtual server whose parts do not exist or do not fit together."""
    _check_parts(work, item)
    if item.place in work.configuration.touched or work.switches.sni_checked_on_profile:
        _check_sni(work, item)
    if not has_http(work, item) and any(
        _kind_of(work, one["path"]) in _ABOVE_HTTP for one in item.get("profiles") or []
    ):
        raise of_servers.profile_http_missing()
    http2.check(work, item, _client_ssl(work, item))
    _check_rules(work, item)
    _check_destination(work, item)


def _check_parts(work: Work, item: Item) -> None:
    for one in item.get("profiles") or []:
        if work.configuration.profile(one["path"]) is None:
            raise of_objects.not_found("profile", one["path"])
    for path in item.get("policies") or []:
        if work.configuration.find(POLICY, path) is None:
            raise of_servers.dangling_policy(item.path, path)
    named = [(RULE, path) for path in item.get("rules") or []]
    named += [("ltm/pool", item.get("pool"))] if item.get("pool") else []
    for kind, path in named:
        if work.configuration.find(kind, path) is None:
            raise of_objects.not_found(KINDS[kind].title, path)
    reach = (split_path(item.path)[0], "Common")
    for what, paths in (
        ("profiles", [one["path"] for one in item.get("profiles") or []]),
        ("rules", item.get("rules") or []),
    ):
        far = next((path for path in paths if split_path(path)[0] not in reach), None)
        if far is not None:
            raise of_servers.other_partition(what, item.path, far)


def _check_sni(work: Work, item: Item) -> None:
    """Refuse several client SSL profiles unless exactly one is the SNI default and no server name is used twice."""
    profiles = _client_ssl(work, item)
    defaults = [one for one in profiles if setting(work, one, "sniDefault") == "true"]
    if len(defaults) > 1 and work.switches.two_defaults == REJECTED:
        raise of_servers.several_sni_defaults(item.path)
    if len(profiles) > 1 and not defaults and work.switches.no_default == REJECTED:
        raise of_servers.no_sni_default(item.path)
    names = [name for name in (setting(work, one, "serverName") for one in profiles) if not is_unset(name)]
    if len(names) > len(set(names)) and not work.switches.same_server_names:
        raise of_servers.same_server_name(item.path)


def _client_ssl(work: Work, item: Item) -> list[Item]:
    attached = (work.configuration.find(client_ssl.KIND, one["path"]) for one in item.get("profiles") or [])
    return [profile for profile in attached if profile is not None]


def has_http(work: Work, item: Item) -> bool:
    """Tell whether this virtual server's iRules see HTTP."""
    return _has(work, item, _HTTP)


def _has(work: Work, item: Item, kinds: tuple[str, ...]) -> bool:
    return any(_kind_of(work, one["path"]) in kinds for one in item.get("profiles") or [])


def _check_rules(work: Work, item: Item) -> None:
    for path in item.get("rules") or []:
        event = _HTTP_EVENT.search(str(work.configuration.items[RULE, path].get("apiAnonymous") or ""))
        if event and not has_http(work, item):
            raise of_servers.needs_http(path, event[1], item.path)


def _check_destination(work: Work, item: Item) -> None:
    listens = _listens(work, item)
    for other in work.configuration.of(KIND) if listens else ():
        if other.path != item.path and _listens(work, other) == listens:
            raise of_servers.shared_destination(item.path, other.path)


def _listens(work: Work, item: Item) -> tuple[Any, ...]:
    """Return what two virtual servers may not share; empty without a destination."""
    place, address = virtual_addresses.destination(item), virtual_addresses.address_of(work, item)
    if place is None or address is None:
        return ()
    vlans = tuple(item.get("vlans") or ())
    return address.get("address"), place.port, item.get("source") or "0.0.0.0/0", item.get("ipProtocol"), vlans
