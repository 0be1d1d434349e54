"""The table of a walk, and the cells that are not as they should be, for people and for programs."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.walk.cells import Cell, Walked

HEAD = ("operation", "fault", "cells", "survived", "orders")


def rows(walked: Iterable[Walked]) -> list[tuple[str, ...]]:
    """Return a row for each operation and fault, and one for all: how many cells, how many survived, their orders."""
    by_row: dict[tuple[str, str], list[Walked]] = {}
    for each in walked:
        by_row.setdefault((each.cell.operation, each.cell.fault), []).append(each)
    every = [each for of_row in by_row.values() for each in of_row]
    return [
        *((operation, fault, *_figures(of_row)) for (operation, fault), of_row in by_row.items()),
        ("all", "", *_figures(every)),
    ]


def _figures(walked: Sequence[Walked]) -> tuple[str, str, str]:
    orders = Counter(each.orders for each in walked)
    told = ", ".join(f"{number} in {cells}" for number, cells in sorted(orders.items()))
    return str(len(walked)), str(sum(not each.problems for each in walked)), told


def as_markdown(walked: Iterable[Walked]) -> str:
    """Return the table as it stands in ``docs/walks.md``."""
    lines = [HEAD, ("---",) * len(HEAD), *rows(walked)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_json(walked: Walked) -> str:
    """Return a line about one cell, with how it is walked again."""
    cell = str(walked.cell)
    return json.dumps({**asdict(walked), "cell": cell, "again": f"python -m tests.walk --cell '{cell}'"})


def read(file: Path) -> list[Walked]:
    """Return the cells that an earlier walk has written; a line that was cut short is none."""
    found = list[Walked]()
    for line in file.read_text().splitlines() if file.exists() else ():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            del entry["again"]
            lists = {name: tuple(entry[name]) for name in ("words", "problems")}
            found.append(Walked(**{**entry, **lists, "cell": Cell.read(entry["cell"])}))
    return found
