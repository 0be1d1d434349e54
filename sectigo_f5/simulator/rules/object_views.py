"""Objects as GET shows them: with envelope, defaults, inherited properties and references."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.rules.ltm import client_ssl, inheritance, virtual_addresses, virtual_servers, virtual_views
from sectigo_f5.simulator.state.configuration import Item, Json, split_path
from sectigo_f5.simulator.state.kinds import KINDS, Kind, default_properties
from sectigo_f5.simulator.state.work import Work, is_unset, words


@dataclass(frozen=True)
class Asked:
    """How a GET asks for an object, and what the answer repeats of its URL."""

    expand: bool = False  # sub-collections with their items
    collection: bool = False
    hidden: bool = False  # hidden properties, too
    query: str = ""
    echo: str = ""  # a bare name


_PLAINLY = Asked()


def show(work: Work, item: Item, asked: Asked = _PLAINLY) -> Json:
    """Return an object as GET shows it."""
    kind = KINDS[item.kind]
    shown = {**default_properties(kind, work.switches.major), **item.properties}
    if item.kind == files.KEY:
        shown = files.show_key(work, item)
    elif item.kind == files.CERTIFICATE:
        shown = files.show_certificate(work, item)
    elif item.kind == virtual_servers.KIND:
        shown = virtual_views.show(work, item, shown, asked.expand)
    elif item.kind == virtual_addresses.KIND:
        shown = virtual_addresses.show(work, item, shown)
    elif "/profile/" in item.kind:
        shown = _show_profile(work, item, asked.collection)
    shown |= _extra_references(work, kind, item)
    if asked.expand and item.kind == files.CERTIFICATE:
        shown["certValidatorsReference"]["items"] = files.validators(work, item)
    if asked.expand:
        shown |= {name: {"items": [], **value} for name, value in shown.items() if _is_subcollection(value)}
    if asked.hidden and item.kind in (files.KEY, files.CERTIFICATE):
        shown["cachePath"] = files.cache_path(work, item)
    return {**_envelope(work, kind, item, asked), **shown}


def _is_subcollection(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("isSubcollection"))


def _envelope(work: Work, kind: Kind, item: Item, asked: Asked) -> Json:
    partition, folders, name = split_path(item.path) if item.path.count("/") > 1 else ("", "", item.path)
    path = asked.echo or item.path
    place = (
        {"partition": partition, **({"subPath": folders} if folders else {})} if partition and not asked.echo else {}
    )
    return {
        "kind": kind.state,
        "name": name,
        **place,
        "fullPath": path,
        "generation": item.generation,
        "selfLink": work.link(kind.url, path, query=asked.query),
    }


def _show_profile(work: Work, item: Item, collection: bool) -> Json:
    inherited = inheritance.settings(work, item)
    if not is_unset(inherited["defaultsFrom"]):
        inherited["defaultsFromReference"] = work.reference(item.kind, inherited["defaultsFrom"])
    if "tmOptions" in inherited:
        inherited["tmOptions"] = _options(work, inherited["tmOptions"], collection)
    if item.kind == client_ssl.KIND:
        return client_ssl.show(work, item, inherited)
    return inherited


def _options(work: Work, value: list[str] | str, collection: bool) -> list[str] | str:
    """Return ``tmOptions``: a list on TMOS 13, from 14 a string in collections, ``none`` if empty (F5 Ansible)."""
    options = words(value)
    if work.switches.before_14:  # which has no TLS 1.3
        return [option for option in options if option != "no-tlsv1.3"]
    return (f"{{ {' '.join(options)} }}" if options else "none") if collection else options


def _extra_references(work: Work, kind: Kind, item: Item) -> Json:
    """Return the references of kinds that have no code of their own."""
    if kind.url == virtual_addresses.KIND:
        group = item.get("trafficGroup") or kind.defaults["trafficGroup"]
        return {"trafficGroupReference": work.reference("cm/traffic-group", group)}
    if kind.url == "ltm/pool":
        return {"membersReference": work.subcollection(item, "members")}
    return {}
