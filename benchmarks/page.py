"""The page of ``status --html``: how long it takes to be made, and until a browser has shown it and can be used."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.measuring import BenchmarkError
from benchmarks.options import Options
from benchmarks.table import Figure, Row
from sectigo_f5.report.page.rendering import About, render
from tests.support.browser import Browser, browser
from tests.support.fleets import fleet

TIMES = 5  # the median of so many
SECONDS = 2  # the goal, from the rows until the page can be used
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def page(options: Options) -> Iterator[Row]:
    """Yield a row for a page of a hundred certificates, and of a thousand."""
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder) / "profile") as chromium:
        for size in options.sizes(100, 1000):
            yield _row(size, Path(folder) / "status.html", chromium)


def _row(size: int, file: Path, chromium: Browser) -> Row:
    now, made = datetime.now(timezone.utc), list[float]()
    rows, about = fleet(size, now), About(now, Path("/etc/sectigo"))
    for _ in range(TIMES):
        begun = time.monotonic()
        file.write_text(render(rows, about), encoding="utf-8")
        made.append(time.monotonic() - begun)
    shown = [_shown(size, file, chromium) for _ in range(TIMES)]
    rendering, painted, usable = map(statistics.median, (made, *zip(*shown, strict=True)))
    figures = (
        Figure("rendered", rendering, "s"),
        Figure("size", file.stat().st_size / 1e3, "kB"),
        Figure("first painted", painted, "s"),
        Figure("usable", usable, "s"),
        Figure("rendered and usable", rendering + usable, "s", goal=SECONDS),
    )
    return Row(f"the page of {size:,} certificates", figures)


def _shown(size: int, file: Path, chromium: Browser) -> tuple[float, float]:
    """Return the seconds until something is shown, and until everything is, with sorting and filtering."""
    chromium.open(file)
    if chromium.value("document.querySelectorAll('button.name').length") != size:
        raise BenchmarkError(f"the page of {size} certificates does not show them: {chromium.messages()}")
    return chromium.value(PAINTED) / 1000, chromium.value(LOADED) / 1000
