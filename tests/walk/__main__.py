"""Walk the cells that the options name, and print the table; the exit code is 1 if one is not as it should be."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.walk import table
from tests.walk.catalogue import FAULTS, WALKED
from tests.walk.cells import Cell, Walked
from tests.walk.shares import Share, all_of


def _shares(options: Any, before: Sequence[Walked]) -> list[Share]:
    """Return what is to be walked and was not before."""
    if options.cell:
        return [Share(cell.operation, cell.fault, cell.number) for cell in map(Cell.read, options.cell)]
    operations, patterns = options.operation or WALKED, options.fault or ["*"]
    faults = [fault for fault in FAULTS if any(fnmatchcase(fault, pattern) for pattern in patterns)]
    shares = [Share(operation, fault) for operation in operations for fault in faults]
    done = {Share(each.cell.operation, each.cell.fault) for each in before}
    return [share for share in shares if share not in done]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code."""
    line = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    line.add_argument("--operation", action="append", choices=WALKED, help="this one alone; may be repeated")
    line.add_argument("--fault", action="append", metavar="PATTERN", help="these alone, as '500*'; may be repeated")
    line.add_argument("--cell", action="append", metavar="OPERATION/FAULT/NUMBER", help="one cell of an earlier walk")
    line.add_argument("--jobs", type=int, default=1, metavar="N", help="in so many processes")
    kept = "add each cell to this file, in JSON lines; what is there is in the table, and is not walked again"
    line.add_argument("--results", type=Path, metavar="FILE", help=kept)
    options: Any = line.parse_args(arguments)
    every = table.read(options.results) if options.results else []
    with (options.results or Path(os.devnull)).open("a") as results:
        for share in all_of(_shares(options, every), options.jobs):
            every += share
            results.writelines(f"{table.as_json(each)}\n" for each in share)
            results.flush()
            for each in share:
                if each.problems or options.cell:
                    sys.stdout.write(f"{'BAD ' if each.problems else ''}{table.as_json(each)}\n")
    sys.stdout.write(table.as_markdown(sorted(every, key=_place)))
    return 1 if any(each.problems for each in every) else 0


def _place(walked: Walked) -> tuple[int, int, int]:
    cell: Cell = walked.cell
    return WALKED.index(cell.operation), FAULTS.index(cell.fault), cell.number


if __name__ == "__main__":
    sys.exit(main())
