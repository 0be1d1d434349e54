"""What all kinds of objects have in common: create, change, delete; and the rules of a complete change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.rules.ltm import client_ssl, server_ssl, virtual_addresses, virtual_servers
from sectigo_f5.simulator.state.configuration import (
    Configuration,
    Item,
    Json,
    Place,
    check_folder,
    check_name,
    full_path,
    split_path,
)
from sectigo_f5.simulator.state.kinds import KINDS, NAMING_FILES, Kind
from sectigo_f5.simulator.state.work import Work, is_unset, known_properties, normalize
from sectigo_f5.simulator.switches import REJECTED, Switches

T = TypeVar("T")
_CHANGES = {
    files.KEY: files.change,
    files.CERTIFICATE: files.change,
    client_ssl.KIND: client_ssl.change,
    virtual_servers.KIND: virtual_servers.change,
}
_LONGEST_TEXT = 65535  # characters


# -- changing ----------------------------------------------------------------------------------


def create(work: Work, url: str, body: object) -> Item:
    """Create an object from a POST."""
    kind, requested = KINDS[url], normalize(body)
    if not requested.get("name"):
        raise of_objects.nothing_specified()
    path = path_of(kind, requested)
    _check_supported(work, url, kind)
    check_name(path)
    if url == client_ssl.KIND and split_path(path)[2][0].isdigit() and work.switches.digit_first_names == REJECTED:
        raise of_objects.bad_name(path)
    if url in (files.KEY, files.CERTIFICATE):
        files.check_name(work, path)
    if not kind.bare:
        check_folder(work.configuration, path)
    if work.configuration.find(url, path) or ("/profile/" in url and work.configuration.profile(path)):
        raise of_objects.exists(kind.title, path, split_path(path)[0])
    item = Item(url, path, {}, generation=0)
    item = _apply(work, kind, item, requested, "POST")
    work.check_may_change(item)
    return _put(work, item)


def _check_supported(work: Work, url: str, kind: Kind) -> None:
    """Refuse what this device does not make."""
    switches = work.switches
    made = {
        files.CERTIFICATE: switches.certificate,
        virtual_servers.KIND: switches.virtual_servers,
        virtual_servers.RULE: switches.challenge_rule,
    }
    if made.get(url) == REJECTED and not work.arranged:
        raise of_objects.not_supported(f"a {kind.title}")


def require(work: Work, url: str, path: str) -> Item:
    """Return an object; refuses one that does not exist."""
    item = work.configuration.find(url, path)
    if item is None:
        raise of_objects.not_found(KINDS[url].title, path)
    return item


def path_of(kind: Kind, body: Json) -> str:
    """Return the path that a POST names: by name, partition and subPath, or by a full path in ``name``."""
    name = str(body["name"])
    return name if kind.bare else full_path(name, str(body.get("partition") or ""), str(body.get("subPath") or ""))


def modify(work: Work, item: Item, body: object, method: str) -> Item:
    """Change an object by PATCH or PUT."""
    work.check_may_change(item)
    kind, requested = KINDS[item.kind], normalize(body)
    if not requested or (method == "PATCH" and all(kind.ignores(name) for name in requested)):
        raise of_objects.nothing_specified()
    if item.kind == server_ssl.KIND and "cert" in requested and work.switches.server_ssl == REJECTED:
        raise of_objects.not_supported("a pair of a server SSL profile")
    return _put(work, _apply(work, kind, item, requested, method))


def delete(work: Work, item: Item) -> None:
    """Delete an object; whether another one needs it is checked with the complete change."""
    work.remove(item)
    if item.kind == virtual_servers.RULE and work.switches.challenge_rule_removal == REJECTED:
        _must_be_unused(replace(work.configuration, items=work.configuration.before), item.place)
    if item.kind == "auth/partition":
        folder = work.configuration.find("sys/folder", f"/{item.path}")
        if folder is not None:
            work.configuration.remove(folder)


def _apply(work: Work, kind: Kind, item: Item, body: Json, method: str) -> Item:
    properties = known_properties(kind, body)
    if any(len(value) > _LONGEST_TEXT for value in properties.values() if isinstance(value, str)):
        raise of_objects.bad_request(
            f"01020057:3: The string with more than {_LONGEST_TEXT} characters cannot be stored in a message."
        )
    change = _CHANGES.get(kind.url, _set_properties)
    changed = change(work, item, properties, method)
    return virtual_addresses.complete(work, changed) if kind.url == virtual_addresses.KIND else changed


def _set_properties(work: Work, item: Item, body: Json, method: str) -> Item:
    body = server_ssl.stored(work, body) if item.kind == server_ssl.KIND else body
    fixed = KINDS[item.kind].fixed.split()
    before = {name: value for name, value in item.properties.items() if method != "PUT" or name in fixed}
    properties = {**before, **body}
    if "/profile/" not in item.kind:  # there "none" overrides the parent; elsewhere it removes a property
        properties = {name: value for name, value in properties.items() if not is_unset(value)}
    return replace(item, properties={name: value for name, value in properties.items() if value != ""})


def _put(work: Work, item: Item) -> Item:
    stored = work.configuration.put(item)
    if item.kind == "auth/partition":
        work.configuration.put(Item("sys/folder", f"/{item.path}", {}))
    return stored


def all_or_nothing(work: Work, act: Callable[[Work], T], keep: bool = True) -> T:
    """Call a function on a draft of the draft; after one refusal nothing of it is kept."""
    draft = work.configuration.draft()
    inner = replace(work, configuration=draft)
    result = act(inner)
    settle(inner)
    if keep:
        work.configuration.take(draft)
    return result


# -- rules of a complete change ----------------------------------------------------------------


def settle(work: Work) -> None:
    """Complete a changed draft; refuses one that a BIG-IP would not run."""
    virtual_addresses.sync(work)
    configuration = work.configuration
    manners = _of_deletion(work.switches)
    for place in sorted(configuration.removed):
        if manners.get(place[0], REJECTED) == REJECTED:
            _must_be_unused(configuration, place)
    for place in sorted(_affected_places(work)):
        item = configuration.items[place]
        if item.kind == client_ssl.KIND:
            client_ssl.check(work, item)
        elif item.kind == server_ssl.KIND:
            server_ssl.check(work, item)
        elif item.kind == virtual_servers.KIND:
            virtual_servers.check(work, item)


def _of_deletion(switches: Switches) -> dict[str, str]:
    """Return what becomes of the deletion of something that is in use, by kind."""
    return {
        files.CERTIFICATE: switches.delete_used_certificate,
        files.KEY: switches.delete_used_key,
        client_ssl.KIND: switches.delete_used_profile,
    }


def _affected_places(work: Work) -> set[Place]:
    """Return the changed objects and their users: the profiles of a key, their children, their virtual servers."""
    affected = {place for place in work.configuration.touched if place in work.configuration.items}
    before: set[Place] = set()
    while affected != before:
        before = set(affected)
        for item in work.configuration.items.values():
            if item.place not in affected and before & set(_references(item)):
                affected.add(item.place)
    return affected


def _references(item: Item) -> Iterator[Place]:
    """Yield the targets of an object's references."""
    if item.kind == client_ssl.KIND:
        for entry in item.get("certKeyChain") or []:
            yield from (
                (files.CERTIFICATE, entry["cert"]),
                (files.KEY, entry["key"]),
                (files.CERTIFICATE, entry["chain"]),
            )
        yield from client_ssl.named_objects(item)
    if item.kind == server_ssl.KIND:
        yield from server_ssl.named_objects(item)
    if item.kind in NAMING_FILES:
        named = [value for value in item.properties.values() if isinstance(value, str) and value.startswith("/")]
        yield from ((kind, path) for kind in (files.CERTIFICATE, files.KEY) for path in named)
    if item.kind == files.CERTIFICATE and item.get("issuerCert"):
        yield files.CERTIFICATE, item.get("issuerCert")
    if "/profile/" in item.kind and not is_unset(item.get("defaultsFrom")):
        yield item.kind, item.get("defaultsFrom")
    if item.kind == virtual_servers.KIND:
        for one in item.get("profiles") or []:
            yield from ((kind, one["path"]) for kind in KINDS if "/profile/" in kind)
        yield from ((virtual_servers.RULE, path) for path in item.get("rules") or [])
        yield from ((virtual_servers.POLICY, path) for path in item.get("policies") or [])
        yield "ltm/pool", str(item.get("pool"))
        yield virtual_addresses.KIND, str(item.get("destination")).rpartition(":")[0]  # if it is a name


def _must_be_unused(configuration: Configuration, place: Place) -> None:
    kind, path = place
    user = next((item for item in configuration.items.values() if place in set(_references(item))), None)
    if kind == "auth/partition":
        inside = [item for item in configuration.items.values() if item.path.startswith(f"/{path}/")]
        user = inside[0] if inside else None
    if user is None:
        return
    if kind in (files.KEY, files.CERTIFICATE):
        raise of_pairs.file_in_use(path)
    if user.kind == virtual_servers.KIND and "/profile/" in kind:
        raise of_objects.in_use(KINDS[kind].title, path, f"virtual server profile ({user.path} {path})")
    words = {virtual_servers.KIND: "virtual server"}
    raise of_objects.in_use(
        KINDS[kind].title.replace("iRule", "rule"),
        path,
        f"{words.get(user.kind, KINDS[user.kind].title)} ({user.path})",
    )
