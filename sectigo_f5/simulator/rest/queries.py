"""The options of a GET: ``$filter``, ``$select``, ``$top``, ``$skip``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.work import Work
from sectigo_f5.simulator.switches import IGNORED, REJECTED, WITHOUT_ITEMS, Switches

OPTIONS = ("$filter", "$select", "$top", "$skip", "expandSubcollections", "ver", "options")


def followed(query: Mapping[str, str], switches: Switches) -> dict[str, str]:
    """Return the options that this device follows; refuse others, and those that the simulator does not know."""
    strangers = [name for name in query if name not in OPTIONS]
    if strangers:
        raise UnknownCallError(f"the query option {', '.join(strangers)}")
    manners = {"$top": switches.paging, "$skip": switches.paging, "$select": switches.select}
    refused = next((name for name in query if manners.get(name) == REJECTED), None)
    if refused:
        raise of_objects.bad_value(refused, query[refused])
    return {name: value for name, value in query.items() if manners.get(name) != IGNORED}


def without_options(raw: str, *names: str) -> str:
    """Return a query string without some of its options; every link that a client may follow has ``ver``."""
    options = [(name, value) for name, value in parse_qsl(raw, keep_blank_values=True) if name not in names]
    return urlencode(options, safe="$,~/", quote_via=quote)


def collection(work: Work, state: str, path: str, items: list[Json], query: Mapping[str, str], raw: str) -> Json:
    """Return a collection's answer; an empty collection may have no ``items`` at all."""
    matching = _filter(items, query.get("$filter"))
    answer: Json = {"kind": state, "selfLink": work.link(path, query=without_options(raw, "ver"))}
    skipped = _number(query, "$skip", 0)
    if "$top" in query:
        answer |= _paging(work, path, raw, len(matching), (_number(query, "$top", 0), skipped))
        matching = matching[: skipped + answer["itemsPerPage"]]
    matching = matching[skipped:]
    if matching or work.switches.shows_empty_items:
        answer["items"] = matching
    return answer


def select(answer: Json, query: Mapping[str, str], switches: Switches) -> Json:
    """Apply ``$select``: to the items of a collection, or to an object."""
    names = [name.strip() for name in query.get("$select", "").split(",") if name.strip()]
    if not names or "entries" in answer:
        return answer
    if str(answer.get("kind")).endswith("collectionstate"):
        shown = [_selected(item, names, switches) for item in answer.get("items", ())]
        return {**answer, **({"items": shown} if "items" in answer else {})}
    return _selected(answer, names, switches)


def _selected(item: Json, names: list[str], switches: Switches) -> Json:
    shown = {name: item[name] for name in names if name in item}
    if switches.select != WITHOUT_ITEMS:
        return shown
    links = {name: value for name, value in shown.items() if isinstance(value, dict)}
    return shown | {name: {key: value[key] for key in value if key != "items"} for name, value in links.items()}


def _filter(items: list[Json], condition: str | None) -> list[Json]:
    """Apply ``partition eq X``, the only filter that public code relies on."""
    if not condition:
        return items
    match = re.fullmatch(r"partition eq '?([\w.-]+)'?", condition.strip())
    if match is None:
        raise UnknownCallError(f"the filter {condition}")
    return [item for item in items if item.get("partition") == match[1]]


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit():
        raise of_objects.bad_value(name, text)
    return int(text)


def _paging(work: Work, path: str, raw: str, total: int, page: tuple[int, int]) -> Json:
    """Return a page's own properties; its next link keeps every other option, because clients follow it (Keyfactor)."""
    top, skip = page
    if top < 1:
        raise of_objects.bad_value("$top", top)
    paging: Json = {
        "currentItemCount": max(0, min(top, total - skip)),
        "itemsPerPage": top,
        "pageIndex": skip // top + 1,
        "startIndex": skip + 1,
        "totalItems": total,
        "totalPages": -(-total // top),
    }
    if skip + top < total:
        following = f"{without_options(raw, 'ver', '$skip')}&$skip={skip + top}"
        paging["nextLink"] = work.link(path, query=following)
    return paging
