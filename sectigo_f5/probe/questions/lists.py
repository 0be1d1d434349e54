"""How collections are read: in pages, by selected properties, and what an empty one looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import requests

from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL
from sectigo_f5.device_objects import STOCK_PROFILE
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.lists.manner import Manner, names_of
from sectigo_f5.probe.bench import Bench, NotAskedError
from sectigo_f5.probe.catalogue.nouns import IGNORED, REJECTED, WITHOUT_ITEMS, WORKS
from sectigo_f5.probe.questions.ltm import scratch_server
from sectigo_f5.probe.seen import Seen

CLIENT_SSL = "ltm/profile/client-ssl"
BEYOND = "defaultsFrom"  # a property of every client SSL profile, which a list of names does not have


def lists(bench: Bench) -> None:
    """Read client SSL profiles, of which there are two at the least, one at a time and by their names alone."""
    for suffix in ("list-1", "list-2"):
        path = bench.scratch.path(suffix)
        bench.scratch.object(CLIENT_SSL, path)
        body = {"name": bench.scratch.name(suffix), "partition": bench.partition, "defaultsFrom": STOCK_PROFILE}
        bench.ask("POST", CLIENT_SSL_URL, body)  # whoever may make none has those of the device
    manner = Manner(1, ("fullPath",), expand=False)
    both = _page(bench, manner)
    pages, selects = (both, both) if both.ok else _each_alone(bench, manner)
    paging, select = _paging(bench, pages, manner if both.ok else Manner(1, (), expand=False)), _selection(selects)
    url = _virtual_server(bench)
    if url and select == WORKS and not _keeps_items(bench, url):
        select = WITHOUT_ITEMS
    bench.find("paging", paging)
    bench.find("select", select)
    empty = bench.ask("GET", f"{url}/policies") if url else None
    if empty is not None and empty.ok:
        bench.find("empty_items", "items" in empty.body)


def _page(bench: Bench, manner: Manner, skip: int = 0) -> Seen:
    return bench.settled(bench.ask("GET", CLIENT_SSL_URL, query=manner.query(skip)), "a list")


def _items(seen: Seen) -> list[Json]:
    return list(seen.body.get("items") or ())


def _each_alone(bench: Bench, manner: Manner) -> tuple[Seen, Seen]:
    """Ask for a page, and for properties: one of them is refused, or both are."""
    pages = _page(bench, Manner(1, (), expand=False))
    if pages.ok:
        return pages, Seen(requests.codes.bad_request)  # which is thus the option that is refused
    return pages, _page(bench, Manner(None, manner.select, expand=False))


def _paging(bench: Bench, first: Seen, manner: Manner) -> str:
    """Tell whether a page has one object, and the next page another."""
    if not first.ok:
        return REJECTED
    if len(_items(first)) != 1:
        return IGNORED
    second = _page(bench, manner, 1)
    if not second.ok:
        return REJECTED
    names = [list(map(names_of, _items(seen))) for seen in (first, second)]
    return WORKS if len(names[1]) == 1 and names[0] != names[1] else IGNORED


def _selection(seen: Seen) -> str:
    if not seen.ok:
        return REJECTED
    return IGNORED if any(BEYOND in item for item in _items(seen)) else WORKS


def _virtual_server(bench: Bench) -> str:
    """Return the URL of a scratch virtual server, for its sub-collections; empty if there can be none."""
    try:
        server = scratch_server.create(bench)
    except NotAskedError:
        return ""
    return server.url if server.seen.ok else ""


def _keeps_items(bench: Bench, url: str) -> bool:
    """Tell whether a sub-collection that is selected has its items."""
    query = Manner(None, ("profilesReference",), expand=True).query(0)
    below = bench.ask("GET", url, query=query).body.get("profilesReference")
    return isinstance(below, dict) and bool(below.get("items"))


ASKED: Mapping[str, Callable[[Bench], None]] = {"lists": lists}
