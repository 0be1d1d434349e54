"""The options of a collection GET: ``$filter``, ``$select``, ``$top``, ``$skip``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sectigo_f5.simulator import refusals
from sectigo_f5.simulator.configuration import Json
from sectigo_f5.simulator.refusals import UnknownCallError
from sectigo_f5.simulator.work import Work

OPTIONS = ("$filter", "$select", "$top", "$skip", "expandSubcollections", "ver", "options")


def check_options(query: Mapping[str, str]) -> None:
    """Refuse an option that the simulator does not know."""
    strangers = [name for name in query if name not in OPTIONS]
    if strangers:
        raise UnknownCallError(f"the query option {', '.join(strangers)}")


def collection(work: Work, state: str, url: str, items: list[Json], query: Mapping[str, str], raw: str) -> Json:
    """Return a collection's answer; an empty one may have no ``items`` at all."""
    found = [_selected(item, query.get("$select", "")) for item in _filtered(items, query.get("$filter"))]
    answer: Json = {"kind": state, "selfLink": work.link(url, query=raw)}
    if "$top" in query:
        found, paging = _paged(work, url, found, query)
        answer |= paging
    if found or work.switches.shows_empty_items:
        answer["items"] = found
    return answer


def _filtered(items: list[Json], condition: str | None) -> list[Json]:
    """Apply ``partition eq X``, the only filter that public code relies on."""
    if not condition:
        return items
    found = re.fullmatch(r"partition eq '?([\w.-]+)'?", condition.strip())
    if found is None:
        raise UnknownCallError(f"the filter {condition}")
    return [item for item in items if item.get("partition") == found[1]]


def _selected(item: Json, names: str) -> Json:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    return {name: item[name] for name in wanted if name in item} if wanted else item


def _paged(work: Work, url: str, items: list[Json], query: Mapping[str, str]) -> tuple[list[Json], Json]:
    try:
        top, skip = int(query["$top"]), int(query.get("$skip", "0"))
    except ValueError as error:
        raise refusals.bad_value("$top", query["$top"]) from error
    found = items[skip : skip + top]
    paging: Json = {
        "currentItemCount": len(found),
        "itemsPerPage": top,
        "pageIndex": skip // top + 1,
        "startIndex": skip + 1,
        "totalItems": len(items),
        "totalPages": -(-len(items) // top),
    }
    if skip + top < len(items):
        paging["nextLink"] = work.link(url, query=f"$top={top}&$skip={skip + top}")
    return found, paging
