"""The table of a walk, and the cells that are not as they should be, for people and for programs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.walk.cells import Cell, Walked


def as_markdown(walked: Iterable[Walked]) -> str:
    """Return the table as it stands in ``docs/walks.md``: of how many cells how many survived, and their orders."""
    every = list(walked)
    operations = list(dict.fromkeys(each.cell.operation for each in every))
    faults = list(dict.fromkeys(each.cell.fault for each in every))
    lines = [["fault", *operations], ["---"] * (1 + len(operations))]
    for fault in faults:
        of_fault = [each for each in every if each.cell.fault == fault]
        lines.append([fault, *_columns(operations, of_fault)])
    lines.append(["all", *_columns(operations, every)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _columns(operations: Sequence[str], walked: Sequence[Walked]) -> list[str]:
    return [_figures([each for each in walked if each.cell.operation == operation]) for operation in operations]


def _figures(walked: Sequence[Walked]) -> str:
    if not walked:
        return ""
    orders = sorted({each.orders for each in walked})
    survived = sum(not each.problems for each in walked)
    return f"{survived} of {len(walked)}; {' or '.join(map(str, orders))}"


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
