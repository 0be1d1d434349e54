"""The one object that ``--json`` prints, of the same form for every command: ``docs/json.md``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import to_iso

Json = Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """What a command has to say; ``docs/output.schema.json`` describes every field."""

    command: str
    started: datetime
    finished: datetime
    exit_code: int
    results: Sequence[Json] = ()  # one per certificate
    errors: Sequence[str] = ()  # what concerns no single certificate: mistakes in files, a lock that is held
    more: Json = field(default_factory=dict)  # what only this command says
    documents: Mapping[str, str] = field(default_factory=dict)  # texts of several lines that we wrote ourselves

    def with_list(self, name: str, entries: Iterable[Json]) -> Iterator[str]:
        """Yield the lines of the object, with a last field of which one entry at a time is in memory."""
        yield self.to_json().removesuffix("\n}") + ","
        yield f'  "{name}": ['
        last: tuple[str, ...] = ()
        for entry in entries:
            yield from (f"{text}," for text in last)
            last = (f"    {text_of(entry)}",)
        yield from last
        yield "  ]"
        yield "}"

    def to_json(self) -> str:
        """Return the object as text."""
        head = {
            "version": 1,
            "command": self.command,
            "started": to_iso(self.started),
            "finished": to_iso(self.finished),
            "exit_code": self.exit_code,
            "results": list(self.results),
            "summary": dict(Counter(str(result["result"] or "never run") for result in self.results)),
            "errors": list(self.errors),
        }
        return json.dumps({**_printable({**head, **self.more}), **self.documents}, indent=2)


def text_of(entry: Json) -> str:
    """Return one entry of the object as text, on one line."""
    return json.dumps(_printable(entry))


def _printable(value: Any) -> Any:
    """Return an object with every text in it as one line: who takes it out, with jq for example, prints it."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {name: _printable(each) for name, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value
