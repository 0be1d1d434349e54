"""A request as routes handle it, and how URLs name objects."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.simulator.rest import queries
from sectigo_f5.simulator.rules import objects
from sectigo_f5.simulator.rules.engine import Answer, Engine, Request
from sectigo_f5.simulator.state.configuration import Item, Json
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, normalize


@dataclass(frozen=True)
class Call:
    """A request, and the draft that it works on."""

    engine: Engine
    work: Work
    request: Request

    @property
    def body(self) -> Json:
        """Return the JSON body, its properties in the answers' spelling."""
        return normalize(self.request.body)

    @property
    def expands(self) -> bool:
        """True if sub-collections are shown with their items."""
        return self.request.query.get("expandSubcollections") == "true"

    @property
    def shows_hidden(self) -> bool:
        """True if hidden properties are shown as well."""
        return self.request.query.get("options") == "-hidden"

    def collection(self, state: str, items: list[Json]) -> Answer:
        """Return a collection's answer, with the request's query options applied."""
        path = self.request.path.rstrip("/").removeprefix("/mgmt/tm/")
        return Answer(queries.collection(self.work, state, path, items, self.request.query, self.request.raw_query))

    def item(self, url: str, segment: str) -> Item:
        """Return the object that a URL names."""
        return objects.require(self.work, url, resolve(segment, KINDS[url].bare)[0])


def resolve(segment: str, bare: bool = False) -> tuple[str, str]:
    """Return the full path in a URL's ``~Common~x``; a bare name is in /Common, and the answer repeats it bare."""
    if segment.startswith(("~", "/")):  # `~Common~x`, or `%2FCommon%2Fx`
        return segment.replace("~", "/"), ""
    return (segment, "") if bare else (f"/Common/{segment}", segment)
