"""``python -m benchmarks``: measure, and print the table."""

from __future__ import annotations

import argparse
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone

from benchmarks import idle, inventory, issuing, page, start_up, table
from benchmarks.measuring import CORES, BenchmarkError
from benchmarks.options import Options
from benchmarks.table import Row

PARTS: Mapping[str, Callable[[Options], Iterator[Row]]] = {
    "start": start_up.start,
    "idle": idle.one_device,
    "large": idle.large_device,
    "fleet": idle.fleet,
    "one": issuing.one,
    "http01": issuing.http_01_beside_stock,
    "prevalidated": issuing.prevalidated_beside_stock,
    "growth": idle.growth,
    "page": page.page,
    "inventory": inventory.inventory,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts that are named, or all; returns the exit code: 1 if one could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small work, to see that everything runs")
    parser.add_argument("--latency", type=float, default=50, metavar="MS", help="of a device's answers (%(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/performance.md holds it")
    chosen = parser.parse_args(arguments)
    unknown = [part for part in chosen.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    rows, failed = _measured(chosen.parts or list(PARTS), Options(chosen.latency / 1000, chosen.quick))
    print(f"{_circumstances(chosen.latency)}\n\n{(table.markdown if chosen.markdown else table.plain)(rows)}")
    return 1 if failed else 0


def _circumstances(latency: float) -> str:
    """Say when and on what kind of machine this was measured; ``latency`` is in milliseconds."""
    today, python = datetime.now(timezone.utc).date(), platform.python_version()
    return f"Measured on {today}: {CORES} cores, Python {python}, {latency:g} ms for each answer of a BIG-IP."


def _measured(parts: Sequence[str], options: Options) -> tuple[list[Row], bool]:
    """Measure one part after the other until Ctrl-C, and say on standard error how it goes."""
    rows, failed = list[Row](), False
    for part in parts:
        begun = time.monotonic()
        try:
            for row in PARTS[part](options):
                print(f"{part}: {row.work}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
                rows.append(row)
        except (BenchmarkError, AssertionError, OSError) as error:
            print(f"{part} could not be measured: {error}", file=sys.stderr, flush=True)
            failed = True
        except KeyboardInterrupt:
            print(f"interrupted in {part}; everything that was started has ended", file=sys.stderr, flush=True)
            return rows, True
    return rows, failed


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the `with` blocks end what they started
    sys.exit(main())
